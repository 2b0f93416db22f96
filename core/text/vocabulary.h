// SPDX-License-Identifier: GPL-3.0-or-later
/// Token texts and ids, both ways.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"

namespace lathe::text {

/// Immutable after the add() calls. Ids may have gaps.
class Vocabulary {
public:
    Vocabulary() = default;
    /// From {"token": id, ...}. Throws CorruptFile on ids out of range or tokens that are too long.
    explicit Vocabulary(const base::Json& tokenToId);

    void reserve(std::size_t tokens);
    /// A text or id that is there already keeps its first entry in that direction. Throws CorruptFile as above.
    void add(const std::string& token, std::int32_t id);
    /// -1 if absent.
    std::int32_t idOf(std::string_view token) const;
    bool has(std::int32_t id) const;
    /// Empty for ids that are not there.
    const std::string& textOf(std::int32_t id) const;
    /// Largest id + 1.
    std::int32_t size() const { return static_cast<std::int32_t>(texts_.size()); }
    std::size_t longestTokenBytes() const { return longestTokenBytes_; }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> ids_;
    std::vector<std::string> texts_;
    std::vector<bool> present_;
    std::size_t longestTokenBytes_ = 0;
};

}  // namespace lathe::text
