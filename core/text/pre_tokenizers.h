// SPDX-License-Identifier: GPL-3.0-or-later
/// The "pre_tokenizer" part of tokenizer.json: cuts text into the pieces that the model works on one by one.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/json.h"
#include "text/aligned_text.h"

namespace lathe::text {

struct Piece {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// Text between two added tokens, on its way through the pre-tokenizers.
struct PreTokenized {
    AlignedText text;
    std::vector<Piece> pieces;  ///< never empty ranges, in order, not overlapping
    bool isAtTextStart = true;  ///< text begins where the original begins (Metaspace's "first")
    bool isByteLevel = false;   ///< pieces are raw bytes for a byte-level model (stand-ins are not written out)
};

/// Immutable; may be used from any thread.
class PreTokenizer {
public:
    virtual ~PreTokenizer() = default;
    virtual void apply(PreTokenized& text) const = 0;
};

/// Whether a ByteLevel that comes last may leave bytes as they are, because the model looks bytes up itself.
enum class ByteLevelOutput { StandIns, RawBytes };

struct PreTokenizerBundle {
    std::unique_ptr<const PreTokenizer> preTokenizer;  ///< null: the whole text is one piece
    bool endsInByteLevel = false;                      ///< the last step is ByteLevel
};

/// Throws CorruptFile or Unsupported.
PreTokenizerBundle makePreTokenizer(const base::Json& json, ByteLevelOutput output);

/// What happens to a match of a Split pre-tokenizer.
enum class SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

/// A stretch of a piece that either matches or lies between matches.
struct Stretch {
    std::uint32_t begin;
    std::uint32_t end;
    bool isMatch;
};

/// Cuts along stretches (which cover the piece) and appends the pieces that are not empty.
void splitAlong(const std::vector<Stretch>& stretches, SplitBehavior behavior, std::vector<Piece>& out);

}  // namespace lathe::text
