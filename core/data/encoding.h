// SPDX-License-Identifier: GPL-3.0-or-later
/// Which encoding a file has, and decoding it to UTF-8 piece by piece.
#pragma once
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::data {

struct EncodingGuess {
    std::string name = "UTF-8";      ///< one of knownEncodings()
    std::size_t markBytes = 0;       ///< length of the byte order mark
    bool isCleanUtf8 = false;        ///< the whole file is valid UTF-8: no cell needs checking
    std::string reason;              ///< a sentence for the preview
};

/// Looks at every byte for UTF-8 validity (about 2 GB/s) and at up to 256 KiB of telling ones for the rest: byte order
/// mark, UTF-8, UTF-16/32 by where the zeros are, ISO-2022 by its escapes, then uchardet, ICU and how well the decoded
/// letters fit a language. Throws Cancelled.
EncodingGuess guessEncoding(std::string_view bytes, const std::stop_token& stop = {});

/// The listed spelling of a name a person typed ("cp949", "euc_kr", "latin1"). Throws InvalidInput on an unknown one.
std::string canonicalEncoding(const std::string& name);

/// Turns bytes of one encoding into UTF-8 in pieces. Bytes that cannot be read become U+FFFD.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// Appends the decoded text of `bytes`; isLast flushes what a multi-byte sequence left open.
    virtual void decode(std::string_view bytes, bool isLast, std::string& output) = 0;
};

/// name as canonicalEncoding gives it. Throws Unsupported if this system cannot decode it.
std::unique_ptr<Decoder> makeDecoder(const std::string& name);

/// Whole text at once. `failures` counts U+FFFD that stand for unreadable bytes.
std::string decodeAll(const std::string& name, std::string_view bytes, std::int64_t* failures = nullptr);

/// How plausible decoded text is as writing, in [0, 1]: letters that one language's alphabet explains, words without
/// symbols or script changes inside.
double writingScore(std::string_view utf8);

}  // namespace lathe::data
