// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/placement.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <fmt/format.h>
#include <lathe/error.h>

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

}  // namespace

bool hasFastBf16() {
#if defined(__x86_64__)
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    if (!__builtin_cpu_supports("avx512f") || __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) == 0) return false;
    const bool hasAvx512Bf16 = (eax & (1U << 5)) != 0;
    __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx);
    const bool hasAmxBf16 = (edx & (1U << 22)) != 0;
    return hasAvx512Bf16 || hasAmxBf16;
#else
    return false;
#endif
}

Placement choosePlacement(const TrainingSpec& training) {
    Placement placement;
    placement.device = chooseDevice(training.device);
    const bool isCpu = placement.device.is_cpu();
    placement.precision = training.precision;
    if (training.precision == "auto") {
        const bool isHalf = !isCpu || hasFastBf16();
        placement.precision = isHalf ? "bf16" : "f32";
        placement.sentence = isCpu ? (isHalf ? "Precision bf16: this processor multiplies bf16 in hardware." : "Precision f32: this processor has no bf16 instructions.")
                                   : "Precision bf16 on the CUDA device.";
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
