// SPDX-License-Identifier: GPL-3.0-or-later
// tokenizer.json, sentencepiece models and chat templates from untrusted bytes. The first byte picks the kind.
#include <cstddef>
#include <cstdint>
#include <string>

#include <lathe/error.h>

#include "text/chat_template.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    try {
        if (data[0] % 4 == 0) {
            lathe::text::ChatOptions options;
            options.addGenerationPrompt = true;
            lathe::text::renderChat(bytes, {{"user", "Hello"}, {"assistant", "a\nb"}}, options);
        } else if (data[0] % 4 == 1) {
            const lathe::text::SentencePieceModel model(bytes, "fuzz.model");
            lathe::text::tokenizerJsonOf(model);
        } else {
            const auto tokenizer = lathe::text::tokenizerFromJson(bytes, "fuzz.json");
            const std::string text = "The quick \xED\x95\x9C\xEA\xB5\xAD 12\n<s> e\xCC\x81" + bytes.substr(0, 200);
            tokenizer.decode(tokenizer.encode(text));
            tokenizer.encodeWithOffsets(text);
        }
    } catch (const lathe::Error&) {
    }
    return 0;
}
