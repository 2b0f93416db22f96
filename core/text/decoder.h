// SPDX-License-Identifier: GPL-3.0-or-later
/// The "decoder" part of tokenizer.json: token texts back to text.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"

namespace lathe::text {

/// Immutable; may be used from any thread.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// Changes the list; the text is what its entries give when they are joined.
    virtual void apply(std::vector<std::string>& tokens) const = 0;
};

/// Null for JSON null (tokens are then joined with spaces). Throws CorruptFile or Unsupported.
std::unique_ptr<const Decoder> makeDecoder(const base::Json& json);

/// transformers' clean_up_tokenization: no space before punctuation and contractions.
std::string cleanUpTokenization(std::string text);

}  // namespace lathe::text
