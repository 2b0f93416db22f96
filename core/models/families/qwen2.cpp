// SPDX-License-Identifier: GPL-3.0-or-later
/// Qwen2 and Qwen2.5: Llama's shape with biases on q, k and v (transformers 5.23, models/qwen2).
#include <fmt/format.h>
#include <lathe/error.h>

#include "models/families/llama_like.h"

namespace lathe::models {

namespace {

/// Layers from max_window_layers on attend to sliding_window tokens only. Within the window that changes nothing.
void rejectSlidingWindow(const ConfigReader& config, const Architecture& a) {
    const bool isUsed = config.flag("use_sliding_window", false) && config.has("sliding_window");
    if (!isUsed || config.integer("max_window_layers", 0, kMaxPositions, 28) >= a.numLayers) {
        return;
    }
    const std::int64_t window = config.integer("sliding_window", 1, kMaxPositions);
    if (window < a.maxPositions) {
        throw Error(
            ErrorCode::Unsupported,
            fmt::format(
                "config.json: use_sliding_window with a window of {} tokens is not built in. Set use_sliding_window to "
                "false if your texts are shorter than that, or choose another model.",
                window));
    }
}

Architecture read(const ConfigReader& config) {
    Architecture a = readLlamaLike(config);
    a.modelType = "qwen2";
    setLlamaLikeBiases(a, {true, false, false});
    rejectSlidingWindow(config, a);
    return a;
}

}  // namespace

const Family kQwen2{"qwen2", "Qwen2Model", "Qwen2ForCausalLM", "Qwen2ForSequenceClassification", read};

}  // namespace lathe::models
