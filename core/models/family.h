// SPDX-License-Identifier: GPL-3.0-or-later
/// What one file in families/ gives to the registry.
#pragma once
#include <span>
#include <string_view>

#include "models/architecture.h"
#include "models/config_reader.h"

namespace lathe::models {

struct Family {
    std::string_view modelType;           ///< config.json's model_type
    std::string_view baseClass;           ///< transformers' class names, for "architectures"
    std::string_view languageModelClass;  ///< empty: an encoder, which has no language-model head here
    std::string_view classifierClass;
    /// Everything but the head's kind and size. Throws CorruptFile or Unsupported.
    Architecture (*read)(const ConfigReader& config);
};

/// From the registry. Throws Unsupported, naming the known ones.
const Family& familyOf(std::string_view modelType);

/// width / heads. Throws CorruptFile if that is not a whole number.
std::int64_t defaultHeadWidth(const Architecture& a);

extern const Family kGpt2;
extern const Family kLlama;
extern const Family kQwen2;
extern const Family kBert;
extern const Family kDistilBert;
extern const Family kRoberta;

}  // namespace lathe::models
