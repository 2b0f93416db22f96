// SPDX-License-Identifier: GPL-3.0-or-later
// Each product is cut into tiles of twelve vectors of sums, as many as sixteen registers hold beside their operands; what a tile reads again and again
// lies in the first level of cache. Sums are taken in an order that depends on the shapes alone, not on the threads.
#include "tensor/few_rows.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <ATen/Parallel.h>

#include "tensor/clones.h"
#include "tensor/eight.h"

namespace lathe::tensor {

namespace {

using kernels::Eight;
using kernels::kLanes;
using kernels::load;
using kernels::store;
using kernels::sumsOf;

/// Above this the copies do not matter any more.
constexpr std::int64_t kMostRows = 160;

/// A matrix in memory; rows may lie further apart than they are long.
struct Rows {
    const float* first;
    std::int64_t stride;
    const float* at(std::int64_t row) const { return first + row * stride; }
};
struct MutableRows {
    float* first;
    std::int64_t stride;
    float* at(std::int64_t row) const { return first + row * stride; }
};

/// Asks for the weights that come next, a few lines a step: where pieces lie far apart the processor does not foresee them by itself, and more
/// lines at once than it can wait for would hold up the work.
class Ahead {
public:
    Ahead(Rows next, std::int64_t rows, std::int64_t columns, std::int64_t steps)
        : next_(next), rows_(rows), columns_(columns), linesAStep_((rows * ((columns + kLine - 1) / kLine) + steps - 1) / std::max<std::int64_t>(1, steps)) {}

    LATHE_INLINE void step() {
        for (std::int64_t i = 0; i < linesAStep_ && row_ < rows_; ++i) {
            __builtin_prefetch(next_.at(row_) + column_);
            column_ += kLine;
            if (column_ < columns_) continue;
            column_ = 0;
            ++row_;
        }
    }

private:
    static constexpr std::int64_t kLine = 16;
    Rows next_;
    std::int64_t rows_;
    std::int64_t columns_;
    std::int64_t linesAStep_;
    std::int64_t row_ = 0;
    std::int64_t column_ = 0;
};

/// out [Width] = in [count], then zeros.
template <std::int64_t Width>
LATHE_INLINE void packRow(float* out, const float* in, std::int64_t count) {
    if (count == Width) {
        std::memcpy(out, in, static_cast<std::size_t>(Width) * sizeof(float));  // of a known size: no call
        return;
    }
    for (std::int64_t i = 0; i < Width; ++i) out[i] = i < count ? in[i] : 0.0F;
}

/// What a tile's sums begin with.
enum class Start { Zero, Memory };

// --- y = x W': sums along the inputs, eight at a time ---

constexpr std::int64_t kDotRows = 4;
constexpr std::int64_t kDotOutputs = 3;
constexpr std::int64_t kDotInputs = 768;  ///< summed before the sums go back to memory: a tile's seven rows of so many stay in the first level of cache

/// y[r, o] (+)= sum_i x[r, i] w[o, i]
template <int R, int C>
LATHE_INLINE void dotTile(MutableRows y, Rows x, Rows w, std::int64_t inputs, Start start) {
    Eight sums[R][C] = {};
    const std::int64_t whole = inputs / kLanes * kLanes;
    for (std::int64_t i = 0; i < whole; i += kLanes) {
        Eight weights[C];
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) load(weights[c], w.at(c) + i);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            Eight value;
            load(value, x.at(r) + i);
#pragma GCC unroll 4
            for (int c = 0; c < C; ++c) sums[r][c] += value * weights[c];
        }
    }
#pragma GCC unroll 4
    for (int c = 0; c < C; ++c) {
        float totals[4];
        sumsOf(totals, sums[0][c], sums[R > 1 ? 1 : 0][c], sums[R > 2 ? 2 : 0][c], sums[R > 3 ? 3 : 0][c]);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) y.at(r)[c] = totals[r] + (start == Start::Memory ? y.at(r)[c] : 0.0F);
    }
    if (whole < inputs) {
        for (int r = 0; r < R; ++r) {
            for (int c = 0; c < C; ++c) {
                for (std::int64_t i = whole; i < inputs; ++i) y.at(r)[c] += x.at(r)[i] * w.at(c)[i];
            }
        }
    }
}

