// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/text_source.h"

#include <algorithm>

namespace lathe::data {
namespace {
constexpr std::size_t kStep = 1u << 20;
}

TextSource::TextSource(std::string_view file, const std::string& encoding, std::size_t skipBytes)
    : file_(file.substr(std::min(skipBytes, file.size()))) {
    if (encoding == "UTF-8") {
        window_ = file_;
        isAtEnd_ = true;
        return;
    }
    decoder_ = makeDecoder(encoding);
    grow();
}

TextSource::~TextSource() = default;

void TextSource::grow() {
    if (isAtEnd_) return;
    buffer_.erase(0, bufferStart_);
    bufferStart_ = 0;
    // Doubling keeps the work linear when one record needs many megabytes.
    const std::size_t count = std::min(std::max(kStep, buffer_.size()), file_.size() - decoded_);
    isAtEnd_ = decoded_ + count == file_.size();
    decoder_->decode(file_.substr(decoded_, count), isAtEnd_, buffer_);
    decoded_ += count;
    window_ = buffer_;
}

void TextSource::advance(std::size_t count) {
    window_.remove_prefix(std::min(count, window_.size()));
    if (decoder_) {
        bufferStart_ = buffer_.size() - window_.size();
        consumed_ = decoded_ > window_.size() ? decoded_ - window_.size() : 0;
    } else {
        consumed_ = file_.size() - window_.size();
    }
}

}  // namespace lathe::data
