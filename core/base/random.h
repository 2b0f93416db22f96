// SPDX-License-Identifier: GPL-3.0-or-later
/// Random numbers that depend on (seed, stream, position) only, so that a resumed run draws what an unbroken one draws.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace lathe::base {

/// Counter-based generator: the n-th number of a stream is a pure function of seed, stream and n (SplitMix64 finaliser).
class RandomStream {
public:
    RandomStream(std::uint64_t seed, std::uint64_t stream, std::uint64_t position = 0);

    std::uint64_t next();                           ///< uniform over all 64-bit values
    double uniform();                               ///< in [0, 1)
    std::uint64_t below(std::uint64_t bound);       ///< in [0, bound), unbiased; bound >= 1
    double normal();                                ///< mean 0, variance 1 (Box-Muller)
    std::uint64_t position() const { return position_; }

private:
    std::uint64_t key_;
    std::uint64_t position_;
};

/// A permutation of 0..count-1 from the original order (Fisher-Yates), never a shuffle of a shuffle.
std::vector<std::int64_t> permutation(std::int64_t count, std::uint64_t seed, std::uint64_t stream);

}  // namespace lathe::base