template <int C>
LATHE_INLINE void dotRows(MutableRows y, Rows x, std::int64_t rows, Rows w, std::int64_t inputs, Start start) {
    switch (rows) {
        case 1: return dotTile<1, C>(y, x, w, inputs, start);
        case 2: return dotTile<2, C>(y, x, w, inputs, start);
        case 3: return dotTile<3, C>(y, x, w, inputs, start);
        default: return dotTile<4, C>(y, x, w, inputs, start);
    }
}

/// A block of a weight.
struct Block {
    Rows first;
    std::int64_t rows;
    std::int64_t columns;
};

/// A block of weights that stays in the second level of cache while all rows pass; meanwhile the next one comes.
LATHE_CLONES
void dotBlock(MutableRows y, Rows x, std::int64_t rows, Block w, Block next, Start start) {
    const std::int64_t outputs = w.rows;
    Ahead ahead(next.first, next.rows, next.columns, (rows + kDotRows - 1) / kDotRows * (outputs / kDotOutputs));
    for (std::int64_t r = 0; r < rows; r += kDotRows) {
        const std::int64_t height = std::min(kDotRows, rows - r);
        std::int64_t o = 0;
        for (; o + kDotOutputs <= outputs; o += kDotOutputs) {
            ahead.step();
            dotRows<kDotOutputs>({y.at(r) + o, y.stride}, {x.at(r), x.stride}, height, {w.first.at(o), w.first.stride}, w.columns, start);
        }
        for (; o < outputs; ++o) dotRows<1>({y.at(r) + o, y.stride}, {x.at(r), x.stride}, height, {w.first.at(o), w.first.stride}, w.columns, start);
    }
}

// --- dx = dy W: sums along the outputs, some dozens at a time ---

constexpr std::int64_t kInputRows = 3;
constexpr std::int64_t kInputVectors = 4;
constexpr std::int64_t kInputColumns = kInputVectors * kLanes;
constexpr std::int64_t kInputOutputs = 96;  ///< summed before the sums go back to memory

/// dx[r, 32 columns] (+)= sum_o dy[r, o] panel[o, 32]
template <int R>
LATHE_INLINE void inputTile(MutableRows dx, Rows dy, const float* panel, std::int64_t outputs, Start start) {
    Eight sums[R][kInputVectors] = {};
    if (start == Start::Memory) {
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
            for (int v = 0; v < kInputVectors; ++v) load(sums[r][v], dx.at(r) + v * kLanes);
        }
    }
    for (std::int64_t o = 0; o < outputs; ++o) {
        Eight weights[kInputVectors];
#pragma GCC unroll 4
        for (int v = 0; v < kInputVectors; ++v) load(weights[v], panel + o * kInputColumns + v * kLanes);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            const float d = dy.at(r)[o];
#pragma GCC unroll 4
            for (int v = 0; v < kInputVectors; ++v) sums[r][v] += weights[v] * d;
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
        for (int v = 0; v < kInputVectors; ++v) store(dx.at(r) + v * kLanes, sums[r][v]);
    }
}

/// All rows for 32 columns (or fewer, the last ones) and some outputs. `wide`: [3, 32], where the columns are fewer.
LATHE_CLONES
void inputPanel(MutableRows dx, Rows dy, std::int64_t rows, Block w, Block next, Start start, float* panel, float* wide) {
    const std::int64_t outputs = w.rows;
    const std::int64_t columns = w.columns;
    for (std::int64_t o = 0; o < outputs; ++o) packRow<kInputColumns>(panel + o * kInputColumns, w.first.at(o), columns);
    Ahead ahead(next.first, next.rows, next.columns, (rows + kInputRows - 1) / kInputRows);
    const bool isNarrow = columns < kInputColumns;
    for (std::int64_t r = 0; r < rows; r += kInputRows) {
        const std::int64_t height = std::min(kInputRows, rows - r);
        const MutableRows target = isNarrow ? MutableRows{wide, kInputColumns} : MutableRows{dx.at(r), dx.stride};
        for (std::int64_t i = 0; isNarrow && start == Start::Memory && i < height; ++i) std::memcpy(target.at(i), dx.at(r + i), static_cast<std::size_t>(columns) * sizeof(float));
        const Rows source{dy.at(r), dy.stride};
        ahead.step();
        if (height == 3) inputTile<3>(target, source, panel, outputs, start);
        else if (height == 2) inputTile<2>(target, source, panel, outputs, start);
        else inputTile<1>(target, source, panel, outputs, start);
        for (std::int64_t i = 0; isNarrow && i < height; ++i) std::memcpy(dx.at(r + i), target.at(i), static_cast<std::size_t>(columns) * sizeof(float));
    }
}

