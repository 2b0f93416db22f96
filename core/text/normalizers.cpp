// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/normalizers.h"

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "text/json_access.h"
#include "text/regex.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

/// A normaliser that looks at one character at a time; `map` returns what to write, or nullopt to keep it.
class CharacterMap final : public Normalizer {
public:
    using Mapping = std::function<std::optional<std::string>(char32_t)>;
    explicit CharacterMap(Mapping mapping) : mapping_(std::move(mapping)) {}

    void apply(AlignedText& text) const override {
        TextRewriter out(text);
        for (std::size_t i = 0; i < text.text.size();) {
            const std::size_t begin = i;
            const char32_t c = nextCodePoint(text.text, i);
            const std::optional<std::string> mapped = mapping_(c);
            if (mapped) {
                out.replace(begin, i, *mapped);
            } else {
                out.keep(begin, i);
            }
        }
        text = out.take();
    }

private:
    Mapping mapping_;
};

class Sequence final : public Normalizer {
public:
    explicit Sequence(std::vector<std::unique_ptr<const Normalizer>> steps) : steps_(std::move(steps)) {}
    void apply(AlignedText& text) const override {
        for (const auto& step : steps_) {
            step->apply(text);
        }
    }

private:
    std::vector<std::unique_ptr<const Normalizer>> steps_;
};

class Prepend final : public Normalizer {
public:
    explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}
    void apply(AlignedText& text) const override {
        if (text.text.empty()) {
            return;
        }
        TextRewriter out(text);
        std::size_t firstEnd = 0;
        nextCodePoint(text.text, firstEnd);
        out.append(prefix_, out.originOf(0, firstEnd));
        out.keep(0, text.text.size());
        text = out.take();
    }

private:
    std::string prefix_;
};

class Strip final : public Normalizer {
public:
    Strip(bool left, bool right) : left_(left), right_(right) {}
    void apply(AlignedText& text) const override {
        const CharacterClasses& classes = CharacterClasses::get();
        std::size_t begin = 0;
        std::size_t end = text.text.size();
        while (left_ && begin < end) {
            std::size_t next = begin;
            if (!classes.is(nextCodePoint(text.text, next), kSpace)) {
                break;
            }
            begin = next;
        }
        while (right_ && end > begin) {
            std::size_t previous = end;
            if (!classes.is(previousCodePoint(text.text, previous), kSpace)) {
                break;
            }
            end = previous;
        }
        text = text.slice(begin, end);
    }

private:
    bool left_;
    bool right_;
};

/// Replace with a literal or a regular expression.
class Replace final : public Normalizer {
public:
    Replace(const PatternJson& pattern, std::string content) : literal_(pattern.text), content_(std::move(content)) {
        if (pattern.isRegex) {
            regex_.emplace(pattern.text);
        }
    }

    void apply(AlignedText& text) const override {
        TextRewriter out(text);
        std::size_t last = 0;
        const auto replace = [&](std::size_t begin, std::size_t end) {
            out.keep(last, begin);
            out.append(content_,
                       begin < end ? out.originOf(begin, end) : out.originOf(begin > 0 ? begin - 1 : 0, begin));
            last = end;
        };
        if (regex_) {
            regex_->forEachMatch(text.text, replace);
        } else if (!literal_.empty()) {
            for (std::size_t at = text.text.find(literal_); at != std::string::npos;
                 at = text.text.find(literal_, last)) {
                replace(at, at + literal_.size());
            }
        }
        if (last == 0 && out.size() == 0) {
            return;
        }
        out.keep(last, text.text.size());
        text = out.take();
    }

private:
    std::string literal_;
    std::optional<Regex> regex_;
    std::string content_;
};

/// The Nmt normaliser: control characters go, special blanks become spaces.
std::optional<std::string> nmtMapping(char32_t c) {
    const auto in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    if (in(0x01, 0x08) || c == 0x0B || in(0x0E, 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F) {
        return std::string();
    }
    const bool isBlank = c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 || in(0x200B, 0x200F) ||
                         c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
    return isBlank ? std::optional<std::string>(" ") : std::nullopt;
}

/// The ByteLevel normaliser: each byte becomes its stand-in, all with the origin of their character.
class ByteLevel final : public Normalizer {
public:
    void apply(AlignedText& text) const override {
        TextRewriter out(text);
        for (std::size_t i = 0; i < text.text.size();) {
            const std::size_t begin = i;
            nextCodePoint(text.text, i);
            const Origin origin = out.originOf(begin, i);
            for (std::size_t k = begin; k < i; ++k) {
                out.append(byteToStandIn(static_cast<std::uint8_t>(text.text[k])), origin);
            }
        }
        text = out.take();
    }
};

using Maker = std::function<std::unique_ptr<const Normalizer>(const base::Json&)>;

std::unique_ptr<const Normalizer> makeSequence(const base::Json& json) {
    std::vector<std::unique_ptr<const Normalizer>> steps;
    for (const base::Json& step : requiredArray(json, "normalizers")) {
        steps.push_back(makeNormalizer(step));
    }
    std::erase(steps, nullptr);
    return std::make_unique<Sequence>(std::move(steps));
}

std::unique_ptr<const Normalizer> makeLowercase(const base::Json&) {
    return std::make_unique<CharacterMap>([](char32_t c) -> std::optional<std::string> {
        if (c < 0x80 && (c < 'A' || c > 'Z')) {
            return std::nullopt;
        }
        std::string out;
        appendLower(out, c);
        return out;
    });
}

std::unique_ptr<const Normalizer> makeStripAccents(const base::Json&) {
    return std::make_unique<CharacterMap>([](char32_t c) -> std::optional<std::string> {
        return c >= 0x300 && CharacterClasses::get().is(c, kCombiningMark) ? std::optional<std::string>("")
                                                                           : std::nullopt;
    });
}

const std::map<std::string, Maker>& makers() {
    static const std::map<std::string, Maker> table = {
        {"Sequence", makeSequence},
        {"BertNormalizer", makeBertNormalizer},
        {"Lowercase", makeLowercase},
        {"StripAccents", makeStripAccents},
        {"ByteLevel", [](const base::Json&) { return std::make_unique<ByteLevel>(); }},
        {"Nmt", [](const base::Json&) { return std::make_unique<CharacterMap>(nmtMapping); }},
        {"Prepend", [](const base::Json& json) { return std::make_unique<Prepend>(requiredText(json, "prepend")); }},
        {"Strip",
         [](const base::Json& json) {
             return std::make_unique<Strip>(boolOr(json, "strip_left", true), boolOr(json, "strip_right", true));
         }},
        {"Replace",
         [](const base::Json& json) {
             return std::make_unique<Replace>(patternOf(json, "normalizer Replace"), requiredText(json, "content"));
         }},
        {"Precompiled",
         [](const base::Json& json) {
             return makePrecompiledNormalizer(
                 decodeBase64(requiredText(json, "precompiled_charsmap"), "'precompiled_charsmap'"));
         }},
    };
    return table;
}

}  // namespace

std::unique_ptr<const Normalizer> makeNormalizer(const base::Json& json) {
    if (json.is_null()) {
        return nullptr;
    }
    const std::string type = typeOf(json, "normalizer");
    if (auto form = makeUnicodeNormalizer(type)) {
        return form;
    }
    const auto found = makers().find(type);
    if (found == makers().end()) {
        throwUnsupported("normalizer", type);
    }
    return found->second(json);
}

}  // namespace lathe::text
