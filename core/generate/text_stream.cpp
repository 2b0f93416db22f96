// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/text_stream.h"

#include <algorithm>
#include <string_view>

namespace lathe::generate {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// Length of the longest ending of `text` that begins a stop text without completing it.
std::size_t possibleStopLength(const std::string& text, const std::vector<std::string>& stopStrings) {
    std::size_t longest = 0;
    for (const std::string& stop : stopStrings)
        for (std::size_t length = std::min(text.size(), stop.size() - 1); length > longest; --length)
            if (text.compare(text.size() - length, length, stop, 0, length) == 0) {
                longest = length;
                break;
            }
    return longest;
}

}  // namespace

bool cutAtStop(std::string& text, const std::vector<std::string>& stopStrings) {
    std::size_t first = std::string::npos;
    for (const std::string& stop : stopStrings) first = std::min(first, text.find(stop));
    if (first == std::string::npos) return false;
    text.resize(first);
    return true;
}

TextStream::TextStream(text::Tokenizer tokenizer, std::vector<std::string> stopStrings)
    : tokenizer_(std::move(tokenizer)), stopStrings_(std::move(stopStrings)) {}

std::string TextStream::push(std::int32_t id) {
    if (isStopped_) return {};
    ids_.push_back(id);
    // Only a window is decoded: from the last token that was shown, because decoders treat the very first token
    // differently.
    const auto begin = ids_.begin() + static_cast<std::ptrdiff_t>(prefix_);
    const std::string before = tokenizer_.decode({begin, ids_.begin() + static_cast<std::ptrdiff_t>(read_)});
    const std::string now = tokenizer_.decode({begin, ids_.end()});
    if (now.size() <= before.size() || now.ends_with(kReplacement)) return {};
    prefix_ = read_;
    read_ = ids_.size();
    return release(now.substr(before.size()), false);
}

std::string TextStream::finish() {
    if (isStopped_) return {};
    const auto begin = ids_.begin() + static_cast<std::ptrdiff_t>(prefix_);
    const std::string before = tokenizer_.decode({begin, ids_.begin() + static_cast<std::ptrdiff_t>(read_)});
    const std::string now = tokenizer_.decode({begin, ids_.end()});
    prefix_ = read_ = ids_.size();
    return release(now.size() > before.size() ? now.substr(before.size()) : std::string(), true);
}

std::string TextStream::release(std::string fresh, bool isLast) {
    held_ += fresh;
    isStopped_ = cutAtStop(held_, stopStrings_);
    const std::size_t kept = isStopped_ || isLast ? 0 : possibleStopLength(held_, stopStrings_);
    std::string out = held_.substr(0, held_.size() - kept);
    held_.erase(0, out.size());
    text_ += out;
    return out;
}

}  // namespace lathe::generate