// --- dW = dy' x: sums along the rows, all of them at a time ---

constexpr std::int64_t kWeightOutputs = 6;
constexpr std::int64_t kWeightVectors = 2;
constexpr std::int64_t kWeightColumns = kWeightVectors * kLanes;

/// dw[o, 16 columns] (+)= sum_r dy[r, o] x[r, 16]; dy [rows, 6] and x [rows, 16] lie packed.
LATHE_INLINE void weightTile(MutableRows dw, const float* dy, const float* x, std::int64_t rows, Into into) {
    Eight sums[kWeightOutputs][kWeightVectors] = {};
    for (std::int64_t r = 0; r < rows; ++r) {
        Eight values[kWeightVectors];
#pragma GCC unroll 2
        for (int v = 0; v < kWeightVectors; ++v) load(values[v], x + r * kWeightColumns + v * kLanes);
#pragma GCC unroll 6
        for (int o = 0; o < kWeightOutputs; ++o) {
            const float d = dy[r * kWeightOutputs + o];
#pragma GCC unroll 2
            for (int v = 0; v < kWeightVectors; ++v) sums[o][v] += values[v] * d;
        }
    }
#pragma GCC unroll 6
    for (int o = 0; o < kWeightOutputs; ++o) {
#pragma GCC unroll 2
        for (int v = 0; v < kWeightVectors; ++v) {
            if (into == Into::Add) {
                Eight before;
                load(before, dw.at(o) + v * kLanes);
                sums[o][v] += before;
            }
            store(dw.at(o) + v * kLanes, sums[o][v]);
        }
    }
}

/// `count` columns of some rows beside one another, filled up with zeros.
template <std::int64_t Width>
void packColumns(float* out, Rows in, std::int64_t rows, std::int64_t count) {
    for (std::int64_t r = 0; r < rows; ++r) packRow<Width>(out + r * Width, in.at(r), count);
}

/// Six rows of dW (or fewer, the last ones), all columns; x packed in panels of 16 columns. `edge`: [6, 16], for what is not whole.
LATHE_CLONES
void weightStrip(MutableRows dw, std::int64_t outputs, const float* dy, const float* xPanels, std::int64_t rows, std::int64_t inputs, Into into, float* edge) {
    for (std::int64_t i = 0; i < inputs; i += kWeightColumns) {
        const float* x = xPanels + i * rows;
        const std::int64_t columns = std::min(kWeightColumns, inputs - i);
        if (outputs == kWeightOutputs && columns == kWeightColumns) {
            weightTile({dw.at(0) + i, dw.stride}, dy, x, rows, into);
            continue;
        }
        weightTile({edge, kWeightColumns}, dy, x, rows, Into::Replace);
        for (std::int64_t o = 0; o < outputs; ++o) {
            for (std::int64_t c = 0; c < columns; ++c) dw.at(o)[i + c] = (into == Into::Add ? dw.at(o)[i + c] : 0.0F) + edge[o * kWeightColumns + c];
        }
    }
}

/// Rows must lie whole; they may be part of longer ones.
torch::Tensor withWholeRows(const torch::Tensor& x) { return x.stride(1) == 1 ? x : x.contiguous(); }

Rows rowsOf(const torch::Tensor& x) { return {x.const_data_ptr<float>(), x.stride(0)}; }
MutableRows mutableRowsOf(const torch::Tensor& x) { return {x.mutable_data_ptr<float>(), x.stride(0)}; }

/// Calls body(first, last) for ranges of n that begin at multiples of `unit`.
template <typename Body>
void forUnits(std::int64_t n, std::int64_t unit, const Body& body) {
    at::parallel_for(0, (n + unit - 1) / unit, 1, [&](std::int64_t first, std::int64_t last) { body(first * unit, std::min(n, last * unit)); });
}

}  // namespace

bool areFewRows(const torch::Tensor& rows, const torch::Tensor& weight) {
    static const bool isAmd = __builtin_cpu_is("amd") != 0;
    return isAmd && rows.size(0) <= kMostRows && rows.is_cpu() && rows.scalar_type() == torch::kFloat32 && weight.scalar_type() == torch::kFloat32;
}

