// SPDX-License-Identifier: GPL-3.0-or-later
/// Upper bounds on what is accepted from files, in one place.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace lathe::base {

inline constexpr std::size_t kMaxSafetensorsHeaderBytes = 100'000'000;
inline constexpr std::size_t kMaxTensors = 65'536;
inline constexpr std::size_t kMaxTensorDimensions = 8;
inline constexpr std::size_t kMaxGgufStringBytes = 16u << 20;
inline constexpr std::size_t kMaxGgufKeyBytes = 64u << 10;
inline constexpr std::size_t kMaxGgufPairs = 65'536;
inline constexpr std::size_t kMaxGgufAlignment = 1u << 20;
inline constexpr std::size_t kMaxConfigBytes = 8u << 20;
inline constexpr std::size_t kMaxTokenizerBytes = 256u << 20;
inline constexpr std::size_t kMaxPieceBytes = 64u << 10;
inline constexpr std::size_t kMaxCsvFieldBytes = 16u << 20;
inline constexpr std::size_t kMaxCsvColumns = 4'096;

/// a*b and a+b, or nothing where the result does not fit.
std::optional<std::uint64_t> checkedProduct(std::uint64_t a, std::uint64_t b);
std::optional<std::uint64_t> checkedSum(std::uint64_t a, std::uint64_t b);

}  // namespace lathe::base
