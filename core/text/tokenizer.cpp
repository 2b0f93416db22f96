// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/tokenizer.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "text/json_access.h"
#include "text/tokenizer_definition.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 31;
constexpr std::size_t kMaxIdleScratch = 16;

void checkTextSize(std::string_view text) {
    if (text.size() >= kMaxTextBytes) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("A text of {} bytes is too long to tokenise. At most 2 GiB are accepted; split it.",
                                text.size()));
    }
}

}  // namespace

/// Borrows buffers for one encode() call, so that threads never share them.
class Tokenizer::Definition::ScratchLease {
public:
    explicit ScratchLease(const Definition& owner) : owner_(owner) {
        {
            const std::lock_guard lock(owner.scratchMutex_);
            if (!owner.scratch_.empty()) {
                scratch_ = std::move(owner.scratch_.back());
                owner.scratch_.pop_back();
            }
        }
        if (!scratch_) {
            scratch_ = std::make_unique<Scratch>();
        }
    }
    ~ScratchLease() {
        constexpr std::size_t kKeptSymbols = 1u << 16;
        if (scratch_->symbols.capacity() > kKeptSymbols || scratch_->heap.capacity() > kKeptSymbols) {
            scratch_->symbols = {};
            scratch_->heap = {};
        }
        const std::lock_guard lock(owner_.scratchMutex_);
        if (owner_.scratch_.size() < kMaxIdleScratch) {
            owner_.scratch_.push_back(std::move(scratch_));
        }
    }
    ScratchLease(const ScratchLease&) = delete;
    ScratchLease& operator=(const ScratchLease&) = delete;
    Scratch& operator*() { return *scratch_; }

private:
    const Definition& owner_;
    std::unique_ptr<Scratch> scratch_;
};

Tokenizer::Definition::Definition(const base::Json& json, std::string jsonText, TokenizerSettings settings,
                                  std::shared_ptr<const SentencePieceModel> sentencepiece)
    : jsonText_(std::move(jsonText)), settings_(std::move(settings)), sentencepiece_(std::move(sentencepiece)) {
    if (!json.is_object()) {
        throwCorrupt("the file is not a JSON object");
    }
    const auto member = [&](const char* key) { return json.contains(key) ? json[key] : base::Json(); };
    if (!json.contains("model")) {
        throwCorrupt("it has no 'model'");
    }
    normalizer_ = makeNormalizer(member("normalizer"));
    model_ = makeSubwordModel(json["model"]);
    preTokenizer_ = makePreTokenizer(member("pre_tokenizer"),
                                     model_->takesRawBytes() ? ByteLevelOutput::RawBytes : ByteLevelOutput::StandIns);
    postProcessor_ = makePostProcessor(member("post_processor"));
    decoder_ = makeDecoder(member("decoder"));
    kind = sentencepiece_ ? "sentencepiece" : model_->kind();
    readAddedTokens(json);
    findSpecialIds();
    buildMatchers();
    computeHash(json);
}

void Tokenizer::Definition::addToken(const AddedToken& token) {
    if (token.content.empty() || addedText_.contains(token.id)) {
        return;
    }
    addedText_[token.id] = token.content;
    addedId_.try_emplace(token.content, token.id);
    addedTokens.push_back(token);
    if (token.isSpecial) {
        special_.insert(token.id);
    }
}

void Tokenizer::Definition::readAddedTokens(const base::Json& json) {
    if (json.contains("added_tokens") && !json["added_tokens"].is_null()) {
        for (const base::Json& entry : requiredArray(json, "added_tokens")) {
            AddedToken token;
            token.content = requiredText(entry, "content");
            token.id = checkedId(entry.contains("id") ? entry["id"] : base::Json(),
                                 fmt::format("the added token '{}'", token.content.substr(0, 60)));
            token.isSingleWord = boolOr(entry, "single_word", false);
            token.stripsLeft = boolOr(entry, "lstrip", false);
            token.stripsRight = boolOr(entry, "rstrip", false);
            token.isSpecial = boolOr(entry, "special", false);
            token.isNormalized = boolOr(entry, "normalized", !token.isSpecial);
            addToken(token);
        }
    }
    for (const AddedToken& token : settings_.addedTokens) {
        addToken(token);
    }
    // Roles that a configuration names are special tokens too, as transformers adds them.
    std::vector<std::string> named = settings_.additionalSpecialTokens;
    for (const auto* role : {&settings_.bos, &settings_.eos, &settings_.pad, &settings_.unk, &settings_.cls,
                             &settings_.sep, &settings_.mask}) {
        if (*role) {
            named.push_back(**role);
        }
    }
    for (const std::string& content : named) {
        const auto id = tokenId(content);
        if (id && !addedText_.contains(*id)) {
            addToken({*id, content, false, false, false, false, true});
        } else if (id) {
            special_.insert(*id);
        }
    }
    vocabularySize = model_->vocabulary().size();
    for (const AddedToken& token : addedTokens) {
        vocabularySize = std::max(vocabularySize, token.id + 1);
    }
}