void fewRowsProduct(const torch::Tensor& y, const torch::Tensor& x, const torch::Tensor& weight) {
    const torch::Tensor in = withWholeRows(x);
    const torch::Tensor w = withWholeRows(weight);
    const std::int64_t rows = in.size(0), inputs = in.size(1);
    constexpr std::int64_t kChunkBytes = 128 << 10;
    const std::int64_t chunk = std::max<std::int64_t>(1, kChunkBytes / 4 / std::min(inputs, kDotInputs) / kDotOutputs) * kDotOutputs;
    const auto blockAt = [&](std::int64_t o, std::int64_t i, std::int64_t last) {
        return Block{{rowsOf(w).at(o) + i, w.stride(0)}, std::min(chunk, last - o), std::min(kDotInputs, inputs - i)};
    };
    forUnits(w.size(0), kDotOutputs, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t o = first; o < last; o += chunk) {
            for (std::int64_t i = 0; i < inputs; i += kDotInputs) {
                const bool isLastPart = i + kDotInputs >= inputs;
                const Block next = isLastPart ? blockAt(std::min(o + chunk, last), 0, last) : blockAt(o, i + kDotInputs, last);
                dotBlock({mutableRowsOf(y).first + o, y.stride(0)}, {rowsOf(in).first + i, in.stride(0)}, rows, blockAt(o, i, last), next, i == 0 ? Start::Zero : Start::Memory);
            }
        }
    });
}

void fewRowsInputGradient(const torch::Tensor& dx, const torch::Tensor& dy, const torch::Tensor& weight) {
    const torch::Tensor d = withWholeRows(dy);
    const torch::Tensor w = withWholeRows(weight);
    const std::int64_t rows = d.size(0), outputs = d.size(1), inputs = w.size(1);
    const auto blockAt = [&](std::int64_t o, std::int64_t i, std::int64_t last) {
        return Block{{rowsOf(w).at(o) + i, w.stride(0)}, std::min(kInputOutputs, outputs - o), std::min(kInputColumns, last - i)};
    };
    forUnits(inputs, kInputColumns, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> scratch(static_cast<std::size_t>((kInputOutputs + kInputRows) * kInputColumns));
        float* wide = scratch.data() + kInputOutputs * kInputColumns;
        for (std::int64_t o = 0; o < outputs; o += kInputOutputs) {
            for (std::int64_t i = first; i < last; i += kInputColumns) {
                const bool isLastPanel = i + kInputColumns >= last;
                const Block next = isLastPanel ? blockAt(std::min(o + kInputOutputs, outputs), first, last) : blockAt(o, i + kInputColumns, last);
                inputPanel({mutableRowsOf(dx).first + i, dx.stride(0)}, {rowsOf(d).first + o, d.stride(0)}, rows, blockAt(o, i, last), next,
                           o == 0 ? Start::Zero : Start::Memory, scratch.data(), wide);
            }
        }
    });
}

void fewRowsWeightGradient(const torch::Tensor& dWeight, const torch::Tensor& dy, const torch::Tensor& x, Into into) {
    const torch::Tensor d = withWholeRows(dy);
    const torch::Tensor in = withWholeRows(x);
    const std::int64_t rows = d.size(0), outputs = d.size(1), inputs = in.size(1);
    const std::int64_t panels = (inputs + kWeightColumns - 1) / kWeightColumns;
    std::vector<float> packed(static_cast<std::size_t>(panels * kWeightColumns * rows));
    for (std::int64_t p = 0; p < panels; ++p) {
        const std::int64_t first = p * kWeightColumns;
        packColumns<kWeightColumns>(packed.data() + first * rows, {rowsOf(in).first + first, in.stride(0)}, rows, std::min(kWeightColumns, inputs - first));
    }
    forUnits(outputs, kWeightOutputs, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> scratch(static_cast<std::size_t>(rows * kWeightOutputs + kWeightOutputs * kWeightColumns));
        float* edge = scratch.data() + rows * kWeightOutputs;
        for (std::int64_t o = first; o < last; o += kWeightOutputs) {
            const std::int64_t height = std::min(kWeightOutputs, last - o);
            packColumns<kWeightOutputs>(scratch.data(), {rowsOf(d).first + o, d.stride(0)}, rows, height);
            weightStrip({mutableRowsOf(dWeight).at(o), dWeight.stride(0)}, height, scratch.data(), packed.data(), rows, inputs, into, edge);
        }
    });
}

}  // namespace lathe::tensor
