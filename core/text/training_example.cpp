// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>

#include "text/prompt_template.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

/// True if the token belongs to the target: it begins in it, or only white space lies between its begin and the target.
bool isOfTarget(std::string_view text, const ByteRange& range, std::size_t targetBegin) {
    if (range.begin >= targetBegin) {
        return range.end > range.begin;
    }
    if (range.end <= targetBegin) {
        return false;
    }
    for (std::size_t i = range.begin; i < targetBegin;) {
        if (!CharacterClasses::get().is(nextCodePoint(text, i), kSpace)) {
            return false;
        }
    }
    return true;
}

std::size_t beginOfTarget(const PromptTemplate& promptTemplate, const RenderedPrompt& rendered,
                          const std::string& target) {
    const auto& fields = promptTemplate.fields();
    if (std::find(fields.begin(), fields.end(), target) == fields.end()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("The target column '{}' does not occur in the template, so "
                                                         "there is nothing to train. Put {{{}}} into the template "
                                                         "or choose another target.",
                                                         target, target));
    }
    // The last occurrence: an earlier one is part of the prompt.
    for (auto field = rendered.fields.rbegin(); field != rendered.fields.rend(); ++field) {
        if (field->column == target) {
            return field->bytes.begin;
        }
    }
    return rendered.text.size();
}

}  // namespace

TokenisedExample tokeniseText(std::string text, std::size_t targetBegin, const Tokenizer& tokenizer,
                              const ExampleOptions& options) {
    const std::optional<std::int32_t> eos = tokenizer.specialIds().eos;
    if (options.appendEos && !eos) {
        throw Error(ErrorCode::InvalidInput,
                    "The model's tokenizer has no end-of-sequence token to append. Training on text needs one. Choose a language model, or set "
                    "eos_token in "
                    "its tokenizer_config.json.");
    }
    TokenisedExample out;
    out.text = validUtf8(text);
    Encoding encoding = tokenizer.encodeWithOffsets(out.text);
    out.ids = std::move(encoding.ids);
    out.offsets = std::move(encoding.offsets);
    const bool trainsAll = options.trainOn == TrainOn::All;
    for (std::size_t i = 0; i < out.ids.size(); ++i) {
        const bool isEndToken = encoding.isSpecial[i] != 0 && eos && out.ids[i] == *eos && i + 1 == out.ids.size();
        const bool isTrained =
            trainsAll || (encoding.isSpecial[i] == 0 && isOfTarget(out.text, out.offsets[i], targetBegin));
        out.roles.push_back(isEndToken ? TokenRole::Eos : isTrained ? TokenRole::Trained : TokenRole::Prompt);
    }
    if (options.appendEos && (out.roles.empty() || out.roles.back() != TokenRole::Eos)) {
        out.ids.push_back(*eos);
        out.offsets.push_back({out.text.size(), out.text.size()});
        out.roles.push_back(TokenRole::Eos);
    }
    out.keptTokens = out.ids.size();
    if (options.maxLength > 0 && out.ids.size() > static_cast<std::size_t>(options.maxLength)) {
        out.keptTokens = static_cast<std::size_t>(options.maxLength);
        out.isTruncated = true;
        std::fill(out.roles.begin() + static_cast<std::ptrdiff_t>(out.keptTokens), out.roles.end(),
                  TokenRole::Truncated);
    }
    out.trainedTokens = static_cast<std::size_t>(std::count_if(out.roles.begin(), out.roles.end(), [](TokenRole role) {
        return role == TokenRole::Trained || role == TokenRole::Eos;
    }));
    return out;
}

TokenisedExample tokeniseExample(const PromptTemplate& promptTemplate, const RowLookup& row, const Tokenizer& tokenizer,
                                 const ExampleOptions& options, const Blanks& blanks) {
    RenderedPrompt rendered = promptTemplate.render(row, blanks);
    const std::size_t targetBegin =
        options.trainOn == TrainOn::Target ? beginOfTarget(promptTemplate, rendered, options.target) : 0;
    return tokeniseText(std::move(rendered.text), targetBegin, tokenizer, options);
}

}  // namespace lathe::text