void Tokenizer::Definition::buildMatchers() {
    std::vector<AddedToken> raw;
    std::vector<std::string> rawContents;
    std::vector<AddedToken> normalised;
    std::vector<std::string> normalisedContents;
    for (const AddedToken& token : addedTokens) {
        if (!token.isNormalized) {
            raw.push_back(token);
            rawContents.push_back(token.content);
            continue;
        }
        AlignedText content = AlignedText::fromOriginal(token.content, TrackOrigins::No);
        if (normalizer_) {
            normalizer_->apply(content);
        }
        normalised.push_back(token);
        normalisedContents.push_back(content.text);
    }
    rawMatcher_ = raw.empty() ? AddedTokenMatcher() : AddedTokenMatcher(std::move(raw), rawContents);
    normalizedMatcher_ =
        normalised.empty() ? AddedTokenMatcher() : AddedTokenMatcher(std::move(normalised), normalisedContents);
}

void Tokenizer::Definition::findSpecialIds() {
    const auto idOf = [&](const std::optional<std::string>& content) {
        return content ? tokenId(*content) : std::nullopt;
    };
    specialIds = {idOf(settings_.bos), idOf(settings_.eos), idOf(settings_.pad), idOf(settings_.unk),
                  idOf(settings_.cls), idOf(settings_.sep), idOf(settings_.mask)};
    if (!settings_.isGiven) {
        guessSpecialIds();
    }
    if (!specialIds.unk) {
        specialIds.unk = model_->unknownId();
    }
}

/// A bare tokenizer.json does not say what its special tokens are for: the usual names decide.
void Tokenizer::Definition::guessSpecialIds() {
    const auto firstOf = [&](std::initializer_list<const char*> names) -> std::optional<std::int32_t> {
        for (const char* name : names) {
            const auto found = addedId_.find(name);
            if (found != addedId_.end() && special_.contains(found->second)) {
                return found->second;
            }
        }
        return std::nullopt;
    };
    specialIds.cls = firstOf({"[CLS]", "<cls>"});
    specialIds.sep = firstOf({"[SEP]", "<sep>"});
    specialIds.mask = firstOf({"[MASK]", "<mask>"});
    specialIds.pad = firstOf({"[PAD]", "<pad>", "<|pad|>", "<|finetune_right_pad_id|>"});
    specialIds.unk = firstOf({"[UNK]", "<unk>"});
    specialIds.bos = firstOf({"<s>", "<|begin_of_text|>", "<bos>", "<|im_start|>", "<|endoftext|>"});
    specialIds.eos = firstOf({"</s>", "<|eot_id|>", "<|end_of_text|>", "<eos>", "<|im_end|>", "<|endoftext|>"});
}

void Tokenizer::Definition::computeHash(const base::Json& json) {
    base::Json parts = base::Json::object();
    for (const char* key : {"added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"}) {
        parts[key] = json.contains(key) ? json[key] : base::Json();
    }
    base::Json special = base::Json::array();
    for (const auto& id : {specialIds.bos, specialIds.eos, specialIds.pad, specialIds.unk, specialIds.cls,
                           specialIds.sep, specialIds.mask}) {
        special.push_back(id.value_or(-1));
    }
    parts["special_ids"] = special;
    parts["added_ids"] = base::Json::array();
    for (const AddedToken& token : addedTokens) {
        parts["added_ids"].push_back({token.id, token.content});
    }
    parts["cleanup"] = settings_.cleansUpSpaces;
    hash = base::sha256(parts.dump() + (sentencepiece_ ? base::sha256(sentencepiece_->bytes()) : std::string()));
}

void Tokenizer::Definition::encodeText(std::string_view text, Sink& sink) const {
    checkTextSize(text);
    ScratchLease scratch(*this);
    AlignedText root = AlignedText::fromOriginal(text, sink.tracking);
    if (rawMatcher_.empty()) {
        encodeSegment(std::move(root), true, *scratch, sink);
        return;
    }
    const std::vector<AddedStretch> stretches = rawMatcher_.split(root.text);
    if (stretches.size() == 1 && stretches[0].id < 0) {
        encodeSegment(std::move(root), true, *scratch, sink);
        return;
    }
    for (const AddedStretch& stretch : stretches) {
        if (stretch.id < 0) {
            encodeSegment(root.slice(stretch.begin, stretch.end), stretch.begin == 0, *scratch, sink);
            continue;
        }
        sink.ids.push_back(stretch.id);
        if (sink.tracking == TrackOrigins::Yes) {
            sink.offsets.push_back(root.originalRange(stretch.begin, stretch.end));
        }
    }
}

