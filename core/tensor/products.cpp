// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/products.h"

#include "tensor/few_rows.h"
#include "tensor/widened.h"

namespace lathe::tensor {

torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
    const bool isOurs = areFewRows(x, weight) || areWidened(x);
    if (!isOurs) return at::linear(x, weight, bias.defined() ? std::optional<torch::Tensor>(bias) : std::nullopt);
    torch::Tensor y = torch::empty({x.size(0), weight.size(0)}, x.options());
    if (areWidened(x)) {
        widenedProduct(y, x, weight, bias);
        return y;
    }
    fewRowsProduct(y, x, weight);
    return bias.defined() ? y.add_(bias) : y;
}

void productInto(torch::Tensor& y, const torch::Tensor& x, const torch::Tensor& weight) {
    if (areFewRows(x, weight)) fewRowsProduct(y, x, weight);
    else if (areWidened(x)) widenedProduct(y, x, weight, {});
    else at::mm_out(y, x, weight.t());
}

torch::Tensor inputGradient(const torch::Tensor& dy, const torch::Tensor& weight) {
    torch::Tensor dx = torch::empty({dy.size(0), weight.size(1)}, dy.options());
    inputGradientInto(dx, dy, weight);
    return dx;
}

void inputGradientInto(torch::Tensor& dx, const torch::Tensor& dy, const torch::Tensor& weight) {
    if (areFewRows(dy, weight)) fewRowsInputGradient(dx, dy, weight);
    else if (areWidened(dy)) widenedInputGradient(dx, dy, weight);
    else at::mm_out(dx, dy, weight);
}

torch::Tensor weightGradient(const torch::Tensor& dy, const torch::Tensor& x) {
    torch::Tensor dWeight = torch::empty({dy.size(1), x.size(1)}, x.options());
    weightGradientInto(dWeight, dy, x, Into::Replace);
    return dWeight;
}

void weightGradientInto(torch::Tensor& dWeight, const torch::Tensor& dy, const torch::Tensor& x, Into into) {
    if (areFewRows(dy, x)) fewRowsWeightGradient(dWeight, dy, x, into);
    else if (areWidened(dy)) widenedWeightGradient(dWeight, dy, x, into);
    else if (into == Into::Add) dWeight.addmm_(dy.t(), x);
    else at::mm_out(dWeight, dy.t(), x);
}

}  // namespace lathe::tensor
