// SPDX-License-Identifier: GPL-3.0-or-later
/// A JSON scanner that keeps values as they are written: 1.10 stays 1.10.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace lathe::data {

enum class JsonKind { Null, Boolean, Number, Text, Array, Object };

/// One member of an object. Text: value is unescaped; other kinds: value is the source text.
struct JsonMember {
    std::string key;
    JsonKind kind = JsonKind::Null;
    std::string value;
};

enum class JsonScan { Ok, Incomplete, Bad };

struct JsonProblem {
    std::size_t at = 0;
    std::string reason;
};

/// Reads one object from the beginning of text (blanks before it are skipped) and sets `used` behind it. Incomplete = text
/// ended inside it. Nesting is limited to 64; a repeated key is Bad.
JsonScan scanJsonObject(std::string_view text, std::vector<JsonMember>& members, std::size_t& used, JsonProblem& problem);

/// Skips one value of any kind in the same way.
JsonScan skipJsonValue(std::string_view text, std::size_t& used, JsonProblem& problem);

/// Appends text as a JSON string with quotes; valid UTF-8 in, ASCII control characters escaped.
void appendJsonText(std::string& output, std::string_view text);

}  // namespace lathe::data
