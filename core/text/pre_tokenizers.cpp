// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/pre_tokenizers.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "text/json_access.h"
#include "text/regex.h"
#include "text/unicode.h"
#include "text/word_scanners.h"

namespace lathe::text {

void splitAlong(const std::vector<Stretch>& stretches, SplitBehavior behavior, std::vector<Piece>& out) {
    std::vector<Piece> pieces;
    bool wasMatch = false;
    const auto add = [&](const Stretch& s) { pieces.push_back({s.begin, s.end}); };
    switch (behavior) {
        case SplitBehavior::Removed:
            for (const Stretch& s : stretches) {
                if (!s.isMatch) {
                    add(s);
                }
            }
            break;
        case SplitBehavior::Isolated:
            for (const Stretch& s : stretches) {
                add(s);
            }
            break;
        case SplitBehavior::MergedWithPrevious:
            for (const Stretch& s : stretches) {
                if (s.isMatch && !wasMatch && !pieces.empty()) {
                    pieces.back().end = s.end;
                } else {
                    add(s);
                }
                wasMatch = s.isMatch;
            }
            break;
        case SplitBehavior::MergedWithNext:
            for (auto s = stretches.rbegin(); s != stretches.rend(); ++s) {
                if (s->isMatch && !wasMatch && !pieces.empty()) {
                    pieces.back().begin = s->begin;
                } else {
                    add(*s);
                }
                wasMatch = s->isMatch;
            }
            std::reverse(pieces.begin(), pieces.end());
            break;
        case SplitBehavior::Contiguous:
            for (const Stretch& s : stretches) {
                if (s.isMatch == wasMatch && !pieces.empty()) {
                    pieces.back().end = s.end;
                } else {
                    add(s);
                }
                wasMatch = s.isMatch;
            }
            break;
    }
    for (const Piece& piece : pieces) {
        if (piece.begin < piece.end) {
            out.push_back(piece);
        }
    }
}

namespace {

/// Finds the stretches of one piece: every byte of [begin, end) in exactly one of them.
using StretchFinder = std::function<void(std::string_view piece, std::uint32_t base, std::vector<Stretch>& out)>;

class Split final : public PreTokenizer {
public:
    Split(StretchFinder finder, SplitBehavior behavior, bool inverts)
        : finder_(std::move(finder)), behavior_(behavior), inverts_(inverts) {}

