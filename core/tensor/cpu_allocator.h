// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lathe::tensor {

struct CpuMemory {
    std::uint64_t liveBytes = 0;    ///< of large blocks that tensors hold
    std::uint64_t cachedBytes = 0;  ///< of large blocks kept for the next tensor
};

/// From now on libtorch takes large CPU blocks (256 KiB and more) from a cache. Training frees and makes the same gradients and
/// activations in every step; through malloc each of them would come back from the system as pages to be cleared again, a
/// quarter of a step's time on small models. Blocks of 2 MiB and more lie on huge pages where the system offers them.
/// Live and cached bytes together never exceed the most that has been live at once, so the peak is what it would be without.
/// Any thread, any number of times. Does nothing under a sanitizer, which must see each block.
void useCachingCpuAllocator();

/// Gives the cached blocks back to the system, as when a run has ended. Any thread.
void releaseCachedCpuMemory();

CpuMemory cpuMemory();

}  // namespace lathe::tensor