void Tokenizer::Definition::encodeSegment(AlignedText segment, bool isAtTextStart, Scratch& scratch, Sink& sink) const {
    if (sentencepiece_) {
        encodeWithSentencePiece(segment, sink);
        return;
    }
    if (normalizer_) {
        normalizer_->apply(segment);
    }
    if (normalizedMatcher_.empty()) {
        encodeNormalised(std::move(segment), isAtTextStart, scratch, sink);
        return;
    }
    for (const AddedStretch& stretch : normalizedMatcher_.split(segment.text)) {
        if (stretch.id < 0) {
            encodeNormalised(segment.slice(stretch.begin, stretch.end), isAtTextStart && stretch.begin == 0, scratch,
                             sink);
            continue;
        }
        sink.ids.push_back(stretch.id);
        if (sink.tracking == TrackOrigins::Yes) {
            sink.offsets.push_back(segment.originalRange(stretch.begin, stretch.end));
        }
    }
}

void Tokenizer::Definition::encodeNormalised(AlignedText text, bool isAtTextStart, Scratch& scratch, Sink& sink) const {
    if (text.text.empty()) {
        return;
    }
    if (text.text.size() > std::numeric_limits<std::uint32_t>::max() / 4) {
        throw Error(ErrorCode::InvalidInput, "A text is longer than 1 GiB after normalisation. Split it.");
    }
    PreTokenized pre;
    pre.pieces.push_back({0, static_cast<std::uint32_t>(text.text.size())});
    pre.text = std::move(text);
    pre.isAtTextStart = isAtTextStart;
    if (preTokenizer_.preTokenizer) {
        preTokenizer_.preTokenizer->apply(pre);
    }
    const PieceKind pieceKind = pre.isByteLevel ? PieceKind::RawBytes : PieceKind::Text;
    const std::string_view bytes = pre.text.text;
    sink.ids.reserve(sink.ids.size() + pre.pieces.size() + pre.pieces.size() / 4);
    for (const Piece& piece : pre.pieces) {
        sink.tokens.clear();
        model_->tokenize(bytes.substr(piece.begin, piece.end - piece.begin), pieceKind, scratch, sink.tokens);
        for (const ModelToken& token : sink.tokens) {
            sink.ids.push_back(token.id);
            if (sink.tracking == TrackOrigins::Yes) {
                sink.offsets.push_back(pre.text.originalRange(piece.begin + token.begin, piece.begin + token.end));
            }
        }
    }
}

void Tokenizer::Definition::encodeWithSentencePiece(const AlignedText& text, Sink& sink) const {
    sink.tokens.clear();
    sentencepiece_->tokenize(text.text, sink.tokens);
    for (const ModelToken& token : sink.tokens) {
        sink.ids.push_back(token.id);
        if (sink.tracking == TrackOrigins::Yes) {
            sink.offsets.push_back(text.originalRange(token.begin, token.end));
        }
    }
}

std::vector<std::int32_t> Tokenizer::Definition::encode(std::string_view text,
                                                        AddSpecialTokens addSpecialTokens) const {
    Sink sink;
    if (addSpecialTokens == AddSpecialTokens::No) {
        encodeText(text, sink);
        return std::move(sink.ids);
    }
    for (const PostProcessor::Part& part : postProcessor_.single) {
        if (part.kind == PostProcessor::Part::Kind::First) {
            encodeText(text, sink);
        } else {
            sink.ids.insert(sink.ids.end(), part.ids.begin(), part.ids.end());
        }
    }
    return std::move(sink.ids);
}

Encoding Tokenizer::Definition::encodeTracked(std::string_view first, const std::string_view* second,
                                              AddSpecialTokens addSpecialTokens) const {
    const auto encodeOne = [&](std::string_view text) {
        Sink sink;
        sink.tracking = TrackOrigins::Yes;
        encodeText(text, sink);
        Encoding out;
        out.ids = std::move(sink.ids);
        out.offsets = std::move(sink.offsets);
        if (postProcessor_.trimsOffsets) {
            trimOffsets(out);
        }
        return out;
    };
    const Encoding a = encodeOne(first);
    if (second == nullptr) {
        return postProcess(postProcessor_, a, nullptr, addSpecialTokens);
    }
    const Encoding b = encodeOne(*second);
    return postProcess(postProcessor_, a, &b, addSpecialTokens);
}

