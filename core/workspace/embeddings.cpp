// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>

#include "workspace/database.h"
#include "workspace/workspace.h"

namespace lathe::workspace {

std::vector<std::vector<float>> Workspace::embeddings(const std::string& model, std::span<const std::string> keys) const {
    const auto held = database_->lock();
    std::vector<std::vector<float>> vectors(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        Statement query(*database_, "SELECT vector FROM embeddings WHERE model=? AND key=?");
        query.bind(model).bind(keys[i]);
        if (!query.step()) continue;
        const std::string_view bytes = query.blob(0);
        vectors[i].resize(bytes.size() / sizeof(float));
        std::memcpy(vectors[i].data(), bytes.data(), vectors[i].size() * sizeof(float));
    }
    return vectors;
}

void Workspace::addEmbeddings(const std::string& model, std::span<const std::string> keys, std::span<const std::vector<float>> vectors) {
    database_->transaction([&] {
        Statement insert(*database_, "INSERT OR REPLACE INTO embeddings(model, key, vector) VALUES(?, ?, ?)");
        for (std::size_t i = 0; i < keys.size(); ++i)
            insert.bind(model).bind(keys[i]).bindBlob({reinterpret_cast<const char*>(vectors[i].data()), vectors[i].size() * sizeof(float)}).run();
    });
}

}  // namespace lathe::workspace
