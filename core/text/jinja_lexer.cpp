// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "text/jinja_syntax.h"
#include "text/python_text.h"
#include "text/unicode.h"

namespace lathe::text::jinja {

namespace {

constexpr std::size_t kMaxSourceBytes = 1u << 20;

bool isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool isDigit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
public:
    explicit Lexer(std::string source) : source_(std::move(source)) {}

    std::vector<Token> run() {
        while (position_ < source_.size()) {
            readText();
        }
        add(Token::Kind::End, "");
        return std::move(tokens_);
    }

private:
    enum class Opening { Output, Block, Comment };

    void add(Token::Kind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

    void advanceTo(std::size_t position) {
        line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(position_),
                                             source_.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
        position_ = position;
    }

    bool at(std::string_view what, std::size_t position) const {
        return std::string_view(source_).substr(position).starts_with(what);
    }

    /// Text up to the next opening, then what that opening begins.
    void readText() {
        std::size_t open = position_;
        while (open < source_.size() &&
               !(source_[open] == '{' && open + 1 < source_.size() &&
                 (source_[open + 1] == '{' || source_[open + 1] == '%' || source_[open + 1] == '#'))) {
            ++open;
        }
        std::string text = source_.substr(position_, open - position_);
        if (open >= source_.size()) {
            addText(std::move(text));
            advanceTo(open);
            return;
        }
        const char second = source_[open + 1];
        const Opening opening = second == '{' ? Opening::Output : second == '%' ? Opening::Block : Opening::Comment;
        const char sign = open + 2 < source_.size() ? source_[open + 2] : '\0';
        const bool hasSign = sign == '-' || (sign == '+' && opening != Opening::Output);
        stripBefore(text, opening, hasSign ? sign : '\0');
        addText(std::move(text));
        advanceTo(open + (hasSign ? 3 : 2));
        lineStarting_ = false;
        if (opening == Opening::Comment) {
            readComment();
        } else if (opening == Opening::Block && startsRaw()) {
            readRaw();
        } else {
            readTag(opening);
        }
    }

    void addText(std::string text) {
        if (!text.empty()) {
            add(Token::Kind::Text, std::move(text));
        }
    }

    /// "-" strips all white space before; otherwise lstrip_blocks takes the blanks between the line's start and a
    /// block.
    void stripBefore(std::string& text, Opening opening, char sign) const {
        if (sign == '-') {
            text = python::strip(text, python::Side::Right);
            return;
        }
        if (sign == '+' || opening == Opening::Output) {
            return;
        }
        const std::size_t newLine = text.rfind('\n');
        const std::size_t lineBegin = newLine == std::string::npos ? 0 : newLine + 1;
        if ((lineBegin > 0 || lineStarting_) && text.find_first_not_of(" \t", lineBegin) == std::string::npos) {
            text.resize(lineBegin);
        }
    }

    /// Moves behind a closing; "-" strips white space after it, blocks and comments take one line end along.
    void close(std::size_t closing, char sign, bool takesLineEnd) {
        std::size_t end = closing + 2;
        if (sign == '-') {
            while (end < source_.size()) {
                std::size_t next = end;
                if (!python::isSpace(nextCodePoint(source_, next))) {
                    break;
                }
                end = next;
            }
        } else if (sign != '+' && takesLineEnd && end < source_.size() && source_[end] == '\n') {
            ++end;
        }
        advanceTo(end);
        lineStarting_ = end > 0 && source_[end - 1] == '\n';
    }

    void readComment() {
        const std::size_t closing = source_.find("#}", position_);
        if (closing == std::string::npos) {
            fail(fmt::format("line {}: a comment is not closed with #}}", line_));
        }
        const char before = closing > position_ ? source_[closing - 1] : '\0';
        close(closing, before == '-' || before == '+' ? before : '\0', true);
    }

    /// {% raw %} right here?
    bool startsRaw() const { return rawEnd(position_, "raw").has_value(); }

    /// Position of the "%}" of a tag that consists of `name` only and whose inside begins at `position`.
    std::optional<std::size_t> rawEnd(std::size_t position, std::string_view name) const {
        const auto skip = [&] {
            while (position < source_.size() &&
                   (source_[position] == ' ' || source_[position] == '\t' || source_[position] == '\n')) {
                ++position;
            }
        };
        skip();
        if (!at(name, position)) {
            return std::nullopt;
        }
        position += name.size();
        skip();
        if (position < source_.size() && (source_[position] == '-' || source_[position] == '+')) {
            ++position;
        }
        return at("%}", position) ? std::optional(position) : std::nullopt;
    }

    void readRaw() {
        const std::size_t openEnd = *rawEnd(position_, "raw");
        close(openEnd, signBefore(openEnd), true);
        const std::size_t begin = position_;
        for (std::size_t open = source_.find("{%", begin); open != std::string::npos;
             open = source_.find("{%", open + 2)) {
            const bool hasSign = open + 2 < source_.size() && (source_[open + 2] == '-' || source_[open + 2] == '+');
            const auto end = rawEnd(open + (hasSign ? 3 : 2), "endraw");
            if (!end) {
                continue;
            }
            std::string text = source_.substr(begin, open - begin);
            stripBefore(text, Opening::Block, hasSign ? source_[open + 2] : '\0');
            addText(std::move(text));
            close(*end, signBefore(*end), true);
            return;
        }
        fail(fmt::format("line {}: {{% raw %}} has no {{% endraw %}}", line_));
    }

    char signBefore(std::size_t closing) const {
        const char c = closing > 0 ? source_[closing - 1] : '\0';
        return c == '-' || c == '+' ? c : '\0';
    }

    void readTag(Opening opening) {
        const bool isOutput = opening == Opening::Output;
        add(isOutput ? Token::Kind::OutputBegin : Token::Kind::BlockBegin, "");
        const std::string_view closing = isOutput ? "}}" : "%}";
        std::vector<char> brackets;
        while (true) {
            if (position_ >= source_.size()) {
                fail(fmt::format("line {}: a tag is not closed with {}", line_, closing));
            }
            const char c = source_[position_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                advanceTo(position_ + 1);
                continue;
            }
            if (brackets.empty()) {
                const bool hasSign = (c == '-' || (c == '+' && !isOutput)) && at(closing, position_ + 1);
                if (hasSign || at(closing, position_)) {
                    add(isOutput ? Token::Kind::OutputEnd : Token::Kind::BlockEnd, "");
                    close(position_ + (hasSign ? 1 : 0), hasSign ? c : '\0', !isOutput);
                    return;
                }
            }
            readExpressionToken(brackets);
        }
    }

    void readExpressionToken(std::vector<char>& brackets) {
        const char c = source_[position_];
        if (isNameStart(c)) {
            std::size_t end = position_;
            while (end < source_.size() && (isNameStart(source_[end]) || isDigit(source_[end]))) {
                ++end;
            }
            add(Token::Kind::Name, source_.substr(position_, end - position_));
            advanceTo(end);
        } else if (isDigit(c)) {
            readNumber();
        } else if (c == '\'' || c == '"') {
            readString(c);
        } else {
            readOperator(brackets);
        }
    }

    void readNumber() {
        std::size_t end = position_;
        const auto digits = [&] {
            while (end < source_.size() && (isDigit(source_[end]) || source_[end] == '_')) {
                ++end;
            }
        };
        digits();
        bool isFloat = false;
        if (end + 1 < source_.size() && source_[end] == '.' && isDigit(source_[end + 1])) {
            isFloat = true;
            ++end;
            digits();
        }
        if (end + 1 < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
            const std::size_t sign =
                end + 1 < source_.size() && (source_[end + 1] == '+' || source_[end + 1] == '-') ? 1 : 0;
            if (end + 1 + sign < source_.size() && isDigit(source_[end + 1 + sign])) {
                isFloat = true;
                end += 1 + sign;
                digits();
            }
        }
        std::string text = source_.substr(position_, end - position_);
        std::erase(text, '_');
        add(isFloat ? Token::Kind::Float : Token::Kind::Integer, std::move(text));
        advanceTo(end);
    }

    void readString(char quote) {
        std::string out;
        std::size_t i = position_ + 1;
        while (true) {
            if (i >= source_.size()) {
                fail(fmt::format("line {}: a text in quotes is not closed", line_));
            }
            if (source_[i] == quote) {
                break;
            }
            if (source_[i] == '\\' && i + 1 < source_.size()) {
                i = readEscape(i + 1, out);
                continue;
            }
            out += source_[i++];
        }
        add(Token::Kind::String, std::move(out));
        advanceTo(i + 1);
    }

    /// Python's escapes; an unknown one keeps its backslash. Returns the position behind it.
    std::size_t readEscape(std::size_t i, std::string& out) {
        constexpr std::string_view kFrom = "ntrabfv0\\'\"";
        constexpr std::array<char, 11> kTo = {'\n', '\t', '\r', '\a', '\b', '\f', '\v', '\0', '\\', '\'', '"'};
        const char c = source_[i];
        if (const auto known = kFrom.find(c); known != std::string_view::npos) {
            out += kTo[known];
            return i + 1;
        }
        if (c == '\n') {
            return i + 1;
        }
        const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits > 0 && i + digits < source_.size()) {
            char32_t value = 0;
            bool isHex = true;
            for (std::size_t k = 1; k <= digits; ++k) {
                const char h = source_[i + k];
                const int digit = isDigit(h)             ? h - '0'
                                  : h >= 'a' && h <= 'f' ? h - 'a' + 10
                                  : h >= 'A' && h <= 'F' ? h - 'A' + 10
                                                         : -1;
                isHex = isHex && digit >= 0;
                value = value * 16 + static_cast<char32_t>(std::max(digit, 0));
            }
            if (isHex && value < 0x110000 && !(value >= 0xD800 && value < 0xE000)) {
                appendUtf8(out, value);
                return i + 1 + digits;
            }
        }
        out += '\\';
        out += c;
        return i + 1;
    }

