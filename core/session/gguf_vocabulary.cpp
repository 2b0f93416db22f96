// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/gguf_vocabulary.h"

#include <algorithm>

#include <unistd.h>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"
#include "base/limits.h"
#include "models/formats/adapter.h"
#include "models/formats/model_files.h"

namespace lathe::session {
namespace {

namespace fs = std::filesystem;
using base::Json;

// llama.cpp's token types (gguf.TokenType).
constexpr std::int32_t kNormal = 1;
constexpr std::int32_t kControl = 3;
constexpr std::int32_t kUserDefined = 4;
constexpr std::int32_t kUnused = 5;

/// llama.cpp knows pre-tokenizers by name; which one follows from what tokenizer.json says.
std::string preTokenizerName(const Json& preTokenizer) {
    const std::string text = preTokenizer.dump();
    if (text.find("\"Digits\"") != std::string::npos) return "smollm";
    if (text.find("\\\\p{N}{1,3}") != std::string::npos) return "llama-bpe";
    if (text.find("\\\\p{N}") != std::string::npos && text.find("\"Split\"") != std::string::npos) return "qwen2";
    return "gpt-2";
}

std::string mergeText(const Json& merge) {
    if (merge.is_string()) return merge.get<std::string>();
    return merge.at(0).get<std::string>() + " " + merge.at(1).get<std::string>();
}

text::GgufVocabulary fromTokenizerJson(const Json& json, const text::Tokenizer& tokenizer) {
    text::GgufVocabulary vocabulary;
    vocabulary.model = "gpt2";
    vocabulary.pre = preTokenizerName(json.value("pre_tokenizer", Json()));
    const auto size = static_cast<std::size_t>(tokenizer.vocabularySize());
    vocabulary.tokens.resize(size);
    vocabulary.tokenTypes.assign(size, kUnused);
    for (std::size_t id = 0; id < size; ++id) {
        vocabulary.tokens[id] = tokenizer.tokenText(static_cast<std::int32_t>(id));
        if (!vocabulary.tokens[id].empty()) vocabulary.tokenTypes[id] = kNormal;
        else vocabulary.tokens[id] = fmt::format("[PAD{}]", id);
    }
    for (const text::AddedToken& token : tokenizer.addedTokens())
        vocabulary.tokenTypes[static_cast<std::size_t>(token.id)] = token.isSpecial ? kControl : kUserDefined;
    for (const Json& merge : json.at("model").at("merges")) vocabulary.merges.push_back(mergeText(merge));
    const text::SpecialTokenIds& special = tokenizer.specialIds();
    const auto copy = [](const std::optional<std::int32_t>& id) { return id ? std::optional<std::int64_t>(*id) : std::nullopt; };
    vocabulary.bosId = copy(special.bos);
    vocabulary.eosId = copy(special.eos);
    vocabulary.unkId = copy(special.unk);
    vocabulary.padId = copy(special.pad);
    const std::vector<std::int32_t> empty = tokenizer.encode("");
    vocabulary.addBos = special.bos && !empty.empty() && empty.front() == *special.bos;
    vocabulary.addEos = special.eos && !empty.empty() && empty.back() == *special.eos && !vocabulary.addBos.value();
    vocabulary.chatTemplate = tokenizer.chatTemplate();
    return vocabulary;
}

}  // namespace

text::GgufVocabulary ggufVocabularyOf(const ResolvedModel& model, const text::Tokenizer& tokenizer) {
    if (!formats::isAdapterFolder(model.path)) {
        const formats::ModelFiles files = formats::openModelFiles(model.path);
        if (files.vocabulary) return *files.vocabulary;
    }
    if (tokenizer.kind() != "bpe")
        throw Error(ErrorCode::Unsupported, fmt::format("{} cannot be written as GGUF. Its tokenizer is {}; only byte-level BPE is written. Export it as hf instead.", model.name, tokenizer.kind()));
    // The tokenizer writes itself, so that an adapter's or a run's own folder need not hold the file.
    const fs::path scratch = fs::temp_directory_path() / fmt::format("lathe-vocabulary-{}", ::getpid());
    struct Remove { fs::path folder; ~Remove() { std::error_code ignored; fs::remove_all(folder, ignored); } } const remove{scratch};
    fs::create_directories(scratch);
    tokenizer.save(scratch);
    return fromTokenizerJson(base::readJsonFile(scratch / "tokenizer.json", {.maxBytes = base::kMaxTokenizerBytes}), tokenizer);
}

}  // namespace lathe::session
