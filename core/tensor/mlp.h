// SPDX-License-Identifier: GPL-3.0-or-later
/// Activations and the gated product of SwiGLU (Shazeer 2020, eq. 6).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tensor/torch.h"

namespace lathe::tensor {

enum class Activation { Gelu, GeluTanh, Silu, Relu };

/// Hugging Face's names: gelu; gelu_new, gelu_pytorch_tanh, gelu_fast; silu, swish; relu. Nothing for others.
std::optional<Activation> parseActivation(std::string_view name);

torch::Tensor activate(const torch::Tensor& x, Activation activation);

/// gateUp [N, 2I]: gate in the first I columns, up in the others -> act(gate) * up, [N, I].
torch::Tensor gatedActivation(const torch::Tensor& gateUp, Activation activation);

}  // namespace lathe::tensor
