// SPDX-License-Identifier: GPL-3.0-or-later
/// Chat templates: the Jinja subset that Hugging Face model repositories use, run under fixed limits.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace lathe::text {

struct ChatMessage {
    std::string role;  ///< "system", "user" or "assistant"
    std::string content;
    bool operator==(const ChatMessage&) const = default;
};

struct ChatOptions {
    bool addGenerationPrompt = false;
    std::string bosText;  ///< what {{ bos_token }} writes
    std::string eosText;
    std::string unkText;
    std::string padText;
    /// Seconds since 1970 (local time) that strftime_now() uses; absent = now.
    std::optional<std::int64_t> nowSeconds;
};

/// A parsed chat template. Immutable; may be used from any thread.
class ChatTemplate {
public:
    /// Throws InvalidInput with the line of the first thing that is not understood.
    explicit ChatTemplate(std::string_view source);

    /// The text of a conversation, as transformers' apply_chat_template(tokenize=False) gives it. Stops with
    /// InvalidInput after 200,000 steps or 4 MiB of output, and where the template itself calls raise_exception(...).
    std::string render(const std::vector<ChatMessage>& messages, const ChatOptions& options = {}) const;

    struct Program;

private:
    std::shared_ptr<const Program> program_;
};

/// Parses and renders in one step.
std::string renderChat(std::string_view chatTemplate, const std::vector<ChatMessage>& messages,
                       const ChatOptions& options);

/// Options with the special tokens' texts of a tokenizer.
ChatOptions chatOptionsFor(const Tokenizer& tokenizer);

}  // namespace lathe::text
