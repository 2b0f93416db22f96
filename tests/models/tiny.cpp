// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/tiny.h"

#include <map>

#include "base/random.h"

namespace lathe::models::testing {

std::string tinyConfig(const std::string& modelType) {
    static const std::map<std::string, std::string> kConfigs{
        {"gpt2", R"({"model_type": "gpt2", "vocab_size": 40, "n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 32,
                     "embd_pdrop": 0.1, "attn_pdrop": 0.1, "resid_pdrop": 0.1})"},
        {"llama",
         R"({"model_type": "llama", "vocab_size": 40, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3,
                      "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 32, "mlp_bias": true,
                      "attention_bias": true, "attention_dropout": 0.1,
                      "rope_scaling": {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                       "original_max_position_embeddings": 16}})"},
        {"qwen2",
         R"({"model_type": "qwen2", "vocab_size": 40, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3,
                      "num_attention_heads": 4, "num_key_value_heads": 1, "max_position_embeddings": 32, "tie_word_embeddings": true,
                      "attention_dropout": 0.1, "rope_parameters": {"rope_theta": 1000.0, "rope_type": "default"}})"},
        {"bert",
         R"({"model_type": "bert", "vocab_size": 40, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3,
                     "num_attention_heads": 4, "max_position_embeddings": 32})"},
        {"distilbert",
         R"({"model_type": "distilbert", "vocab_size": 40, "dim": 32, "hidden_dim": 64, "n_layers": 3, "n_heads": 4,
                           "max_position_embeddings": 32})"},
        {"roberta",
         R"({"model_type": "roberta", "vocab_size": 40, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3,
                        "num_attention_heads": 4, "max_position_embeddings": 34, "pad_token_id": 1})"},
    };
    const auto found = kConfigs.find(modelType);
    return found == kConfigs.end() ? std::string() : found->second;
}

LoadedModel tinyModel(const std::string& modelType, std::optional<HeadRequest> head, std::uint64_t seed) {
    LoadOptions options;
    options.head = std::move(head);
    options.seed = seed;
    LoadedModel loaded = createModel(tinyConfig(modelType), options);
    const torch::NoGradGuard noGrad;
    base::RandomStream random(seed, 99);
    for (Parameter& parameter : loaded.model->parameters()) {
        if (parameter.isBiasOrNorm()) {
            for (std::int64_t i = 0; i < parameter.value.numel(); ++i) {
                parameter.value.data_ptr<float>()[i] += static_cast<float>(random.normal() * 0.1);
            }
        } else {
            parameter.value.mul_(8.0);
        }
    }
    return loaded;
}

HeadRequest threeLabels() { return {HeadKind::Classification, {"red", "green", "blue"}, "multi_label_classification"}; }

std::vector<std::vector<std::int32_t>> randomRows(const std::vector<int>& lengths, std::uint64_t seed) {
    base::RandomStream random(seed, 5);
    std::vector<std::vector<std::int32_t>> rows;
    for (const int length : lengths) {
        std::vector<std::int32_t> row;
        for (int i = 0; i < length; ++i) {
            row.push_back(static_cast<std::int32_t>(3 + random.below(37)));
        }
        rows.push_back(row);
    }
    return rows;
}

}  // namespace lathe::models::testing
