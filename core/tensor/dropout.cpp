// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/dropout.h"

namespace lathe::tensor {

torch::Tensor dropout(const torch::Tensor& x, double rate, const DropoutContext& context) {
    if (!context.isOn() || rate <= 0) {
        return x;
    }
    torch::Tensor mask;
    {
        const torch::NoGradGuard noGrad;
        mask = torch::empty_like(x).bernoulli_(1.0 - rate, context.generator).mul_(1.0 / (1.0 - rate));
    }
    return x * mask;
}

}  // namespace lathe::tensor
