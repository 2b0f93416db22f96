// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/decoder.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "text/json_access.h"
#include "text/regex.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
    if (from.empty() || text.find(from) == std::string::npos) {
        return;
    }
    std::string out;
    std::size_t last = 0;
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, last)) {
        out.append(text, last, at - last);
        out.append(to);
        last = at + from.size();
    }
    out.append(text, last);
    text = std::move(out);
}

/// WordPiece's clean-up has one pair more than transformers' own.
void cleanUp(std::string& text, bool isWordPiece) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kPairs = {{{" .", "."},
                                                                                       {" ?", "?"},
                                                                                       {" !", "!"},
                                                                                       {" ,", ","},
                                                                                       {" ' ", "'"},
                                                                                       {" n't", "n't"},
                                                                                       {" 'm", "'m"},
                                                                                       {" do not", " don't"},
                                                                                       {" 's", "'s"},
                                                                                       {" 've", "'ve"},
                                                                                       {" 're", "'re"}}};
    for (const auto& [from, to] : kPairs) {
        if (isWordPiece || from != " do not") {
            replaceAll(text, from, to);
        }
    }
}

/// Turns each token by itself into another one; the index is its place in the list.
class EachToken final : public Decoder {
public:
    using Function = std::function<void(std::size_t, std::string&)>;
    explicit EachToken(Function function) : function_(std::move(function)) {}
    void apply(std::vector<std::string>& tokens) const override {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            function_(i, tokens[i]);
        }
    }

private:
    Function function_;
};

class WholeList final : public Decoder {
public:
    using Function = std::function<void(std::vector<std::string>&)>;
    explicit WholeList(Function function) : function_(std::move(function)) {}
    void apply(std::vector<std::string>& tokens) const override { function_(tokens); }

private:
    Function function_;
};

std::unique_ptr<const Decoder> each(EachToken::Function function) {
    return std::make_unique<EachToken>(std::move(function));
}
std::unique_ptr<const Decoder> whole(WholeList::Function function) {
    return std::make_unique<WholeList>(std::move(function));
}

/// Bytes behind stand-ins; a token with any other character counts as its own UTF-8.
void decodeByteLevel(std::vector<std::string>& tokens) {
    std::string bytes;
    for (const std::string& token : tokens) {
        const std::size_t before = bytes.size();
        for (std::size_t i = 0; i < token.size();) {
            const int byte = standInToByte(nextCodePoint(token, i));
            if (byte < 0) {
                bytes.resize(before);
                bytes += token;
                break;
            }
            bytes.push_back(static_cast<char>(byte));
        }
    }
    tokens = {validUtf8(bytes)};
}

std::optional<char> byteOfToken(const std::string& token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') {
        return std::nullopt;
    }
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    const int high = digit(token[3]);
    const int low = digit(token[4]);
    return high < 0 || low < 0 ? std::nullopt : std::optional<char>(static_cast<char>(high * 16 + low));
}

/// Runs of <0xXX> become their text, or one U+FFFD a byte if they are not UTF-8.
void decodeByteFallback(std::vector<std::string>& tokens) {
    std::vector<std::string> out;
    std::string bytes;
    const auto flush = [&] {
        if (bytes.empty()) {
            return;
        }
        if (validUtf8Prefix(bytes) == bytes.size()) {
            out.push_back(bytes);
        } else {
            out.insert(out.end(), bytes.size(), "\xEF\xBF\xBD");
        }
        bytes.clear();
    };
    for (std::string& token : tokens) {
        if (const auto byte = byteOfToken(token)) {
            bytes.push_back(*byte);
            continue;
        }
        flush();
        out.push_back(std::move(token));
    }
    flush();
    tokens = std::move(out);
}

void fuse(std::vector<std::string>& tokens) {
    std::string joined;
    for (const std::string& token : tokens) {
        joined += token;
    }
    tokens = {std::move(joined)};
}