    void readOperator(std::vector<char>& brackets) {
        for (const std::string_view op : {"==", "!=", "<=", ">=", "//", "**"}) {
            if (at(op, position_)) {
                add(Token::Kind::Operator, std::string(op));
                advanceTo(position_ + 2);
                return;
            }
        }
        const char c = source_[position_];
        if (std::string_view("+-*/%~<>=()[]{},.:|").find(c) == std::string_view::npos) {
            fail(fmt::format("line {}: the character '{}' is not understood", line_, c));
        }
        if (c == '(' || c == '[' || c == '{') {
            brackets.push_back(c == '(' ? ')' : c == '[' ? ']' : '}');
        } else if (c == ')' || c == ']' || c == '}') {
            if (brackets.empty() || brackets.back() != c) {
                fail(fmt::format("line {}: '{}' closes nothing", line_, c));
            }
            brackets.pop_back();
        }
        add(Token::Kind::Operator, std::string(1, c));
        advanceTo(position_ + 1);
    }

    std::string source_;
    std::size_t position_ = 0;
    int line_ = 1;
    bool lineStarting_ = true;
    std::vector<Token> tokens_;
};

/// Line ends become \n and one at the very end is dropped, as Jinja does.
std::string normalisedSource(std::string_view source) {
    std::string out;
    out.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r') {
            out += '\n';
            i += i + 1 < source.size() && source[i + 1] == '\n' ? 1 : 0;
        } else {
            out += source[i];
        }
    }
    if (!out.empty() && out.back() == '\n') {
        out.pop_back();
    }
    return out;
}

}  // namespace

std::vector<Token> tokenizeTemplate(std::string_view source) {
    if (source.size() > kMaxSourceBytes) {
        fail("it is longer than 1 MiB");
    }
    return Lexer(validUtf8(normalisedSource(source))).run();
}

}  // namespace lathe::text::jinja