    void apply(PreTokenized& text) const override {
        std::vector<Piece> pieces;
        std::vector<Stretch> stretches;
        for (const Piece& piece : text.pieces) {
            stretches.clear();
            finder_(std::string_view(text.text.text).substr(piece.begin, piece.end - piece.begin), piece.begin,
                    stretches);
            if (inverts_) {
                for (Stretch& s : stretches) {
                    s.isMatch = !s.isMatch;
                }
            }
            splitAlong(stretches, behavior_, pieces);
        }
        text.pieces = std::move(pieces);
    }

private:
    StretchFinder finder_;
    SplitBehavior behavior_;
    bool inverts_;
};

/// Each character of a kind is a match of its own.
StretchFinder eachCharacter(std::function<bool(char32_t)> isMatch) {
    return [isMatch = std::move(isMatch)](std::string_view piece, std::uint32_t base, std::vector<Stretch>& out) {
        std::size_t last = 0;
        for (std::size_t i = 0; i < piece.size();) {
            const std::size_t begin = i;
            if (isMatch(nextCodePoint(piece, i))) {
                if (last < begin) {
                    out.push_back(
                        {base + static_cast<std::uint32_t>(last), base + static_cast<std::uint32_t>(begin), false});
                }
                out.push_back({base + static_cast<std::uint32_t>(begin), base + static_cast<std::uint32_t>(i), true});
                last = i;
            }
        }
        if (last < piece.size()) {
            out.push_back(
                {base + static_cast<std::uint32_t>(last), base + static_cast<std::uint32_t>(piece.size()), false});
        }
    };
}

/// Collects matches given in order and fills the gaps.
class StretchCollector {
public:
    StretchCollector(std::uint32_t base, std::vector<Stretch>& out) : base_(base), out_(out) {}
    void match(std::size_t begin, std::size_t end) {
        gap(begin);
        out_.push_back({at(begin), at(end), true});
        last_ = end;
    }
    void gap(std::size_t end) {
        if (last_ < end) {
            out_.push_back({at(last_), at(end), false});
        }
    }

private:
    std::uint32_t at(std::size_t i) const { return base_ + static_cast<std::uint32_t>(i); }
    std::uint32_t base_;
    std::vector<Stretch>& out_;
    std::size_t last_ = 0;
};

StretchFinder byRegex(const std::string& pattern) {
    if (const auto known = knownWordPattern(pattern)) {
        return [word = *known](std::string_view piece, std::uint32_t base, std::vector<Stretch>& out) {
            StretchCollector collect(base, out);
            for (std::size_t i = 0; i < piece.size();) {
                const std::size_t end = wordEnd(word, piece, i);
                collect.match(i, end);
                i = end;
            }
        };
    }
    return [regex = Regex(pattern)](std::string_view piece, std::uint32_t base, std::vector<Stretch>& out) {
        StretchCollector collect(base, out);
        regex.forEachMatch(piece, [&](std::size_t begin, std::size_t end) { collect.match(begin, end); });
        collect.gap(piece.size());
    };
}

StretchFinder byLiteral(std::string literal) {
    return [literal = std::move(literal)](std::string_view piece, std::uint32_t base, std::vector<Stretch>& out) {
        StretchCollector collect(base, out);
        if (!literal.empty()) {
            for (std::size_t at = piece.find(literal); at != std::string_view::npos;
                 at = piece.find(literal, at + literal.size())) {
                collect.match(at, at + literal.size());
            }
        }
        collect.gap(piece.size());
    };
}

/// Runs of word characters and runs of other visible characters (\w+|[^\w\s]+).
void findWords(std::string_view piece, std::uint32_t base, std::vector<Stretch>& out) {
    const CharacterClasses& classes = CharacterClasses::get();
    const auto kindOf = [&](char32_t c) { return classes.is(c, kWord) ? 1 : classes.is(c, kSpace) ? 0 : 2; };
    StretchCollector collect(base, out);
    for (std::size_t i = 0; i < piece.size();) {
        const std::size_t begin = i;
        const int kind = kindOf(nextCodePoint(piece, i));
        if (kind == 0) {
            continue;
        }
        while (i < piece.size()) {
            std::size_t next = i;
            if (kindOf(nextCodePoint(piece, next)) != kind) {
                break;
            }
            i = next;
        }
        collect.match(begin, i);
    }
    collect.gap(piece.size());
}

class Sequence final : public PreTokenizer {
public:
    explicit Sequence(std::vector<std::unique_ptr<const PreTokenizer>> steps) : steps_(std::move(steps)) {}
    void apply(PreTokenized& text) const override {
        for (const auto& step : steps_) {
            step->apply(text);
        }
    }

private:
    std::vector<std::unique_ptr<const PreTokenizer>> steps_;
};

/// Copies the text piece by piece while `write` may change it; pieces follow.
void rewritePieces(PreTokenized& text, const std::function<void(const Piece&, TextRewriter&)>& write) {
    TextRewriter out(text.text);
    std::vector<Piece> pieces;
    pieces.reserve(text.pieces.size());
    for (const Piece& piece : text.pieces) {
        const std::size_t begin = out.size();
        write(piece, out);
        pieces.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(out.size())});
    }
    text.text = out.take();
    text.pieces = std::move(pieces);
}

Origin firstCharacterOrigin(const PreTokenized& text, const Piece& piece, const TextRewriter& out) {
    std::size_t end = piece.begin;
    nextCodePoint(text.text.text, end);
    return out.originOf(piece.begin, end);
}

class ByteLevel final : public PreTokenizer {
public:
    ByteLevel(bool addsPrefixSpace, bool usesRegex, ByteLevelOutput output)
        : addsPrefixSpace_(addsPrefixSpace), usesRegex_(usesRegex), output_(output) {}

