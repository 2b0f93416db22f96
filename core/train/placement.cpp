// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/placement.h"

#include <fmt/format.h>
#include <lathe/error.h>

#include "tensor/bf16_speed.h"

namespace lathe::train {
namespace {

torch::Device chooseDevice(const std::string& name) {
    const bool hasCuda = torch::cuda::is_available();
    if (name == "cpu") return torch::kCPU;
    if (name == "auto") return hasCuda ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
    if (name == "cuda" || name.starts_with("cuda:")) {
        if (!hasCuda) {
            throw Error(ErrorCode::Unsupported, fmt::format("training.device is \"{}\", but no CUDA device can be used. A driver or the CUDA pack is missing. Set it to auto or cpu.", name));
        }
        const std::string number = name.size() > 5 ? name.substr(5) : "0";
        const bool isNumber = !number.empty() && number.size() < 4 && number.find_first_not_of("0123456789") == std::string::npos;
        if (isNumber && std::stoi(number) < static_cast<int>(torch::cuda::device_count())) return torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(std::stoi(number)));
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("training.device is \"{}\". Allowed is auto, cpu, cuda or cuda:N with N below {}. Correct the value.", name,
                                                     static_cast<int>(torch::cuda::device_count())));
}

std::string whyOnCpu() {
    const double speedup = tensor::bf16Speedup();
    if (speedup == 0) return "Precision f32: this processor has no bf16 instructions.";
    return fmt::format("Precision {}: this processor multiplies bf16 {:.1f} times as fast as f32.", tensor::isBf16Faster() ? "bf16" : "f32", speedup);
}

}  // namespace

Placement choosePlacement(const TrainingSpec& training) {
    Placement placement;
    placement.device = chooseDevice(training.device);
    const bool isCpu = placement.device.is_cpu();
    placement.precision = training.precision;
    if (training.precision == "auto") {
        const bool isHalf = !isCpu || tensor::isBf16Faster();
        placement.precision = isHalf ? "bf16" : "f32";
        placement.sentence = isCpu ? whyOnCpu() : "Precision bf16 on the CUDA device.";
    }
    if (placement.precision == "fp16" && isCpu) {
        throw Error(ErrorCode::Unsupported, "training.precision is \"fp16\", which needs a CUDA device. On the processor bf16 saves as much and does not overflow. Set it to auto, bf16 or f32.");
    }
    if (placement.precision == "bf16") placement.dtype = torch::kBFloat16;
    if (placement.precision == "fp16") placement.dtype = torch::kHalf;
    if (placement.sentence.empty()) placement.sentence = fmt::format("Precision {} on {}.", placement.precision, placement.device.str());
    return placement;
}

}  // namespace lathe::train
