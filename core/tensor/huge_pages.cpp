// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace lathe::tensor {

void adviseHugePages(const torch::Tensor& fresh) {
#ifdef MADV_HUGEPAGE
    constexpr std::uintptr_t kHuge = 2u << 20;
    if (!fresh.defined() || !fresh.is_cpu() || fresh.nbytes() < 2 * kHuge) return;
    const auto begin = reinterpret_cast<std::uintptr_t>(fresh.data_ptr());
    const std::uintptr_t first = (begin + kHuge - 1) / kHuge * kHuge;
    const std::uintptr_t last = (begin + fresh.nbytes()) / kHuge * kHuge;
    // Only advice: where it is refused, everything works as before.
    if (last > first) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
    (void)fresh;
#endif
}

}  // namespace lathe::tensor
