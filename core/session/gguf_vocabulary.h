// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/model_library.h"
#include "text/tokenizer.h"

namespace lathe::session {

/// What a GGUF file needs of a model's vocabulary: the file's own for a .gguf, else made from tokenizer.json (byte-level BPE).
/// Throws Unsupported for another kind of tokenizer.
text::GgufVocabulary ggufVocabularyOf(const ResolvedModel& model, const text::Tokenizer& tokenizer);

}  // namespace lathe::session
