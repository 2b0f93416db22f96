// SPDX-License-Identifier: GPL-3.0-or-later
/// A sentencepiece *.model file, run by libsentencepiece.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/subword_model.h"

namespace lathe::text {

/// Immutable; may be used from any thread.
class SentencePieceModel {
public:
    /// Throws CorruptFile. `what` names the file.
    SentencePieceModel(std::string bytes, const std::string& what);
    ~SentencePieceModel();
    SentencePieceModel(const SentencePieceModel&) = delete;
    SentencePieceModel& operator=(const SentencePieceModel&) = delete;

    /// Appends ids with byte ranges in `text` (valid UTF-8).
    void tokenize(std::string_view text, std::vector<ModelToken>& out) const;
    /// The text of ids, as libsentencepiece joins their pieces.
    std::string decode(const std::vector<std::int32_t>& ids) const;
    const std::string& bytes() const { return bytes_; }

    struct PieceInfo {
        std::string text;
        float score = 0;
        bool isControl = false;
        bool isUnknown = false;
        bool isUserDefined = false;
    };
    std::vector<PieceInfo> pieces() const;
    std::int32_t bosId() const;
    std::int32_t eosId() const;
    std::int32_t unkId() const;
    std::int32_t padId() const;

private:
    struct Processor;
    std::string bytes_;
    std::unique_ptr<Processor> processor_;
};

/// The tokenizer.json that stands for a sentencepiece model, as text. Ids are equal on ordinary text; libsentencepiece
/// itself stays the authority for this program.
std::string tokenizerJsonOf(const SentencePieceModel& model);

}  // namespace lathe::text
