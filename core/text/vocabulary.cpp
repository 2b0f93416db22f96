// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/vocabulary.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "text/json_access.h"

namespace lathe::text {

Vocabulary::Vocabulary(const base::Json& tokenToId) {
    if (!tokenToId.is_object()) {
        throwCorrupt("'vocab' must be a JSON object of tokens and ids");
    }
    reserve(tokenToId.size());
    for (auto entry = tokenToId.begin(); entry != tokenToId.end(); ++entry) {
        add(entry.key(), checkedId(entry.value(), fmt::format("the token '{}'", entry.key().substr(0, 60))));
    }
}

void Vocabulary::reserve(std::size_t tokens) {
    ids_.reserve(tokens);
    texts_.reserve(tokens);
}

void Vocabulary::add(const std::string& token, std::int32_t id) {
    if (id < 0 || id > kMaxTokenId) {
        throwCorrupt(fmt::format("token id {} is out of range", id));
    }
    if (token.size() > base::kMaxPieceBytes) {
        throwCorrupt(
            fmt::format("token {} is {} bytes long; at most {} are accepted", id, token.size(), base::kMaxPieceBytes));
    }
    ids_.try_emplace(token, id);
    const auto index = static_cast<std::size_t>(id);
    if (index >= texts_.size()) {
        texts_.resize(index + 1);
        present_.resize(index + 1, false);
    }
    if (!present_[index]) {
        texts_[index] = token;
        present_[index] = true;
    }
    longestTokenBytes_ = std::max(longestTokenBytes_, token.size());
}

std::int32_t Vocabulary::idOf(std::string_view token) const {
    const auto found = ids_.find(token);
    return found == ids_.end() ? -1 : found->second;
}

bool Vocabulary::has(std::int32_t id) const {
    return id >= 0 && static_cast<std::size_t>(id) < present_.size() && present_[static_cast<std::size_t>(id)];
}

const std::string& Vocabulary::textOf(std::int32_t id) const {
    static const std::string empty;
    return has(id) ? texts_[static_cast<std::size_t>(id)] : empty;
}

}  // namespace lathe::text
