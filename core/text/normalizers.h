// SPDX-License-Identifier: GPL-3.0-or-later
/// The "normalizer" part of tokenizer.json.
#pragma once
#include <memory>
#include <string>

#include "base/json.h"
#include "text/aligned_text.h"

namespace lathe::text {

/// Changes text before it is split. Immutable; may be used from any thread.
class Normalizer {
public:
    virtual ~Normalizer() = default;
    virtual void apply(AlignedText& text) const = 0;
};

/// Null for JSON null. Throws CorruptFile for a malformed part and Unsupported for an unknown type.
std::unique_ptr<const Normalizer> makeNormalizer(const base::Json& json);

/// The charsmap of sentencepiece models (normalizers of type Precompiled), in precompiled_charsmap.cpp.
std::unique_ptr<const Normalizer> makePrecompiledNormalizer(const std::string& charsmap);
/// NFC, NFD, NFKC and NFKD of Unicode 9, in unicode_normal_forms.cpp; null for another name.
std::unique_ptr<const Normalizer> makeUnicodeNormalizer(const std::string& type);
/// BERT's clean-up, in bert_normalizer.cpp.
std::unique_ptr<const Normalizer> makeBertNormalizer(const base::Json& json);

/// Canonical (or compatibility) decomposition of one character after Unicode 9, in full; empty if it has none.
std::u32string decomposition(char32_t c, bool isCompatibility);
/// Canonical combining class of Unicode 9.
std::uint8_t combiningClass(char32_t c);

}  // namespace lathe::text