    void apply(PreTokenized& text) const override {
        if (addsPrefixSpace_) {
            rewritePieces(text, [&](const Piece& piece, TextRewriter& out) {
                if (text.text.text[piece.begin] != ' ') {
                    out.append(" ", firstCharacterOrigin(text, piece, out));
                }
                out.keep(piece.begin, piece.end);
            });
        }
        if (usesRegex_) {
            splitIntoWords(text);
        }
        if (output_ == ByteLevelOutput::RawBytes) {
            text.isByteLevel = true;
            return;
        }
        rewritePieces(text, [&](const Piece& piece, TextRewriter& out) {
            for (std::size_t i = piece.begin; i < piece.end; ++i) {
                out.append(byteToStandIn(static_cast<std::uint8_t>(text.text.text[i])), out.originOf(i, i + 1));
            }
        });
    }

private:
    static void splitIntoWords(PreTokenized& text) {
        const WordPattern pattern{WordPattern::Family::Gpt2, 0};
        std::vector<Piece> pieces;
        pieces.reserve(text.text.text.size() / 4);
        for (const Piece& piece : text.pieces) {
            const std::string_view bytes = std::string_view(text.text.text).substr(0, piece.end);
            for (std::size_t i = piece.begin; i < piece.end;) {
                const std::size_t end = wordEnd(pattern, bytes, i);
                pieces.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(end)});
                i = end;
            }
        }
        text.pieces = std::move(pieces);
    }

    bool addsPrefixSpace_;
    bool usesRegex_;
    ByteLevelOutput output_;
};

class Metaspace final : public PreTokenizer {
public:
    enum class Scheme { Always, First, Never };
    Metaspace(std::string replacement, Scheme scheme, bool splits)
        : replacement_(std::move(replacement)), scheme_(scheme), splits_(splits) {}

    void apply(PreTokenized& text) const override {
        bool isFirst = text.isAtTextStart;
        rewritePieces(text, [&](const Piece& piece, TextRewriter& out) {
            const std::string_view bytes =
                std::string_view(text.text.text).substr(piece.begin, piece.end - piece.begin);
            const bool isMarked = bytes.front() == ' ' || bytes.starts_with(replacement_);
            const bool isWanted =
                scheme_ == Scheme::Always || (scheme_ == Scheme::First && isFirst && piece.begin == 0);
            if (isWanted && !isMarked) {
                out.append(replacement_, firstCharacterOrigin(text, piece, out));
            }
            for (std::size_t i = piece.begin; i < piece.end; ++i) {
                if (text.text.text[i] == ' ') {
                    out.replace(i, i + 1, replacement_);
                } else {
                    out.keep(i, i + 1);
                }
            }
        });
        if (splits_) {
            Split(byLiteral(replacement_), SplitBehavior::MergedWithNext, false).apply(text);
        }
    }

private:
    std::string replacement_;
    Scheme scheme_;
    bool splits_;
};

SplitBehavior behaviorOf(const std::string& name) {
    static const std::map<std::string, SplitBehavior> table = {
        {"Removed", SplitBehavior::Removed},
        {"Isolated", SplitBehavior::Isolated},
        {"MergedWithPrevious", SplitBehavior::MergedWithPrevious},
        {"MergedWithNext", SplitBehavior::MergedWithNext},
        {"Contiguous", SplitBehavior::Contiguous},
    };
    const auto found = table.find(name);
    if (found == table.end()) {
        throwCorrupt("'" + name + "' is not a behavior of a pre_tokenizer");
    }
    return found->second;
}

std::unique_ptr<const PreTokenizer> makeSplit(StretchFinder finder, SplitBehavior behavior, bool inverts = false) {
    return std::make_unique<Split>(std::move(finder), behavior, inverts);
}

bool isSpace(char32_t c) { return CharacterClasses::get().is(c, kSpace); }
bool isPunctuation(char32_t c) { return CharacterClasses::get().is(c, kBertPunctuation); }

std::unique_ptr<const PreTokenizer> makeBert(const base::Json&) {
    std::vector<std::unique_ptr<const PreTokenizer>> steps;
    steps.push_back(makeSplit(eachCharacter(isSpace), SplitBehavior::Removed));
    steps.push_back(makeSplit(eachCharacter(isPunctuation), SplitBehavior::Isolated));
    return std::make_unique<Sequence>(std::move(steps));
}

