// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/chat_template.h"

#include <ctime>

#include <fmt/format.h>
#include <lathe/error.h>

#include "text/jinja_interpreter.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

using namespace jinja;

Value function(std::string name, Function body) {
    return Value(Callable{std::move(name), std::make_shared<const Function>(std::move(body))});
}

Value raiseException(Interpreter&, const CallArguments& arguments) {
    throw Error(
        ErrorCode::InvalidInput,
        fmt::format("The chat template refuses this conversation: {}. Change the messages or choose another template.",
                    arguments.get(0, "message", Value("no reason given")).print()));
}

Value makeNamespace(Interpreter&, const CallArguments& arguments) {
    auto members = std::make_shared<Dict>();
    if (!arguments.positional.empty() && arguments.positional[0].isDict()) {
        *members = arguments.positional[0].dict();
    }
    for (const auto& [key, value] : arguments.named) {
        if (value.isNamespace() || value.depth() > 90) {
            fail("it nests values too deeply");
        }
        members->emplace_back(key, value);
    }
    return Value(Namespace{std::move(members)});
}

Value makeDict(Interpreter&, const CallArguments& arguments) {
    Dict members;
    for (const auto& [key, value] : arguments.named) {
        members.emplace_back(key, value);
    }
    return Value::dict(std::move(members));
}

Value makeRange(Interpreter& interpreter, const CallArguments& arguments) {
    const std::size_t count = arguments.positional.size();
    if (count < 1 || count > 3) {
        fail("range() takes one to three numbers");
    }
    const std::int64_t start = count > 1 ? arguments.positional[0].integer() : 0;
    const std::int64_t stop = arguments.positional[count > 1 ? 1 : 0].integer();
    const std::int64_t stride = count > 2 ? arguments.positional[2].integer() : 1;
    if (stride == 0) {
        fail("range() has the step 0");
    }
    List items;
    for (std::int64_t i = start; stride > 0 ? i < stop : i > stop;) {
        items.push_back(Value(i));
        if (static_cast<std::int64_t>(items.size()) > kMaxRange) {
            fail(fmt::format("range() is longer than {}", kMaxRange));
        }
        if (__builtin_add_overflow(i, stride, &i)) {
            break;
        }
    }
    interpreter.step(items.size() / 64);
    return Value::list(std::move(items));
}

Function strftimeNow(std::optional<std::int64_t> nowSeconds) {
    return [nowSeconds](Interpreter&, const CallArguments& arguments) {
        const std::string format = arguments.get(0, "format", Value("")).print();
        if (format.empty()) {
            return Value("");
        }
        const std::time_t now = nowSeconds ? static_cast<std::time_t>(*nowSeconds) : std::time(nullptr);
        std::tm local{};
        localtime_r(&now, &local);
        char buffer[512];
        const std::size_t length = std::strftime(buffer, sizeof buffer, format.substr(0, 128).c_str(), &local);
        return Value(validUtf8(std::string_view(buffer, length)));
    };
}

std::map<std::string, Value> globalsFor(const std::vector<ChatMessage>& messages, const ChatOptions& options) {
    List list;
    for (const ChatMessage& message : messages) {
        list.push_back(
            Value::dict({{"role", Value(validUtf8(message.role))}, {"content", Value(validUtf8(message.content))}}));
    }
    std::map<std::string, Value> globals = {
        {"messages", Value::list(std::move(list))},
        {"add_generation_prompt", Value(options.addGenerationPrompt)},
        {"tools", Value(None{})},
        {"documents", Value(None{})},
        {"raise_exception", function("raise_exception", raiseException)},
        {"strftime_now", function("strftime_now", strftimeNow(options.nowSeconds))},
        {"namespace", function("namespace", makeNamespace)},
        {"range", function("range", makeRange)},
        {"dict", function("dict", makeDict)},
    };
    // A tokenizer without one of these tokens leaves the name undefined.
    for (const auto& [name, text] : {std::pair<const char*, const std::string&>{"bos_token", options.bosText},
                                     {"eos_token", options.eosText},
                                     {"unk_token", options.unkText},
                                     {"pad_token", options.padText}}) {
        if (!text.empty()) {
            globals[name] = Value(text);
        }
    }
    return globals;
}

}  // namespace

struct ChatTemplate::Program {
    jinja::NodePtr root;
};

ChatTemplate::ChatTemplate(std::string_view source) {
    auto program = std::make_shared<Program>();
    program->root = jinja::parseTemplate(source);
    program_ = std::move(program);
}

std::string ChatTemplate::render(const std::vector<ChatMessage>& messages, const ChatOptions& options) const {
    return Interpreter(globalsFor(messages, options)).run(*program_->root);
}

std::string renderChat(std::string_view chatTemplate, const std::vector<ChatMessage>& messages,
                       const ChatOptions& options) {
    return ChatTemplate(chatTemplate).render(messages, options);
}

ChatOptions chatOptionsFor(const Tokenizer& tokenizer) {
    const auto textOf = [&](const std::optional<std::int32_t>& id) {
        return id ? tokenizer.tokenText(*id) : std::string();
    };
    ChatOptions options;
    options.bosText = textOf(tokenizer.specialIds().bos);
    options.eosText = textOf(tokenizer.specialIds().eos);
    options.unkText = textOf(tokenizer.specialIds().unk);
    options.padText = textOf(tokenizer.specialIds().pad);
    return options;
}

}  // namespace lathe::text
