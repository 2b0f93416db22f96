// SPDX-License-Identifier: GPL-3.0-or-later
/// Checked reading of config.json: every value has a type and a range, and errors name key, value and what is allowed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "tensor/mlp.h"
#include "tensor/rope.h"

namespace lathe::models {

class ConfigReader {
public:
    explicit ConfigReader(const base::Json& config) : config_(config) {}

    /// True unless absent or null.
    bool has(const char* key) const;
    /// Throws CorruptFile on a wrong type, a value outside [minimum, maximum], or absence without a default.
    std::int64_t integer(const char* key, std::int64_t minimum, std::int64_t maximum,
                         std::optional<std::int64_t> absent = {}) const;
    double number(const char* key, double minimum, double maximum, std::optional<double> absent = {}) const;
    bool flag(const char* key, bool absent) const;
    std::string text(const char* key, const std::string& absent) const;

    /// A dropout rate in [0, 1).
    double rate(const char* key, double absent) const { return number(key, 0.0, 0.999, absent); }
    /// Throws Unsupported for activations that are not built in.
    tensor::Activation activation(const char* key, const char* absent) const;
    /// rope_theta and rope_scaling (transformers 4) or rope_parameters (transformers 5). Throws Unsupported for other
    /// rope types.
    tensor::RopeSettings rope(double defaultTheta) const;
    /// Number of classes: id2label's size, else num_labels, else 2 as transformers has it.
    std::int64_t numLabels() const;

    const base::Json& json() const { return config_; }

private:
    const base::Json& config_;
};

inline constexpr std::int64_t kMaxVocabulary = std::int64_t{1} << 24;
inline constexpr std::int64_t kMaxWidth = std::int64_t{1} << 17;
inline constexpr std::int64_t kMaxInnerWidth = std::int64_t{1} << 20;
inline constexpr std::int64_t kMaxLayers = 1024;
inline constexpr std::int64_t kMaxHeads = 4096;
inline constexpr std::int64_t kMaxPositions = std::int64_t{1} << 24;
inline constexpr std::int64_t kMaxLabels = 1 << 20;

}  // namespace lathe::models
