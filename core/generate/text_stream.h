// SPDX-License-Identifier: GPL-3.0-or-later
/// Turns token ids into text while they come: never half a UTF-8 character, never a part of a stop text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace lathe::generate {

class TextStream {
public:
    /// The tokenizer is copied (copies share their definition).
    TextStream(text::Tokenizer tokenizer, std::vector<std::string> stopStrings);

    /// Adds a token and returns the text that is certain now; may be empty.
    std::string push(std::int32_t id);
    /// What was held back, at the end. Nothing after a stop text.
    std::string finish();
    /// True once a stop text has appeared; what follows it is dropped.
    bool isStopped() const { return isStopped_; }
    /// All text returned so far.
    const std::string& text() const { return text_; }

private:
    std::string release(std::string fresh, bool isLast);

    text::Tokenizer tokenizer_;
    std::vector<std::string> stopStrings_;
    std::vector<std::int32_t> ids_;
    std::size_t prefix_ = 0;  ///< first id of the window that is decoded
    std::size_t read_ = 0;    ///< ids whose text is out
    std::string held_;        ///< decoded, but perhaps the start of a stop text
    std::string text_;
    bool isStopped_ = false;
};

/// Cuts at the first stop text. True if there was one.
bool cutAtStop(std::string& text, const std::vector<std::string>& stopStrings);

}  // namespace lathe::generate
