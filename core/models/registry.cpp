// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "models/family.h"
#include "models/loader.h"

namespace lathe::models {

namespace {

/// To add a family: a file in families/, its declaration in family.h, and a line here.
std::span<const Family* const> table() {
    static const std::array<const Family*, 6> kFamilies{&kBert, &kDistilBert, &kGpt2, &kLlama, &kQwen2, &kRoberta};
    return kFamilies;
}

}  // namespace

std::vector<std::string> knownModelTypes() {
    std::vector<std::string> names;
    for (const Family* family : table()) {
        names.emplace_back(family->modelType);
    }
    std::sort(names.begin(), names.end());
    return names;
}

const Family& familyOf(std::string_view modelType) {
    for (const Family* family : table()) {
        if (family->modelType == modelType) {
            return *family;
        }
    }
    throw Error(ErrorCode::Unsupported,
                fmt::format("The model family \"{}\" is not built in. Known are {}. Choose a model of one of these.",
                            modelType, fmt::join(knownModelTypes(), ", ")));
}

std::int64_t defaultHeadWidth(const Architecture& a) {
    if (a.width % a.numHeads != 0) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("config.json: a width of {} is not a multiple of {} attention heads. The file is damaged. Take it "
                                "from the model's source again.",
                                a.width, a.numHeads));
    }
    return a.width / a.numHeads;
}

}  // namespace lathe::models
