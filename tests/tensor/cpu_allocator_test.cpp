// SPDX-License-Identifier: GPL-3.0-or-later
/// Where large CPU tensors lie: never over one another, never more memory than was needed at once, and where they lay before.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "tensor/cpu_allocator.h"
#include "tensor/torch.h"

namespace lathe::tensor {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

torch::Tensor bytes(std::int64_t count) { return torch::empty({count}, torch::kUInt8); }

class CpuAllocator : public ::testing::Test {
protected:
    void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        GTEST_SKIP() << "sanitizers have allocators of their own";
#endif
        useCachingCpuAllocator();
        releaseCachedCpuMemory();
    }
};

TEST_F(CpuAllocator, TensorsNeverShareMemoryNorOutgrowWhatWasLiveAtOnce) {
    base::RandomStream random(1, 1);
    struct Marked {
        torch::Tensor tensor;
        std::uint8_t mark;
    };
    std::vector<Marked> live;
    std::uint64_t mostLive = 0;
    const auto isWhole = [](const Marked& m) {
        const auto* first = m.tensor.const_data_ptr<std::uint8_t>();
        return std::all_of(first, first + m.tensor.numel(), [&](std::uint8_t byte) { return byte == m.mark; });
    };
    for (int i = 0; i < 2'000; ++i) {
        if (live.size() > 20 || (!live.empty() && random.uniform() < 0.45)) {
            const auto at = static_cast<std::size_t>(random.uniform() * static_cast<double>(live.size()));
            ASSERT_TRUE(isWhole(live[at])) << i;
            live[at] = live.back();
            live.pop_back();
        } else {
            const auto size = static_cast<std::int64_t>(std::exp(12.0 + 4.0 * random.uniform()));  // 160 KiB to 8.5 MiB
            const auto mark = static_cast<std::uint8_t>(i % 251);
            live.push_back({bytes(size).fill_(mark), mark});
        }
        const CpuMemory memory = cpuMemory();
        mostLive = std::max(mostLive, memory.liveBytes);
        ASSERT_LE(memory.liveBytes + memory.cachedBytes, mostLive) << i;
    }
    for (const Marked& m : live) EXPECT_TRUE(isWhole(m));
}

TEST_F(CpuAllocator, SomewhatSmallerOnesLieWhereALargerOneLay) {
    const void* place = nullptr;
    {
        const torch::Tensor x = bytes(8 * kMiB);
        place = x.data_ptr();
    }
    EXPECT_EQ(bytes(7 * kMiB).data_ptr(), place);
    EXPECT_NE(bytes(4 * kMiB).data_ptr(), place) << "half of it would be idle";
    EXPECT_EQ(bytes(8 * kMiB).data_ptr(), place);
}

/// The head's gradient is the oldest of what is free when the next step begins, and the first that comes back.
TEST_F(CpuAllocator, SmallOnesDoNotDriveALargeOneOut) {
    const void* place = nullptr;
    {
        std::vector<torch::Tensor> freedInOrder{bytes(128 * kMiB)};
        place = freedInOrder.front().data_ptr();
        for (int i = 0; i < 20; ++i) freedInOrder.push_back(bytes(kMiB));
        for (torch::Tensor& tensor : freedInOrder) tensor.reset();
    }
    std::vector<torch::Tensor> others;
    for (int i = 0; i < 3; ++i) others.push_back(bytes(6 * kMiB));
    EXPECT_LE(cpuMemory().liveBytes + cpuMemory().cachedBytes, 148 * kMiB);
    EXPECT_EQ(bytes(128 * kMiB).data_ptr(), place);
}

}  // namespace
}  // namespace lathe::tensor
