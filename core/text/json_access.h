// SPDX-License-Identifier: GPL-3.0-or-later
/// Typed reading of the parts of tokenizer.json; each error names the part and the key.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"

namespace lathe::text {

/// Value of "type". Throws CorruptFile if it is missing; `part` names the place ("normalizer").
std::string typeOf(const base::Json& json, const std::string& part);
/// null and absent count as absent; another type throws CorruptFile.
bool boolOr(const base::Json& json, const char* key, bool fallback);
std::int64_t integerOr(const base::Json& json, const char* key, std::int64_t fallback);
std::string textOr(const base::Json& json, const char* key, const std::string& fallback);
std::optional<std::string> optionalText(const base::Json& json, const char* key);
std::string requiredText(const base::Json& json, const char* key);
/// The member, which must be an array (or object). Throws CorruptFile.
const base::Json& requiredArray(const base::Json& json, const char* key);
const base::Json& requiredObject(const base::Json& json, const char* key);
/// A token id: 0 <= id < 2^24. Throws CorruptFile; `what` names the token.
std::int32_t checkedId(const base::Json& value, const std::string& what);
inline constexpr std::int32_t kMaxTokenId = (1 << 24) - 1;

/// Throws CorruptFile "The tokenizer's PART ...".
[[noreturn]] void throwCorrupt(const std::string& sentence);
[[noreturn]] void throwUnsupported(const std::string& part, const std::string& type);

/// Bytes of standard base64. Throws CorruptFile.
std::string decodeBase64(const std::string& text, const std::string& what);
std::string encodeBase64(const std::string& bytes);

/// A "pattern" of tokenizer.json: {"String": "..."} or {"Regex": "..."}.
struct PatternJson {
    bool isRegex = false;
    std::string text;
};
PatternJson patternOf(const base::Json& json, const std::string& part);

}  // namespace lathe::text
