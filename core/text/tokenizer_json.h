// SPDX-License-Identifier: GPL-3.0-or-later
/// Builds tokenizer.json parts for vocabularies that come in other forms. Internal to core/text.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "text/tokenizer_definition.h"

namespace lathe::text {

using MergeList = std::vector<std::pair<std::string, std::string>>;

/// {"type": "BPE", ...}. Tokens are in order of their ids.
base::OrderedJson bpeModelJson(const std::vector<std::string>& tokens, const MergeList& merges);
/// The merges that a scored vocabulary implies, best first, in the order of transformers 5.24's generate_merges.
MergeList mergesFromScores(const std::vector<std::string>& tokens, const std::vector<float>& scores);
/// One entry of "added_tokens".
base::OrderedJson addedTokenJson(const AddedToken& token);
/// TemplateProcessing with an optional token before and after each text.
base::OrderedJson bosEosTemplate(const std::optional<std::pair<std::string, std::int32_t>>& bos,
                                 const std::optional<std::pair<std::string, std::int32_t>>& eos);
base::OrderedJson byteLevelPreTokenizer(bool addsPrefixSpace, bool usesRegex);
/// Split by a regular expression, then ByteLevel without its own.
base::OrderedJson splitThenByteLevel(const std::string& regex);
/// A frame with null for the parts that are not set yet.
base::OrderedJson emptyTokenizerJson();
/// BERT's normaliser, pre-tokenizer, decoder and WordPiece model; post-processor with [CLS] and [SEP] if they exist.
base::OrderedJson wordPieceTokenizerJson(const std::vector<std::string>& tokens, const TokenizerSettings& settings,
                                         bool lowers, bool separatesChinese, const base::OrderedJson& stripsAccents);

/// Makes a tokenizer from a definition built here.
Tokenizer tokenizerFromDefinition(const base::OrderedJson& json, TokenizerSettings settings,
                                  std::shared_ptr<const SentencePieceModel> sentencepiece = nullptr);

}  // namespace lathe::text
