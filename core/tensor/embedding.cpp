// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/embedding.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>

#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

torch::Tensor readRows(const torch::Tensor& table, const torch::Tensor& ids) {
    torch::Tensor out = torch::empty({ids.numel(), table.size(1)}, torch::kFloat32);
    const auto* rows = ids.const_data_ptr<std::int64_t>();
    const auto type = kernels::numberOf(table);
    at::parallel_for(0, ids.numel(), 32, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t r = first; r < last; ++r) {
            kernels::loadRow(static_cast<float*>(kernels::mutableRowOf(out, r)), kernels::rowOf(table, rows[r]), type,
                             table.size(1));
        }
    });
    return out;
}

/// The rows that were read, each once and in order, with the sum of their gradients.
struct RowSums {
    std::vector<std::int64_t> rows;
    torch::Tensor sums;  ///< [rows, D] in the table's dtype
};

RowSums sumByRow(const torch::Tensor& d, const torch::Tensor& ids, std::int64_t padId, torch::ScalarType dtype) {
    const auto* id = ids.const_data_ptr<std::int64_t>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(ids.numel()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::erase_if(order, [&](std::int64_t r) { return id[r] == padId; });
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return id[a] < id[b]; });
    RowSums result;
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i == 0 || id[order[i]] != id[order[i - 1]]) {
            result.rows.push_back(id[order[i]]);
            starts.push_back(i);
        }
    }
    starts.push_back(order.size());
    const std::int64_t width = d.size(1);
    result.sums = torch::empty({static_cast<std::int64_t>(result.rows.size()), width}, d.options().dtype(dtype));
    at::parallel_for(0, result.sums.size(0), 16, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> sum(static_cast<std::size_t>(width));
        for (std::int64_t row = first; row < last; ++row) {
            std::fill(sum.begin(), sum.end(), 0.0f);
            for (std::size_t i = starts[static_cast<std::size_t>(row)]; i < starts[static_cast<std::size_t>(row) + 1];
                 ++i) {
                kernels::addRow(sum.data(), kernels::rowOf(d, order[i]), kernels::numberOf(d), width);
            }
            kernels::storeRow(kernels::mutableRowOf(result.sums, row), kernels::numberOf(result.sums), sum.data(),
                              width);
        }
    });
    return result;
}

/// Adds the sparse gradient that a stand-in of the table has got to the table's own, in place.
struct AddToTable : torch::autograd::PostAccumulateGradHook {
    explicit AddToTable(torch::Tensor whose) : table(std::move(whose)) {}

    void operator()(const torch::autograd::Variable& standIn) override {
        torch::Tensor& grad = table.mutable_grad();
        if (grad.defined()) {
            grad.add_(standIn.grad());
        } else {
            grad = standIn.grad().to_dense();
        }
        standIn.mutable_grad().reset();
    }

    torch::Tensor table;
};

/// A leaf that shares the table's memory. The engine would add a sparse gradient to the head's dense one in a new V x D
/// tensor: it takes sparse tensors for a kind it does not know.
torch::Tensor standInFor(const torch::Tensor& table) {
    torch::Tensor leaf = table.detach().set_requires_grad(true);
    torch::autograd::impl::set_post_acc_grad_hooks(leaf, std::make_unique<AddToTable>(table));
    return leaf;
}

struct EmbeddingRows : torch::autograd::Function<EmbeddingRows> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& table, const torch::Tensor& ids,
                                 std::int64_t padId, EmbeddingGradient gradient) {
        context->save_for_backward({ids});
        context->saved_data["padId"] = padId;
        context->saved_data["sparse"] = gradient == EmbeddingGradient::Sparse;
        context->saved_data["shape"] = table.sizes().vec();
        context->saved_data["dtype"] = static_cast<std::int64_t>(table.scalar_type());
        return readRows(table, ids);
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto dtype = static_cast<torch::ScalarType>(context->saved_data["dtype"].toInt());
        const auto shape = context->saved_data["shape"].toIntVector();
        const RowSums result = sumByRow(grads[0].contiguous(), context->get_saved_variables()[0],
                                        context->saved_data["padId"].toInt(), dtype);
        const torch::Tensor rows = torch::tensor(result.rows, torch::kInt64);
        torch::Tensor d;
        if (context->saved_data["sparse"].toBool()) {
            d = torch::sparse_coo_tensor(rows.unsqueeze(0), result.sums, shape)._coalesced_(true);
        } else {
            d = torch::zeros(shape, result.sums.options()).index_copy_(0, rows, result.sums);
        }
        return {d, torch::Tensor(), torch::Tensor(), torch::Tensor()};
    }
};

}  // namespace

torch::Tensor embeddingRows(const torch::Tensor& table, const torch::Tensor& ids, std::int64_t padId,
                            EmbeddingGradient gradient) {
    if (!kernels::isPlain(table)) {
        return at::embedding(table, ids, padId).to(torch::kFloat32);
    }
    if (torch::GradMode::is_enabled() && table.requires_grad()) {
        return EmbeddingRows::apply(gradient == EmbeddingGradient::Sparse ? standInFor(table) : table, ids.contiguous(), padId, gradient);
    }
    return readRows(table, ids.contiguous());
}

}  // namespace lathe::tensor
