// SPDX-License-Identifier: GPL-3.0-or-later
/// y = x W' + b, where W may be several modules of the file joined along their outputs (q, k, v or gate, up), so that
/// one matrix product serves all of them while each keeps its own leaf weight and gradient. LoRA sits on the parts.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tensor/dropout.h"
#include "tensor/torch.h"

namespace lathe::tensor {

/// x W' + b plus scaling * dropout(x) A' B'.
struct LoraPair {
    torch::Tensor a;  ///< [r, in] leaf
    torch::Tensor b;  ///< [out, r] leaf
    double scaling = 1;
    double dropout = 0;
};

/// One module of the file.
struct LinearPart {
    std::string name;  ///< such as "model.layers.0.self_attn.q_proj"
    std::int64_t firstRow = 0;
    std::int64_t rows = 0;  ///< its outputs
    torch::Tensor weight;   ///< leaf [rows, in]: a view of the joined storage
    torch::Tensor bias;     ///< leaf [rows], or undefined
    std::optional<LoraPair> lora;
};

/// Replaces the product at inference (int8, int4). Implemented by core/generate.
class LinearOverride {
public:
    virtual ~LinearOverride() = default;
    /// x [n, in] -> [n, out], bias included, in x's dtype.
    virtual torch::Tensor apply(const torch::Tensor& x) const = 0;
};

class Linear {
public:
    Linear() = default;
    struct PartSpec {
        std::string name;
        std::int64_t rows = 0;
    };
    /// Zero weights, f32, on the CPU. All parts have a bias or none has.
    Linear(const std::vector<PartSpec>& parts, std::int64_t inputs, bool hasBias);

    /// A linear without bias whose weight is another module's leaf (a tied head).
    static Linear sharing(const std::string& name, const torch::Tensor& weight);

    bool isDefined() const { return weight_.defined(); }
    std::int64_t inputs() const { return weight_.size(1); }
    std::int64_t outputs() const { return weight_.size(0); }
    std::vector<LinearPart>& parts() { return parts_; }
    const std::vector<LinearPart>& parts() const { return parts_; }
    const torch::Tensor& joinedWeight() const {
        return weight_;
    }  ///< [out, in], shares storage with the parts, no gradient
    const torch::Tensor& joinedBias() const { return bias_; }

    /// x [n, in] -> [n, out] in x's dtype, or in outputType. Adapters count while isLoraEnabled.
    torch::Tensor forward(const torch::Tensor& x, const DropoutContext& dropout = {},
                          std::optional<torch::ScalarType> outputType = std::nullopt) const;

    /// Makes new leaves of another dtype or device; gradients are dropped, requires_grad stays.
    void convert(torch::ScalarType dtype, const torch::Device& device);

    bool isLoraEnabled = true;
    /// Used instead of the weights when no gradient is asked for; adapters are ignored then.
    std::shared_ptr<const LinearOverride> inferenceOverride;

private:
    torch::Tensor joinedForward(const torch::Tensor& x) const;

    torch::Tensor weight_;
    torch::Tensor bias_;
    std::vector<LinearPart> parts_;
};

/// x [n, in] times weight [out, in], plus bias if defined, without autograd. Few rows on a CPU go to a hand-written
/// kernel that reads each weight once.
torch::Tensor linearInference(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                              std::optional<torch::ScalarType> outputType = std::nullopt);

}  // namespace lathe::tensor
