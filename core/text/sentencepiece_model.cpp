// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/sentencepiece_model.h"

#include <optional>

#include <fmt/format.h>
#include <lathe/error.h>
#include <sentencepiece_processor.h>

#include "text/json_access.h"
#include "text/tokenizer_json.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

/// Reads the few fields of sentencepiece_model.proto that libsentencepiece does not tell (protobuf wire format).
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

    struct Field {
        std::uint32_t number = 0;
        std::uint64_t value = 0;  ///< varint and fixed fields
        std::string_view bytes;   ///< length-delimited fields
    };

    /// The next field, or nothing at the end. Throws CorruptFile.
    std::optional<Field> next() {
        if (position_ >= bytes_.size()) {
            return std::nullopt;
        }
        const std::uint64_t tag = varint();
        Field field;
        field.number = static_cast<std::uint32_t>(tag >> 3);
        switch (tag & 7u) {
            case 0: field.value = varint(); break;
            case 1: take(8); break;
            case 2: field.bytes = take(varint()); break;
            case 5: take(4); break;
            default: throwCorrupt("the sentencepiece model has a field of unknown kind");
        }
        return field;
    }

private:
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            value |= static_cast<std::uint64_t>(byte & 0x7Fu) << shift;
            if (byte < 0x80) {
                return value;
            }
        }
        throwCorrupt("a number in the sentencepiece model is too long");
    }
    std::string_view take(std::uint64_t count) {
        if (count > bytes_.size() - position_) {
            throwCorrupt("the sentencepiece model is cut off");
        }
        const std::string_view out = bytes_.substr(position_, static_cast<std::size_t>(count));
        position_ += static_cast<std::size_t>(count);
        return out;
    }

    std::string_view bytes_;
    std::size_t position_ = 0;
};

struct ModelSpecs {
    std::uint64_t modelType = 1;  ///< 1 unigram, 2 BPE, 3 word, 4 char
    bool fallsBackToBytes = false;
    std::string charsmap;
    bool addsDummyPrefix = true;
    bool removesExtraSpaces = true;
    bool escapesSpaces = true;
};

ModelSpecs readSpecs(std::string_view bytes) {
    ModelSpecs specs;
    WireReader model(bytes);
    while (const auto field = model.next()) {
        WireReader part(field->bytes);
        if (field->number == 2) {  // trainer_spec
            while (const auto inner = part.next()) {
                specs.modelType = inner->number == 3 ? inner->value : specs.modelType;
                specs.fallsBackToBytes = inner->number == 35 ? inner->value != 0 : specs.fallsBackToBytes;
            }
        } else if (field->number == 3) {  // normalizer_spec
            while (const auto inner = part.next()) {
                if (inner->number == 2) {
                    specs.charsmap = std::string(inner->bytes);
                }
                specs.addsDummyPrefix = inner->number == 3 ? inner->value != 0 : specs.addsDummyPrefix;
                specs.removesExtraSpaces = inner->number == 4 ? inner->value != 0 : specs.removesExtraSpaces;
                specs.escapesSpaces = inner->number == 5 ? inner->value != 0 : specs.escapesSpaces;
            }
        }
    }
    return specs;
}

/// libsentencepiece walks the charsmap's double array without bounds, so every step must stay inside beforehand.
void checkCharsmap(const std::string& charsmap) {
    if (charsmap.empty()) {
        return;
    }
    const auto word = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            value |= static_cast<std::uint32_t>(static_cast<unsigned char>(charsmap[at + i])) << (8 * i);
        }
        return value;
    };
    const std::size_t trieBytes = charsmap.size() < 4 ? 0 : word(0);
    if (trieBytes == 0 || trieBytes % 4 != 0 || trieBytes > charsmap.size() - 4) {
        throwCorrupt("the character map of the sentencepiece model is cut off");
    }
    const std::size_t units = trieBytes / 4;
    const std::size_t replacementBytes = charsmap.size() - 4 - trieBytes;
    if (replacementBytes == 0 || charsmap.back() != '\0') {
        throwCorrupt("the replacements of the sentencepiece model's character map have no end");
    }
    for (std::size_t i = 0; i < units; ++i) {
        const std::uint32_t unit = word(4 + 4 * i);
        if ((unit & 0x80000000u) != 0) {
            if ((unit & 0x7FFFFFFFu) >= replacementBytes) {
                throwCorrupt("the sentencepiece model's character map points outside its replacements");
            }
            continue;
        }
        const std::size_t offset = static_cast<std::size_t>(unit >> 10) << ((unit & 0x200u) >> 6);
        if (((i ^ offset) | 0xFFu) >= units) {
            throwCorrupt("the sentencepiece model's character map points outside itself");
        }
    }
}

}  // namespace

struct SentencePieceModel::Processor {
    sentencepiece::SentencePieceProcessor processor;
};

SentencePieceModel::SentencePieceModel(std::string bytes, const std::string& what)
    : bytes_(std::move(bytes)), processor_(std::make_unique<Processor>()) {
    checkCharsmap(readSpecs(bytes_).charsmap);
    const auto status = processor_->processor.LoadFromSerializedProto(bytes_);
    if (!status.ok() || processor_->processor.GetPieceSize() <= 0) {
        throw Error(
            ErrorCode::CorruptFile,
            fmt::format("The sentencepiece model {} cannot be read: {}. Download it again.", what, status.ToString()),
            {what});
    }
}

SentencePieceModel::~SentencePieceModel() = default;

