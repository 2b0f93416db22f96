// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/layers.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "models/formats/adapter.h"
#include "models/formats/model_files.h"

namespace lathe::session {
namespace {

/// "model.layers.3" of "model.layers.3.mlp.up_proj.weight", with 3; an empty name where there is no block.
std::pair<std::string, std::int64_t> blockOf(const std::string& name) {
    for (const std::string_view part : {"layers.", "layer.", "h."}) {
        std::size_t at = name.find(part);
        while (at != std::string::npos && at != 0 && name[at - 1] != '.') at = name.find(part, at + 1);
        if (at == std::string::npos) continue;
        const char* first = name.data() + at + part.size();
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(first, name.data() + name.size(), number);
        if (error == std::errc() && end < name.data() + name.size() && *end == '.') return {name.substr(0, static_cast<std::size_t>(end - name.data())), number};
    }
    return {};
}

bool isEmbedding(const std::string& name) {
    return name.find("embed") != std::string::npos || name.find("wte.") != std::string::npos || name.find("wpe.") != std::string::npos;
}

/// The shared beginning of an embedding's name, so that one glob freezes all of them.
std::string embeddingName(const std::string& name) {
    const auto at = name.find("embeddings.");
    if (at != std::string::npos) return name.substr(0, at + 10);
    return name.substr(0, name.rfind('.'));
}

}  // namespace

std::vector<LayerInfo> describeLayers(const ResolvedModel& model) {
    const std::filesystem::path path = formats::isAdapterFolder(model.path) ? resolveModel(formats::readAdapter(model.path).config.baseModelName, nullptr).path : model.path;
    const formats::ModelFiles files = formats::openModelFiles(path);
    std::map<std::int64_t, LayerInfo> blocks;
    std::map<std::string, LayerInfo> embeddings;
    std::map<std::string, LayerInfo> heads;
    for (const formats::TensorInfo& tensor : files.tensors->tensors()) {
        const auto [name, number] = blockOf(tensor.name);
        const std::string own = tensor.name.substr(0, tensor.name.rfind('.'));
        LayerInfo& layer = !name.empty() ? blocks[number] : isEmbedding(tensor.name) ? embeddings[embeddingName(tensor.name)] : heads[own];
        layer.name = !name.empty() ? name : isEmbedding(tensor.name) ? embeddingName(tensor.name) : own;
        layer.index = !name.empty() ? number : -1;
        layer.parameters += static_cast<std::int64_t>(tensor.elements);
    }
    std::vector<LayerInfo> layers;
    for (const auto& [name, layer] : embeddings) layers.push_back(layer);
    for (const auto& [number, layer] : blocks) layers.push_back(layer);
    for (auto& [name, layer] : heads) {
        layer.index = static_cast<std::int64_t>(blocks.size());
        layers.push_back(layer);
    }
    return layers;
}

}  // namespace lathe::session