void Tokenizer::Definition::trimOffsets(Encoding& encoding) const {
    const CharacterClasses& classes = CharacterClasses::get();
    const auto isBlank = [&](char32_t c) { return c == byteToStandIn(' ') || classes.is(c, kSpace); };
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
        const std::vector<char32_t> characters = toCodePoints(validUtf8(tokenText(encoding.ids[i])));
        const auto leading = static_cast<std::size_t>(std::find_if_not(characters.begin(), characters.end(), isBlank) -
                                                      characters.begin());
        const auto trailing = static_cast<std::size_t>(
            std::find_if_not(characters.rbegin(), characters.rend(), isBlank) - characters.rbegin());
        ByteRange& range = encoding.offsets[i];
        const bool keepsLeading = postProcessor_.addsPrefixSpace && (i == 0 || range.begin == 0);
        if (!keepsLeading) {
            range.begin = std::min(range.begin + leading, range.end);
        }
        if (trailing > 0 && range.end >= trailing) {
            range.end = std::max(range.end - trailing, range.begin);
        }
    }
}

std::string Tokenizer::Definition::decode(const std::vector<std::int32_t>& ids, SkipSpecialTokens skip) const {
    std::vector<std::int32_t> kept;
    kept.reserve(ids.size());
    for (const std::int32_t id : ids) {
        const bool isKnown = model_->vocabulary().has(id) || addedText_.contains(id);
        if (isKnown && !(skip == SkipSpecialTokens::Yes && isSpecial(id))) {
            kept.push_back(id);
        }
    }
    if (sentencepiece_) {
        return sentencepiece_->decode(kept);
    }
    std::vector<std::string> tokens;
    tokens.reserve(kept.size());
    for (const std::int32_t id : kept) {
        tokens.push_back(tokenText(id));
    }
    if (decoder_) {
        decoder_->apply(tokens);
    }
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        out += (i > 0 && !decoder_ ? " " : "") + tokens[i];
    }
    const bool cleansUp = settings_.cleansUpSpaces && model_->kind() != "bpe";
    return cleansUp ? cleanUpTokenization(std::move(out)) : out;
}

const std::string& Tokenizer::Definition::tokenText(std::int32_t id) const {
    const auto added = addedText_.find(id);
    return added != addedText_.end() ? added->second : model_->vocabulary().textOf(id);
}

std::optional<std::int32_t> Tokenizer::Definition::tokenId(std::string_view text) const {
    const auto added = addedId_.find(std::string(text));
    if (added != addedId_.end()) {
        return added->second;
    }
    const std::int32_t id = model_->vocabulary().idOf(text);
    return id < 0 ? std::nullopt : std::optional<std::int32_t>(id);
}

Tokenizer::Tokenizer(std::shared_ptr<const Definition> definition) : definition_(std::move(definition)) {}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, AddSpecialTokens addSpecialTokens) const {
    return definition_->encode(text, addSpecialTokens);
}

Encoding Tokenizer::encodeWithOffsets(std::string_view text, AddSpecialTokens addSpecialTokens) const {
    return definition_->encodeTracked(text, nullptr, addSpecialTokens);
}

Encoding Tokenizer::encodePair(std::string_view first, std::string_view second,
                               AddSpecialTokens addSpecialTokens) const {
    return definition_->encodeTracked(first, &second, addSpecialTokens);
}

std::string Tokenizer::decode(const std::vector<std::int32_t>& ids, SkipSpecialTokens skip) const {
    return definition_->decode(ids, skip);
}

std::string Tokenizer::tokenText(std::int32_t id) const { return definition_->tokenText(id); }

std::optional<std::int32_t> Tokenizer::tokenId(std::string_view tokenText) const {
    return definition_->tokenId(tokenText);
}

bool Tokenizer::isSpecial(std::int32_t id) const { return definition_->isSpecial(id); }

std::int32_t Tokenizer::vocabularySize() const { return definition_->vocabularySize; }

const SpecialTokenIds& Tokenizer::specialIds() const { return definition_->specialIds; }

const std::vector<AddedToken>& Tokenizer::addedTokens() const { return definition_->addedTokens; }

std::int32_t Tokenizer::specialTokensPerText() const { return definition_->postProcessor().specialTokensPerText(); }

std::optional<std::int64_t> Tokenizer::modelMaxLength() const { return definition_->settings().modelMaxLength; }

const std::string& Tokenizer::chatTemplate() const { return definition_->settings().chatTemplate; }

const std::string& Tokenizer::kind() const { return definition_->kind; }

const std::string& Tokenizer::hash() const { return definition_->hash; }

}  // namespace lathe::text
