// SPDX-License-Identifier: GPL-3.0-or-later
/// A file as a window of UTF-8 text that slides forward: the mapping itself where the file is UTF-8, a buffer else.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/files.h"
#include "data/encoding.h"

namespace lathe::data {

class TextSource {
public:
    /// encoding as canonicalEncoding gives it; skipBytes = length of the byte order mark. The file must outlive the source.
    TextSource(std::string_view file, const std::string& encoding, std::size_t skipBytes);
    ~TextSource();
    TextSource(const TextSource&) = delete;
    TextSource& operator=(const TextSource&) = delete;

    /// The text from the current position on, as far as it is decoded. Moves when grow() or advance() is called.
    std::string_view window() const { return window_; }
    /// The window reaches to the end of the file.
    bool isAtEnd() const { return isAtEnd_; }
    /// Decodes more, at least doubling a window that was too small. Does nothing at the end.
    void grow();
    /// Drops the first bytes of the window.
    void advance(std::size_t count);
    /// Bytes of the file that are behind the window (roughly, where the text is decoded).
    std::size_t consumedBytes() const { return consumed_; }

private:
    std::string_view file_;
    std::unique_ptr<Decoder> decoder_;   ///< null: the window lies in the file
    std::size_t decoded_ = 0;            ///< bytes of file_ given to the decoder
    std::string buffer_;
    std::size_t bufferStart_ = 0;
    std::string_view window_;
    bool isAtEnd_ = false;
    std::size_t consumed_ = 0;
};

}  // namespace lathe::data
