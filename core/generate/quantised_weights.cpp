// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/quantised_weights.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <lathe/error.h>

#include "models/model.h"
#include "tensor/torch.h"

namespace lathe::generate {
namespace {

constexpr std::array<std::pair<WeightFormat, std::string_view>, 4> kFormats{{{WeightFormat::F32, "f32"},
                                                                             {WeightFormat::BF16, "bf16"},
                                                                             {WeightFormat::Int8, "int8"},
                                                                             {WeightFormat::Int4, "int4"}}};

torch::Tensor withBias(torch::Tensor y, const torch::Tensor& bias) { return bias.defined() ? y.add_(bias) : y; }

/// w ~ q s with q in -127..127 and one s an output row.
class Int8Linear final : public tensor::LinearOverride {
public:
    Int8Linear(const torch::Tensor& weight, const torch::Tensor& bias) : bias_(bias) {
        const torch::Tensor wide = weight.detach().to(torch::kFloat32);
        const torch::Tensor scale = at::clamp_min(std::get<0>(wide.abs().max(1)) / 127.0, 1e-12);
        values_ = at::clamp(at::round(wide / scale.unsqueeze(1)), -127, 127).to(torch::kInt8).contiguous();
        scales_ = scale.to(torch::kBFloat16);
    }

    torch::Tensor apply(const torch::Tensor& x) const override {
        return withBias(at::_weight_int8pack_mm(x.to(torch::kBFloat16).contiguous(), values_, scales_), bias_)
            .to(x.scalar_type());
    }

private:
    torch::Tensor values_;
    torch::Tensor scales_;
    torch::Tensor bias_;
};

/// w ~ (q - 8) s + z with q in 0..15 for each group of columns (ATen's convention: z is the value at q = 8).
class Int4Linear final : public tensor::LinearOverride {
public:
    /// The group size that fits the inputs, or nothing.
    static std::optional<std::int64_t> groupFor(std::int64_t inputs, std::int64_t outputs) {
        if (outputs % 64 != 0) return std::nullopt;
        for (const std::int64_t group : {64, 32})
            if (inputs % group == 0) return group;
        return std::nullopt;
    }

    Int4Linear(const torch::Tensor& weight, const torch::Tensor& bias, std::int64_t group)
        : group_(group), bias_(bias) {
        const torch::Tensor groups = weight.detach().to(torch::kFloat32).reshape({weight.size(0), -1, group});
        const torch::Tensor smallest = std::get<0>(groups.min(2, true));
        const torch::Tensor largest = std::get<0>(groups.max(2, true));
        const torch::Tensor scale =
            at::clamp_min((largest - smallest) / 15.0, 1e-9).to(torch::kBFloat16).to(torch::kFloat32);
        const torch::Tensor zero = (smallest + scale * 8.0).to(torch::kBFloat16).to(torch::kFloat32);
        const torch::Tensor codes =
            at::clamp(at::round((groups - zero) / scale) + 8.0, 0, 15).to(torch::kInt32).reshape(weight.sizes());
        values_ = at::_convert_weight_to_int4pack_for_cpu(codes.contiguous(), 1);
        scalesAndZeros_ = at::cat({scale, zero}, 2).transpose(0, 1).contiguous().to(torch::kBFloat16);
    }

    torch::Tensor apply(const torch::Tensor& x) const override {
        const torch::Tensor y =
            at::_weight_int4pack_mm_for_cpu(x.to(torch::kBFloat16).contiguous(), values_, group_, scalesAndZeros_);
        return withBias(y, bias_).to(x.scalar_type());
    }

private:
    std::int64_t group_;
    torch::Tensor values_;
    torch::Tensor scalesAndZeros_;
    torch::Tensor bias_;
};

torch::Tensor biasOf(const tensor::Linear& linear) {
    return linear.joinedBias().defined() ? linear.joinedBias().detach().to(torch::kBFloat16) : torch::Tensor();
}

std::shared_ptr<const tensor::LinearOverride> quantised(const tensor::Linear& linear, WeightFormat format) {
    const torch::Tensor& weight = linear.joinedWeight();
    const auto group = Int4Linear::groupFor(weight.size(1), weight.size(0));
    if (format == WeightFormat::Int4 && group) return std::make_shared<Int4Linear>(weight, biasOf(linear), *group);
    if (weight.size(1) % 32 == 0 && weight.size(0) % 4 == 0)
        return std::make_shared<Int8Linear>(weight, biasOf(linear));
    return nullptr;
}

}  // namespace

WeightFormat parseWeightFormat(std::string_view name) {
    for (const auto& [format, text] : kFormats)
        if (text == name) return format;
    throw Error(ErrorCode::InvalidInput,
                fmt::format("weights is \"{}\". Allowed are f32, bf16, int8 and int4. Choose one of them.", name));
}

std::string_view weightFormatName(WeightFormat format) { return kFormats[static_cast<std::size_t>(format)].second; }

void applyWeightFormat(models::Model& model, WeightFormat format) {
    const torch::NoGradGuard noGrad;
    const bool isQuantised = format == WeightFormat::Int8 || format == WeightFormat::Int4;
    if (!isQuantised) return model.setComputeDtype(format == WeightFormat::BF16 ? torch::kBFloat16 : torch::kFloat32);
    if (!model.device().is_cpu())
        throw Error(ErrorCode::Unsupported,
                    fmt::format("{} weights work on the CPU only. The model is on {}. Choose f32 or bf16.",
                                weightFormatName(format), model.device().str()));
    if (model.hasLora()) model.mergeAndDropLora();
    // Packed from the f32 weights, put in place after the conversion, which may make the head anew.
    std::vector<std::shared_ptr<const tensor::LinearOverride>> packed;
    model.visitLinears(
        [&](const std::vector<std::string>&, tensor::Linear& linear) { packed.push_back(quantised(linear, format)); });
    const tensor::Linear* head = model.languageModelHead();
    const auto packedHead = head != nullptr ? quantised(*head, WeightFormat::Int8) : nullptr;
    model.setComputeDtype(torch::kBFloat16);
    std::size_t next = 0;
    model.visitLinears(
        [&](const std::vector<std::string>&, tensor::Linear& linear) { linear.inferenceOverride = packed[next++]; });
    if (packedHead) model.languageModelHead()->inferenceOverride = packedHead;
}

}  // namespace lathe::generate
