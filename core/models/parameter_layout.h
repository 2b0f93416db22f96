// SPDX-License-Identifier: GPL-3.0-or-later
/// Names and shapes of all parameters of an architecture, in Hugging Face's order, before any memory is taken.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/architecture.h"

namespace lathe::models {

enum class ParameterKind { Matrix, Embedding, Bias, Norm };

struct ParameterInfo {
    std::string name;    ///< full Hugging Face name
    std::string module;  ///< the name without .weight or .bias
    Role role = Role::WordEmbedding;
    bool isBias = false;
    int layer = 0;  ///< -1 embeddings, 0 .. L-1, L afterwards
    ParameterKind kind = ParameterKind::Matrix;
    std::vector<std::int64_t> shape;  ///< as the blocks hold it: linear weights [out, in]
    bool isTransposed = false;        ///< the file has it the other way round
    bool isHead = false;

    std::vector<std::int64_t> fileShape() const;
};

std::vector<ParameterInfo> parameterLayout(const Architecture& architecture);

/// "Llama.{}" and 3 -> "Llama.3".
std::string withLayer(const std::string& pattern, int layer);

}  // namespace lathe::models
