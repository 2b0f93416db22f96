// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/bf16_speed.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

constexpr std::int64_t kRows = 256;
constexpr std::int64_t kWidth = 768;
constexpr int kRounds = 6;  ///< the first warms up; the best counts, so that a busy machine does not
constexpr double kClearlyFaster = 1.3;

double measure() {
    const torch::NoGradGuard noGrad;
    struct Kind {
        torch::Tensor x, weight, y;
        double seconds = std::numeric_limits<double>::infinity();
    };
    const auto kindOf = [](torch::ScalarType type) {
        return Kind{torch::ones({kRows, kWidth}, type), torch::ones({kWidth, kWidth}, type), torch::empty({kRows, kWidth}, type)};
    };
    Kind kinds[] = {kindOf(torch::kFloat32), kindOf(torch::kBFloat16)};
    for (int round = 0; round < kRounds; ++round) {
        for (Kind& kind : kinds) {
            const auto start = std::chrono::steady_clock::now();
            at::mm_out(kind.y, kind.x, kind.weight.t());
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
            if (round > 0) kind.seconds = std::min(kind.seconds, taken.count());
        }
    }
    return kinds[0].seconds / kinds[1].seconds;
}

}  // namespace

double bf16Speedup() {
    static const double kSpeedup = kernels::multipliesBf16() ? measure() : 0.0;
    return kSpeedup;
}

bool isBf16Faster() { return bf16Speedup() > kClearlyFaster; }

torch::Tensor inFastType(const torch::Tensor& x) {
    return x.is_cpu() && x.scalar_type() == torch::kBFloat16 && !isBf16Faster() ? x.to(torch::kFloat32) : x;
}

}  // namespace lathe::tensor
