// SPDX-License-Identifier: GPL-3.0-or-later
/// The "post_processor" part of tokenizer.json: which special tokens go around one text or two.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "text/tokenizer.h"

namespace lathe::text {

/// A value; the default one adds nothing.
struct PostProcessor {
    struct Part {
        enum class Kind { Special, First, Second };
        Kind kind = Kind::First;
        std::vector<std::int32_t> ids;  ///< for Special
        std::int32_t typeId = 0;
    };
    std::vector<Part> single{{Part::Kind::First, {}, 0}};
    std::vector<Part> pair{{Part::Kind::First, {}, 0}, {Part::Kind::Second, {}, 1}};
    /// ByteLevel and Roberta: offsets leave out white space at a token's ends.
    bool trimsOffsets = false;
    bool addsPrefixSpace = true;

    std::int32_t specialTokensPerText() const;
    std::vector<std::int32_t> specialIds() const;
};

/// Throws CorruptFile or Unsupported.
PostProcessor makePostProcessor(const base::Json& json);

/// Puts the parts together. `second` is null for one text; the offsets are in place already.
Encoding postProcess(const PostProcessor& processor, const Encoding& first, const Encoding* second,
                     AddSpecialTokens addSpecialTokens);

}  // namespace lathe::text
