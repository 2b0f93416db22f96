// SPDX-License-Identifier: GPL-3.0-or-later
/// Prompt templates with {Column} fields, and what of the rendered text is trained.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace lathe::text {

/// What an empty value does to a composite text.
enum class BlankRule {
    Keep,          ///< the field becomes nothing
    Placeholder,   ///< the field becomes PromptTemplate::Blanks::placeholder
    SkipSentence,  ///< the sentence (or line) of the template that holds the field is left out
};

struct Blanks {
    BlankRule rule = BlankRule::Keep;
    std::string placeholder = "unknown";
};

/// Value of a column in one row; nullopt = missing (counts as blank, as do white-space-only values).
using RowLookup = std::function<std::optional<std::string>(const std::string& column)>;

/// A rendered text and where each field's value lies in it.
struct RenderedPrompt {
    struct FieldSpan {
        std::string column;
        ByteRange bytes;
    };
    std::string text;
    std::vector<FieldSpan> fields;
};

/// "Convert\nEnglish: {English}\nLaTeX: {LaTeX}", parsed once. {{ and }} stand for braces. Immutable.
class PromptTemplate {
public:
    PromptTemplate() = default;
    /// Throws InvalidInput on an unclosed or empty field or a lone brace, with its position.
    explicit PromptTemplate(std::string_view source);

    const std::string& source() const { return source_; }
    /// Columns in order of first use, each once.
    const std::vector<std::string>& fields() const { return fields_; }
    /// Throws InvalidInput that names the first column the template uses and `columns` lacks, and the available ones.
    void checkColumns(const std::vector<std::string>& columns) const;

    /// Fills the fields. Values are put in as they are: braces in them mean nothing.
    RenderedPrompt render(const RowLookup& row, const Blanks& blanks = {}) const;

    struct Part {
        bool isField = false;
        std::string text;  ///< literal text, or the column's name
    };

private:
    RenderedPrompt renderSkippingSentences(const RowLookup& row) const;

    std::string source_;
    std::vector<std::string> fields_;
    std::vector<Part> parts_;
    std::vector<std::size_t> sentenceOfPart_;
};

/// What becomes of a token in training.
enum class TokenRole : std::uint8_t {
    Prompt,     ///< read but not trained (its label is -100)
    Trained,    ///< its prediction counts in the loss
    Eos,        ///< the appended end-of-sequence token, trained
    Truncated,  ///< beyond max_length: not part of the example
};

/// Which part of the text is trained (RunSpec dataset.train_on).
enum class TrainOn { All, Target };

struct ExampleOptions {
    std::int64_t maxLength = 0;  ///< tokens kept, EOS included; 0 = no limit
    TrainOn trainOn = TrainOn::All;
    std::string target = {};  ///< column whose value is the target; needed for TrainOn::Target
    bool appendEos = true;
};

struct TokenisedExample {
    std::string text;               ///< the rendered text, without EOS
    std::vector<std::int32_t> ids;  ///< the whole sequence; ids.size() = roles.size() = offsets.size()
    std::vector<TokenRole> roles;
    std::vector<ByteRange> offsets;  ///< bytes of `text`; empty for tokens that no text stands behind
    std::size_t keptTokens = 0;      ///< tokens before the first Truncated one: what training sees
    std::size_t trainedTokens = 0;   ///< kept tokens with role Trained or Eos
    bool isTruncated = false;
};

/// Token ids and roles of one row, for training and for the preview.
///
/// As in the Hugging Face recipe the text is rendered whole and tokenised once with the tokenizer's default special
/// tokens, then EOS is appended (unless the post-processor has ended the sequence with it already). With
/// TrainOn::Target a token is trained if it begins at or after the start of the target's value, or holds its first byte
/// together with white space before it; everything before is Prompt.
/// When the sequence is longer than maxLength it is cut at its end, so EOS is lost first: an example that is cut does
/// not teach the model to stop, just as when the peers truncate text that already contains EOS. The tokens that are cut
/// stay in the result with role Truncated.
/// Throws InvalidInput if the target is not a field of the template, or if EOS is asked for and the tokenizer has none.
TokenisedExample tokeniseExample(const PromptTemplate& promptTemplate, const RowLookup& row, const Tokenizer& tokenizer,
                                 const ExampleOptions& options, const Blanks& blanks = {});

/// The same for a text that is already rendered: bytes before `targetBegin` are the prompt.
TokenisedExample tokeniseText(std::string text, std::size_t targetBegin, const Tokenizer& tokenizer,
                              const ExampleOptions& options);

}  // namespace lathe::text