void SentencePieceModel::tokenize(std::string_view text, std::vector<ModelToken>& out) const {
    const auto encoded = processor_->processor.EncodeAsImmutableProto(absl::string_view(text.data(), text.size()));
    for (std::size_t i = 0; i < encoded.pieces_size(); ++i) {
        const auto piece = encoded.pieces(static_cast<int>(i));
        out.push_back({static_cast<std::int32_t>(piece.id()), piece.begin(), piece.end()});
    }
}

std::string SentencePieceModel::decode(const std::vector<std::int32_t>& ids) const {
    std::string text;
    std::vector<int> known;
    for (const std::int32_t id : ids) {
        if (id >= 0 && id < processor_->processor.GetPieceSize()) {
            known.push_back(id);
        }
    }
    (void)processor_->processor.Decode(known, &text);
    return text;
}

std::vector<SentencePieceModel::PieceInfo> SentencePieceModel::pieces() const {
    std::vector<PieceInfo> out;
    const auto& processor = processor_->processor;
    WireReader model(bytes_);
    while (const auto field = model.next()) {
        if (field->number != 1) {
            continue;
        }
        const int id = static_cast<int>(out.size());
        PieceInfo info{processor.IdToPiece(id), processor.GetScore(id), processor.IsControl(id),
                       processor.IsUnknown(id), false};
        WireReader piece(field->bytes);
        while (const auto inner = piece.next()) {
            info.isUserDefined = inner->number == 3 ? inner->value == 4 : info.isUserDefined;
        }
        out.push_back(std::move(info));
    }
    return out;
}

std::int32_t SentencePieceModel::bosId() const { return processor_->processor.bos_id(); }
std::int32_t SentencePieceModel::eosId() const { return processor_->processor.eos_id(); }
std::int32_t SentencePieceModel::unkId() const { return processor_->processor.unk_id(); }
std::int32_t SentencePieceModel::padId() const { return processor_->processor.pad_id(); }

namespace {

using Pieces = std::vector<SentencePieceModel::PieceInfo>;

base::OrderedJson unigramJson(const Pieces& pieces, std::int32_t unkId, const ModelSpecs& specs) {
    base::OrderedJson vocab = base::OrderedJson::array();
    for (const auto& piece : pieces) {
        vocab.push_back({piece.text, piece.score});
    }
    return {{"type", "Unigram"}, {"unk_id", unkId}, {"vocab", vocab}, {"byte_fallback", specs.fallsBackToBytes}};
}

base::OrderedJson bpeJson(const Pieces& pieces, std::int32_t unkId, const ModelSpecs& specs) {
    std::vector<std::string> tokens;
    std::vector<float> scores;
    for (const auto& piece : pieces) {
        tokens.push_back(piece.text);
        scores.push_back(piece.score);
    }
    base::OrderedJson model = bpeModelJson(tokens, mergesFromScores(tokens, scores));
    if (unkId >= 0) {
        model["unk_token"] = tokens[static_cast<std::size_t>(unkId)];
    }
    model["fuse_unk"] = true;
    model["byte_fallback"] = specs.fallsBackToBytes;
    return model;
}

}  // namespace

std::string tokenizerJsonOf(const SentencePieceModel& model) {
    const ModelSpecs specs = readSpecs(model.bytes());
    const Pieces pieces = model.pieces();
    if (specs.modelType != 1 && specs.modelType != 2) {
        throwUnsupported("sentencepiece model", specs.modelType == 3 ? "word" : "char");
    }
    using Json = base::OrderedJson;
    const std::string blank = "\xE2\x96\x81";
    Json normalizers = Json::array();
    if (!specs.charsmap.empty()) {
        normalizers.push_back({{"type", "Precompiled"}, {"precompiled_charsmap", encodeBase64(specs.charsmap)}});
    }
    if (specs.removesExtraSpaces) {
        normalizers.push_back({{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}});
        normalizers.push_back({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
    }
    // libsentencepiece writes the dummy prefix before every text, also before one that begins with a blank.
    if (specs.addsDummyPrefix) {
        normalizers.push_back({{"type", "Prepend"}, {"prepend", blank}});
    }
    normalizers.push_back({{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", blank}});
    Json added = Json::array();
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto& piece = pieces[i];
        if (piece.isControl || piece.isUnknown || piece.isUserDefined) {
            added.push_back({{"id", i},
                             {"content", piece.text},
                             {"single_word", false},
                             {"lstrip", false},
                             {"rstrip", false},
                             {"normalized", false},
                             {"special", !piece.isUserDefined}});
        }
    }
    const bool isUnigram = specs.modelType == 1;
    Json decoders = Json::array();
    decoders.push_back({{"type", "Replace"}, {"pattern", {{"String", blank}}}, {"content", " "}});
    decoders.push_back({{"type", "ByteFallback"}});
    decoders.push_back({{"type", "Fuse"}});
    if (specs.addsDummyPrefix) {
        decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    }
    Json out = {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}, {"added_tokens", added}};
    out["normalizer"] = {{"type", "Sequence"}, {"normalizers", normalizers}};
    out["pre_tokenizer"] = nullptr;
    out["post_processor"] = nullptr;
    out["decoder"] = {{"type", "Sequence"}, {"decoders", decoders}};
    out["model"] = isUnigram ? unigramJson(pieces, model.unkId(), specs) : bpeJson(pieces, model.unkId(), specs);
    return out.dump();
}

}  // namespace lathe::text
