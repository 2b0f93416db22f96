// SPDX-License-Identifier: GPL-3.0-or-later
/// Weights in fewer bits for generation only: packed once, multiplied by ATen's packed products.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace lathe::models {
class Model;
}

namespace lathe::generate {

/// F32 and BF16: the weights themselves. Int8: one scale an output row. Int4: a scale and a zero point for every group
/// of weights in a row; the language-model head, which decides between tokens, then gets Int8.
enum class WeightFormat { F32, BF16, Int8, Int4 };

/// "f32", "bf16", "int8", "int4". Throws InvalidInput naming these.
WeightFormat parseWeightFormat(std::string_view name);
std::string_view weightFormatName(WeightFormat format);

/// Puts the model into that format for inference; call it once after loading. Int8 and Int4 compute in bf16, merge an
/// attached adapter for good, and replace the blocks' linears and the head (the model's own tensors stay, but are not
/// read any more). A matrix whose sizes the packed product does not take keeps its weights. Throws Unsupported on a
/// device other than the CPU.
void applyWeightFormat(models::Model& model, WeightFormat format);

}  // namespace lathe::generate
