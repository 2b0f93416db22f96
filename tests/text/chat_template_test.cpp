// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>

#include <lathe/error.h>

#include "text/chat_template.h"
#include "text_test_support.h"

namespace lathe::text::testing {
namespace {

const std::vector<ChatMessage> kTalk = {
    {"system", " Be brief. "}, {"user", "2+2?\n"}, {"assistant", "4"}, {"user", "\xC3\xA9 \"q\""}};

std::string render(const std::string& source, const std::vector<ChatMessage>& messages = kTalk, bool prompt = false) {
    ChatOptions options;
    options.addGenerationPrompt = prompt;
    options.bosText = "<s>";
    options.eosText = "</s>";
    options.padText = "<pad>";
    return renderChat(source, messages, options);
}

std::string failure(const std::string& source) {
    try {
        const std::string text = render(source);
        return "no error: " + text.substr(0, 100);
    } catch (const Error& error) {
        return error.what();
    }
}

// Templates and texts that transformers 5.24 rendered; the file holds what its apply_chat_template gave, with and
// without a generation prompt, and whether it refused.
TEST(ChatTemplate, RendersAsTransformersDoes) {
    const base::Json cases =
        base::readJsonFile(fs::path(LATHE_SOURCE_DIR) / "tests" / "text" / "data" / "chat_templates.json");
    std::size_t compared = 0;
    for (const base::Json& one : cases) {
        for (const base::Json& rendered : one["renders"]) {
            std::vector<ChatMessage> messages;
            for (const base::Json& message : rendered["messages"]) {
                messages.push_back({message["role"], message["content"]});
            }
            const std::string source = one["template"];
            if (rendered["text"].is_null()) {
                EXPECT_THROW(render(source, messages, rendered["prompt"]), Error) << source;
            } else {
                EXPECT_EQ(render(source, messages, rendered["prompt"]), rendered["text"].get<std::string>())
                    << one["name"];
            }
            ++compared;
        }
    }
    EXPECT_GT(compared, 100u);
}

TEST(ChatTemplate, LoopsKeepTheirVariablesToThemselves) {
    EXPECT_EQ(render("{% set x = 1 %}{% for m in messages %}{% set x = 2 %}{% endfor %}{{ x }}"), "1");
    EXPECT_EQ(
        render("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}"),
        "4");
}

TEST(ChatTemplate, TheTemplatesOwnRefusalIsPassedOn) {
    EXPECT_NE(failure("{{ raise_exception('roles must alternate') }}").find("roles must alternate"), std::string::npos);
}

TEST(ChatTemplate, MistakesNameTheirLine) {
    EXPECT_NE(failure("a\nb\n{% if x %}").find("line 3"), std::string::npos);
    EXPECT_NE(failure("\n{{ 1 + }}").find("line 2"), std::string::npos);
    EXPECT_NE(failure("{% include 'x' %}").find("include"), std::string::npos);
    EXPECT_NE(failure("{{ 'a' | nosuch }}").find("nosuch"), std::string::npos);
    EXPECT_NE(failure("{{ 'abc }}").find("not closed"), std::string::npos);
}

TEST(ChatTemplate, WorkIsLimited) {
    EXPECT_NE(failure("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}").find("steps"),
              std::string::npos);
    EXPECT_NE(failure("{{ range(100001) | length }}").find("100000"), std::string::npos);
    EXPECT_EQ(render("{{ range(100000) | length }}"), "100000");
    EXPECT_NE(failure("{{ 'x' * 5000000 }}").find("too often"), std::string::npos);
    EXPECT_NE(failure("{% for i in range(1000) %}{{ 'x' * 10000 }}{% endfor %}").find("4 MiB"), std::string::npos);
    EXPECT_NE(failure("{% set ns = namespace(x=[]) %}{% for i in range(200) %}{% set ns.x = [ns.x] %}{% endfor %}")
                  .find("nests"),
              std::string::npos);
    EXPECT_NE(failure("{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")
                  .find("million"),
              std::string::npos);
    EXPECT_NE(failure("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}").find("deeply"), std::string::npos);
    EXPECT_NE(failure("{{ " + std::string(10000, '(') + "1" + std::string(10000, ')') + " }}").find("deeply"),
              std::string::npos);
    EXPECT_NE(failure("{{ 1" +
                      [] {
                          std::string s;
                          for (int i = 0; i < 100000; ++i) s += "+1";
                          return s;
                      }() +
                      " }}")
                  .find("too long"),
              std::string::npos);
    EXPECT_NE(failure("{{ 9223372036854775807 + 1 }}").find("too large"), std::string::npos);
}

TEST(ChatTemplate, NothingBeyondTheDataIsReachable) {
    for (const char* source : {"{{ ''.__class__.__mro__ }}", "{{ messages.__class__.x }}", "{{ messages.append(1) }}",
                               "{{ messages[0].update({}) }}", "{{ self.x }}"}) {
        EXPECT_EQ(failure(source).find("no error"), std::string::npos) << source << ": " << failure(source);
    }
}

TEST(ChatTemplate, AnyBytesEndInTextOrAnError) {
    const std::string source =
        "{%- for m in messages -%}{{ m.role ~ '\\x41' | trim }}{# c #}{% if loop.first and m['content'][1:-1] is "
        "string %}x{% elif false %}{% else %}y{% endif %}{% endfor %}";
    for (std::size_t length = 0; length <= source.size(); ++length) {
        failure(source.substr(0, length));
        failure(source.substr(length));
    }
    for (std::size_t i = 0; i < source.size(); ++i) {
        for (const char c : {'{', '}', '%', '\'', '(', '\xFF', '\0'}) {
            std::string changed = source;
            changed[i] = c;
            failure(changed);
        }
    }
}

TEST(ChatTemplate, StrftimeNowUsesTheGivenTime) {
    ChatOptions options;
    options.nowSeconds = 86400 * 365;
    EXPECT_EQ(renderChat("{{ strftime_now('%Y') }}", {}, options), "1971");
}

}  // namespace
}  // namespace lathe::text::testing
