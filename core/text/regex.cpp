// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/regex.h"

#include <chrono>

#include <fmt/format.h>
#include <lathe/error.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace lathe::text {

namespace {

constexpr std::size_t kMaxPatternBytes = 64u << 10;
constexpr std::chrono::seconds kDeadline{2};
constexpr std::uint32_t kMatchLimit = 20'000'000;  // well under two seconds of backtracking in one match
constexpr std::uint32_t kHeapLimitKibibytes = 256u << 10;
constexpr std::size_t kJitStackBytes = 8u << 20;

/// Members of Oniguruma's classes, where PCRE2's have others. Usable inside [...].
constexpr std::string_view kSpaceMembers =
    "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";
constexpr std::string_view kNotSpaceMembers =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
    "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}";
constexpr std::string_view kWordMembers =
    "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{24b6}-\\x{24e9}\\x{1f130}-\\x{1f149}\\x{1f150}-\\x{1f169}\\x{1f170}-\\x{"
    "1f189}";

/// Rewrites the escapes that mean something else to PCRE2: \s and \S (Oniguruma: White_Space), \w and \W outside
/// classes, \h and \H (Oniguruma: hexadecimal digits).
std::string translate(const std::string& pattern) {
    std::string out;
    int classDepth = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            const char escaped = pattern[++i];
            const bool inClass = classDepth > 0;
            const auto members = [&](std::string_view set, std::string_view open) {
                out += inClass ? std::string(set) : fmt::format("{}{}]", open, set);
            };
            switch (escaped) {
                case 's': members(kSpaceMembers, "["); break;
                case 'S': members(kNotSpaceMembers, "["); break;
                case 'w': members(kWordMembers, "["); break;
                case 'h': members("0-9a-fA-F", "["); break;
                case 'W': out += inClass ? std::string("\\W") : fmt::format("[^{}]", kWordMembers); break;
                case 'H':
                    out += inClass ? std::string("\\x{0}-/:-@G-`g-\\x{10ffff}") : std::string("[^0-9a-fA-F]");
                    break;
                default: out += {'\\', escaped};
            }
            continue;
        }
        if (c == '[') {
            // PCRE2 has no nested classes, except for [:name:]; a bare bracket inside a class is literal there.
            classDepth += classDepth == 0 ? 1 : 0;
            out += c;
            if (i + 1 < pattern.size() && pattern[i + 1] == '^') {
                out += pattern[++i];
            }
            continue;
        }
        classDepth -= c == ']' && classDepth > 0 ? 1 : 0;
        out += c;
    }
    return out;
}

std::string pcreMessage(int code) {
    PCRE2_UCHAR buffer[256] = {};
    pcre2_get_error_message(code, buffer, sizeof buffer);
    return reinterpret_cast<const char*>(buffer);
}

struct MatchDataDeleter {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct MatchContextDeleter {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct JitStackDeleter {
    void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};

}  // namespace

struct Regex::Compiled {
    pcre2_code* code = nullptr;
    Compiled() = default;
    Compiled(const Compiled&) = delete;
    Compiled& operator=(const Compiled&) = delete;
    ~Compiled() { pcre2_code_free(code); }
};

Regex::Regex(const std::string& pattern) : pattern_(pattern) {
    if (pattern.size() > kMaxPatternBytes) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("A regular expression of the tokenizer is {} bytes long; at most {} are accepted. "
                                "Download the tokenizer again.",
                                pattern.size(), kMaxPatternBytes));
    }
    const std::string translated = translate(pattern);
    int error = 0;
    PCRE2_SIZE offset = 0;
    auto compiled = std::make_shared<Compiled>();
    compiled->code =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                      PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_MULTILINE, &error, &offset, nullptr);
    if (compiled->code == nullptr) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("The tokenizer's regular expression '{}' cannot be used: {} near character {}. "
                                "Download the tokenizer again.",
                                pattern, pcreMessage(error), offset));
    }
    pcre2_jit_compile(compiled->code, PCRE2_JIT_COMPLETE);  // without JIT the interpreter does it
    compiled_ = std::move(compiled);
}

void Regex::forEachMatch(std::string_view text, const std::function<void(std::size_t, std::size_t)>& visit) const {
    const std::unique_ptr<pcre2_match_data, MatchDataDeleter> data(
        pcre2_match_data_create_from_pattern(compiled_->code, nullptr));
    const std::unique_ptr<pcre2_match_context, MatchContextDeleter> context(pcre2_match_context_create(nullptr));
    const std::unique_ptr<pcre2_jit_stack, JitStackDeleter> stack(
        pcre2_jit_stack_create(64u << 10, kJitStackBytes, nullptr));
    if (!data || !context || !stack) {
        throw Error(ErrorCode::OutOfMemory,
                    "No memory for the tokenizer's regular expression. Close other programs and try again.");
    }
    pcre2_set_match_limit(context.get(), kMatchLimit);
    pcre2_set_heap_limit(context.get(), kHeapLimitKibibytes);
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    std::size_t position = 0;
    std::size_t matches = 0;
    while (position <= text.size()) {
        const int found = pcre2_match(compiled_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), position,
                                      PCRE2_NO_UTF_CHECK, data.get(), context.get());
        if (found == PCRE2_ERROR_NOMATCH) {
            return;
        }
        if (found < 0 || ((++matches & 0xFF) == 0 && std::chrono::steady_clock::now() > deadline)) {
            throw Error(ErrorCode::Unsupported,
                        fmt::format("The tokenizer's regular expression '{}' takes too long on a text of {} bytes "
                                    "({}). Shorten the text or "
                                    "use another tokenizer.",
                                    pattern_, text.size(), found < 0 ? pcreMessage(found) : "over two seconds"));
        }
        const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
        const std::size_t begin = ends[0];
        const std::size_t end = ends[1];
        if (end < begin) {  // \K inside a lookahead
            return;
        }
        visit(begin, end);
        position = end;
        if (end == begin) {
            ++position;
            while (position < text.size() && (static_cast<unsigned char>(text[position]) & 0xC0u) == 0x80u) {
                ++position;
            }
        }
    }
}

std::string escapeForRegex(std::string_view literal) {
    std::string out;
    for (const char c : literal) {
        const auto byte = static_cast<unsigned char>(c);
        const bool isPlain = byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                             (c >= 'a' && c <= 'z') || c == '_' || c == ' ';
        if (byte < 0x20 || byte == 0x7F) {
            out += fmt::format("\\x{{{:x}}}", byte);
            continue;
        }
        if (!isPlain) {
            out += '\\';
        }
        out += c;
    }
    return out;
}

}  // namespace lathe::text
