// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/device.h"

#include <fstream>
#include <thread>

#include <unistd.h>

#include <fmt/format.h>

namespace lathe::session {

DeviceInfo describeDevice() {
    std::string what;
    if (__builtin_cpu_supports("avx512bf16")) what = ", AVX-512 with bf16";
    else if (__builtin_cpu_supports("avx512f")) what = ", AVX-512";
    else if (__builtin_cpu_supports("avx2")) what = ", AVX2";
    const unsigned cores = std::thread::hardware_concurrency();
    const auto memory = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
    return {"cpu", fmt::format("CPU, {} core{}{}", cores, cores == 1 ? "" : "s", what), memory};
}

std::uint64_t residentBytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
}

}  // namespace lathe::session