std::unique_ptr<const PreTokenizer> makeMetaspace(const base::Json& json) {
    const std::string scheme =
        textOr(json, "prepend_scheme", boolOr(json, "add_prefix_space", true) ? "always" : "never");
    if (scheme != "always" && scheme != "first" && scheme != "never") {
        throwCorrupt("'" + scheme + "' is not a prepend_scheme");
    }
    const std::string replacement = textOr(json, "replacement", "\xE2\x96\x81");
    if (toCodePoints(replacement).size() != 1) {
        throwCorrupt("the replacement of Metaspace must be one character");
    }
    return std::make_unique<Metaspace>(replacement,
                                       scheme == "always"  ? Metaspace::Scheme::Always
                                       : scheme == "first" ? Metaspace::Scheme::First
                                                           : Metaspace::Scheme::Never,
                                       boolOr(json, "split", true));
}

std::unique_ptr<const PreTokenizer> makePatternSplit(const base::Json& json) {
    const PatternJson pattern = patternOf(json, "pre_tokenizer Split");
    return makeSplit(pattern.isRegex ? byRegex(pattern.text) : byLiteral(pattern.text),
                     behaviorOf(requiredText(json, "behavior")), boolOr(json, "invert", false));
}

std::unique_ptr<const PreTokenizer> makeDelimiterSplit(const base::Json& json) {
    return makeSplit(byLiteral(requiredText(json, "delimiter")), SplitBehavior::Removed);
}

using Maker = std::function<std::unique_ptr<const PreTokenizer>(const base::Json&)>;

const std::map<std::string, Maker>& makers() {
    static const std::map<std::string, Maker> table = {
        {"BertPreTokenizer", makeBert},
        {"Metaspace", makeMetaspace},
        {"Split", makePatternSplit},
        {"CharDelimiterSplit", makeDelimiterSplit},
        {"Whitespace", [](const base::Json&) { return makeSplit(findWords, SplitBehavior::Removed, true); }},
        {"WhitespaceSplit",
         [](const base::Json&) { return makeSplit(eachCharacter(isSpace), SplitBehavior::Removed); }},
        {"Punctuation",
         [](const base::Json& json) {
             return makeSplit(eachCharacter(isPunctuation), behaviorOf(textOr(json, "behavior", "Isolated")));
         }},
        {"Digits",
         [](const base::Json& json) {
             return makeSplit(eachCharacter(isRustNumeric), boolOr(json, "individual_digits", false)
                                                                ? SplitBehavior::Isolated
                                                                : SplitBehavior::Contiguous);
         }},
    };
    return table;
}

}  // namespace

PreTokenizerBundle makePreTokenizer(const base::Json& json, ByteLevelOutput output) {
    PreTokenizerBundle bundle;
    if (json.is_null()) {
        return bundle;
    }
    const std::string type = typeOf(json, "pre_tokenizer");
    if (type == "ByteLevel") {
        bundle.preTokenizer = std::make_unique<ByteLevel>(boolOr(json, "add_prefix_space", true),
                                                          boolOr(json, "use_regex", true), output);
        bundle.endsInByteLevel = true;
        return bundle;
    }
    if (type == "Sequence") {
        std::vector<std::unique_ptr<const PreTokenizer>> steps;
        const base::Json& list = requiredArray(json, "pretokenizers");
        for (std::size_t i = 0; i < list.size(); ++i) {
            PreTokenizerBundle step =
                makePreTokenizer(list[i], i + 1 == list.size() ? output : ByteLevelOutput::StandIns);
            bundle.endsInByteLevel = step.endsInByteLevel;
            if (step.preTokenizer) {
                steps.push_back(std::move(step.preTokenizer));
            }
        }
        bundle.preTokenizer = std::make_unique<Sequence>(std::move(steps));
        return bundle;
    }
    const auto found = makers().find(type);
    if (found == makers().end()) {
        throwUnsupported("pre_tokenizer", type);
    }
    bundle.preTokenizer = found->second(json);
    return bundle;
}

}  // namespace lathe::text