std::unique_ptr<const Decoder> makeWordPiece(const base::Json& json) {
    return each([prefix = textOr(json, "prefix", "##"), cleans = boolOr(json, "cleanup", true)](std::size_t i,
                                                                                                std::string& token) {
        if (i > 0) {
            if (!prefix.empty() && token.starts_with(prefix)) {
                token.erase(0, prefix.size());
            } else {
                token.insert(token.begin(), ' ');
            }
        }
        if (cleans) {
            cleanUp(token, true);
        }
    });
}

std::unique_ptr<const Decoder> makeMetaspace(const base::Json& json) {
    const std::string scheme =
        textOr(json, "prepend_scheme", boolOr(json, "add_prefix_space", true) ? "always" : "never");
    return each([replacement = textOr(json, "replacement", "\xE2\x96\x81"), drops = scheme != "never"](
                    std::size_t i, std::string& token) { replaceAll(token, replacement, i == 0 && drops ? "" : " "); });
}

std::unique_ptr<const Decoder> makeStrip(const base::Json& json) {
    const std::int64_t start = integerOr(json, "start", 0);
    const std::int64_t stop = integerOr(json, "stop", 0);
    return each([content = textOr(json, "content", " "), start, stop](std::size_t, std::string& token) {
        for (std::int64_t i = 0; i < start && !content.empty() && token.starts_with(content); ++i) {
            token.erase(0, content.size());
        }
        for (std::int64_t i = 0; i < stop && !content.empty() && token.ends_with(content); ++i) {
            token.erase(token.size() - content.size());
        }
    });
}

std::unique_ptr<const Decoder> makeReplace(const base::Json& json) {
    const PatternJson pattern = patternOf(json, "decoder Replace");
    const std::string content = requiredText(json, "content");
    if (!pattern.isRegex) {
        return each(
            [from = pattern.text, content](std::size_t, std::string& token) { replaceAll(token, from, content); });
    }
    return each([regex = Regex(pattern.text), content](std::size_t, std::string& token) {
        std::string out;
        std::size_t last = 0;
        regex.forEachMatch(token, [&](std::size_t begin, std::size_t end) {
            out.append(token, last, begin - last);
            out += content;
            last = end;
        });
        out.append(token, last);
        token = std::move(out);
    });
}

std::unique_ptr<const Decoder> makeBpeSuffix(const base::Json& json) {
    return whole([suffix = textOr(json, "suffix", "</w>")](std::vector<std::string>& tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            replaceAll(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
        }
    });
}

std::unique_ptr<const Decoder> makeSequence(const base::Json& json) {
    auto steps = std::make_shared<std::vector<std::unique_ptr<const Decoder>>>();
    for (const base::Json& step : requiredArray(json, "decoders")) {
        if (auto decoder = makeDecoder(step)) {
            steps->push_back(std::move(decoder));
        }
    }
    return whole([steps](std::vector<std::string>& tokens) {
        for (const auto& step : *steps) {
            step->apply(tokens);
        }
    });
}

using Maker = std::function<std::unique_ptr<const Decoder>(const base::Json&)>;

const std::map<std::string, Maker>& makers() {
    static const std::map<std::string, Maker> table = {
        {"ByteLevel", [](const base::Json&) { return whole(decodeByteLevel); }},
        {"ByteFallback", [](const base::Json&) { return whole(decodeByteFallback); }},
        {"Fuse", [](const base::Json&) { return whole(fuse); }},
        {"WordPiece", makeWordPiece},
        {"Metaspace", makeMetaspace},
        {"Strip", makeStrip},
        {"Replace", makeReplace},
        {"BPEDecoder", makeBpeSuffix},
        {"Sequence", makeSequence},
    };
    return table;
}

}  // namespace

std::unique_ptr<const Decoder> makeDecoder(const base::Json& json) {
    if (json.is_null()) {
        return nullptr;
    }
    const std::string type = typeOf(json, "decoder");
    const auto found = makers().find(type);
    if (found == makers().end()) {
        throwUnsupported("decoder", type);
    }
    return found->second(json);
}

std::string cleanUpTokenization(std::string text) {
    cleanUp(text, false);
    return text;
}

}  // namespace lathe::text
