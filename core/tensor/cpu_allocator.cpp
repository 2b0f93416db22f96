// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/cpu_allocator.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

#include <c10/core/CPUAllocator.h>

#include "tensor/torch.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace lathe::tensor {
namespace {

constexpr std::size_t kLarge = 256 << 10;
constexpr std::size_t kHugePage = 2 << 20;
constexpr int kLargestInArena = 32 << 20;  ///< glibc allows no more
constexpr int kMostKept = 1 << 30;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kStepsPerDoubling = 8;  ///< sizes are rounded up by at most an eighth; pages never touched cost nothing

/// Memory of the system with the wanted alignment; null if there is none.
void* mapBlock(std::size_t size) {
    const std::size_t slack = size >= kHugePage ? kHugePage : 0;
    void* mapped = ::mmap(nullptr, size + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    if (slack == 0) return mapped;
    auto* const begin = static_cast<char*>(mapped);
    const std::size_t before = (kHugePage - std::bit_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
    if (before > 0) ::munmap(begin, before);
    if (slack > before) ::munmap(begin + before + size, slack - before);
#ifdef MADV_HUGEPAGE
    ::madvise(begin + before, size, MADV_HUGEPAGE);  // only advice: where it is refused, everything works as before
#endif
    return begin + before;
}

std::size_t blockSize(std::size_t bytes) {
    const std::size_t unit = std::max<std::size_t>(std::bit_floor(bytes) / kStepsPerDoubling, 4'096);
    return (bytes + unit - 1) / unit * unit;
}

/// A cached block up to this large serves: activations of batches of other lengths fit into one another's.
std::size_t largestFor(std::size_t size) {
    constexpr std::size_t kRoom = 1 << 20;
    return std::max(size + size / 4, std::min(2 * size, size + kRoom));
}

class BlockCache {
public:
    /// Null if the system has no more memory.
    void* take(std::size_t bytes) {
        std::size_t size = blockSize(bytes);
        const std::lock_guard lock(mutex_);
        void* block = nullptr;
        if (const auto fitting = cached_.lower_bound(size); fitting != cached_.end() && fitting->first <= largestFor(size)) {
            size = fitting->first;
            block = fitting->second.back().address;
            fitting->second.pop_back();
            if (fitting->second.empty()) cached_.erase(fitting);
            memory_.cachedBytes -= size;
        } else {
            const std::uint64_t wanted = memory_.liveBytes + size;
            shrinkTo(mostLive_ > wanted ? mostLive_ - wanted : 0);
            block = mapBlock(size);
            if (block == nullptr && memory_.cachedBytes > 0) {
                shrinkTo(0);
                block = mapBlock(size);
            }
            if (block == nullptr) return nullptr;
        }
        sizes_[block] = size;
        memory_.liveBytes += size;
        mostLive_ = std::max(mostLive_, memory_.liveBytes);
        return block;
    }

    /// False if the block is not from here.
    bool giveBack(void* block) {
        const std::lock_guard lock(mutex_);
        const auto found = sizes_.find(block);
        if (found == sizes_.end()) return false;
        cached_[found->second].push_back({block, ++time_});
        memory_.liveBytes -= found->second;
        memory_.cachedBytes += found->second;
        sizes_.erase(found);
        return true;
    }

    void release() {
        const std::lock_guard lock(mutex_);
        shrinkTo(0);
        mostLive_ = memory_.liveBytes;
    }

    CpuMemory memory() {
        const std::lock_guard lock(mutex_);
        return memory_;
    }

private:
    struct Block {
        void* address;
        std::uint64_t freed;  ///< when, in gifts
    };

    /// Unmaps the blocks that were freed longest ago until at most so many bytes are left; none that is much larger than what is too much, as long as there
    /// are others. Gradients come back in every step, the largest first; what is left over are activations of batches of other lengths.
    void shrinkTo(std::uint64_t bytes) {
        constexpr std::uint64_t kSmall = 4 << 20;
        while (memory_.cachedBytes > bytes) {
            const auto end = cached_.upper_bound(2 * (memory_.cachedBytes - bytes) + kSmall);
            const auto oldest = std::min_element(cached_.begin(), end == cached_.begin() ? cached_.end() : end,
                                                 [](const auto& a, const auto& b) { return a.second.front().freed < b.second.front().freed; });
            ::munmap(oldest->second.front().address, oldest->first);
            memory_.cachedBytes -= oldest->first;
            oldest->second.pop_front();
            if (oldest->second.empty()) cached_.erase(oldest);
        }
    }

    std::mutex mutex_;
    std::map<std::size_t, std::deque<Block>> cached_;  ///< by size, the longest free first; none is empty
    std::uint64_t time_ = 0;
    std::unordered_map<void*, std::size_t> sizes_;
    CpuMemory memory_;
    std::uint64_t mostLive_ = 0;
};

BlockCache& blockCache() {
    static auto* const cache = new BlockCache();  // never destroyed: tensors of static duration may outlive everything
    return *cache;
}

void freeSmall(void* block) { std::free(block); }
void freeLarge(void* block) { blockCache().giveBack(block); }
void freeAny(void* block) {
    // Large blocks begin with a page. Few small ones do, so the lookup is rare.
    if (std::bit_cast<std::uintptr_t>(block) % 4'096 == 0 && blockCache().giveBack(block)) return;
    std::free(block);
}

class CachingCpuAllocator final : public c10::Allocator {
public:
    c10::DataPtr allocate(std::size_t bytes) override {
        const c10::Device cpu(c10::DeviceType::CPU);
        if (bytes == 0) return {nullptr, nullptr, &freeSmall, cpu};
        const bool isLarge = bytes >= kLarge;
        void* block = isLarge ? blockCache().take(bytes) : std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
        if (block == nullptr) C10_THROW_ERROR(OutOfMemoryError, "can't allocate memory");
        return {block, block, isLarge ? &freeLarge : &freeSmall, cpu};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &freeAny; }
    void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }
};

}  // namespace

void useCachingCpuAllocator() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    static std::once_flag once;
    std::call_once(once, [] {
        c10::SetCPUAllocator(new CachingCpuAllocator(), 1);
#ifdef __GLIBC__
        // oneDNN takes scratch memory of some MiB from malloc for every product and gives it back.
        mallopt(M_MMAP_THRESHOLD, kLargestInArena);
        mallopt(M_TRIM_THRESHOLD, kMostKept);
#endif
    });
#endif
}

void releaseCachedCpuMemory() {
    blockCache().release();
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

CpuMemory cpuMemory() { return blockCache().memory(); }

}  // namespace lathe::tensor
