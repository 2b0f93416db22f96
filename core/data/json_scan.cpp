// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/json_scan.h"

#include <fmt/format.h>

#include "data/utf8.h"

namespace lathe::data {
namespace {

constexpr int kMaxDepth = 64;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

class Scanner {
public:
    Scanner(std::string_view text, JsonProblem& problem) : text_(text), problem_(problem) {}

    std::size_t at() const { return at_; }

    void blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
    }

    JsonScan object(std::vector<JsonMember>* members, int depth) {
        if (const JsonScan open = expect('{'); open != JsonScan::Ok) return open;
        blanks();
        if (at_ < text_.size() && text_[at_] == '}') return ++at_, JsonScan::Ok;
        while (true) {
            JsonMember member;
            blanks();
            if (const JsonScan step = string(&member.key); step != JsonScan::Ok) return step;
            blanks();
            if (const JsonScan step = expect(':'); step != JsonScan::Ok) return step;
            if (const JsonScan step = value(members != nullptr ? &member : nullptr, depth + 1); step != JsonScan::Ok) return step;
            if (members != nullptr) {
                for (const JsonMember& other : *members) {
                    if (other.key == member.key) return bad(fmt::format("the key \"{}\" occurs twice", cutUtf8(member.key, 60)));
                }
                members->push_back(std::move(member));
            }
            bool isDone = false;
            if (const JsonScan step = commaOr('}', isDone); step != JsonScan::Ok || isDone) return step;
        }
    }

    JsonScan value(JsonMember* member, int depth) {
        if (depth > kMaxDepth) return bad("values are nested too deeply");
        blanks();
        if (at_ >= text_.size()) return JsonScan::Incomplete;
        const std::size_t begin = at_;
        JsonKind kind = JsonKind::Null;
        JsonScan step = JsonScan::Ok;
        switch (text_[at_]) {
        case '{':
            kind = JsonKind::Object;
            step = object(nullptr, depth);
            break;
        case '[':
            kind = JsonKind::Array;
            step = array(depth);
            break;
        case '"':
            kind = JsonKind::Text;
            step = string(member != nullptr ? &member->value : nullptr);
            break;
        case 't':
            kind = JsonKind::Boolean;
            step = word("true");
            break;
        case 'f':
            kind = JsonKind::Boolean;
            step = word("false");
            break;
        case 'n':
            step = word("null");
            break;
        default:
            kind = JsonKind::Number;
            step = number();
        }
        if (step == JsonScan::Ok && member != nullptr) {
            member->kind = kind;
            if (kind != JsonKind::Text && kind != JsonKind::Null) member->value = text_.substr(begin, at_ - begin);
        }
        return step;
    }

private:
    JsonScan bad(std::string reason) {
        problem_ = {at_, std::move(reason)};
        return JsonScan::Bad;
    }

    JsonScan expect(char wanted) {
        if (at_ >= text_.size()) return JsonScan::Incomplete;
        if (text_[at_] != wanted) return bad(fmt::format("'{}' was expected", wanted));
        ++at_;
        return JsonScan::Ok;
    }

    JsonScan commaOr(char close, bool& isDone) {
        blanks();
        if (at_ >= text_.size()) return JsonScan::Incomplete;
        isDone = text_[at_] == close;
        if (!isDone && text_[at_] != ',') return bad(fmt::format("',' or '{}' was expected", close));
        ++at_;
        return JsonScan::Ok;
    }

    JsonScan array(int depth) {
        ++at_;
        blanks();
        if (at_ < text_.size() && text_[at_] == ']') return ++at_, JsonScan::Ok;
        while (true) {
            if (const JsonScan step = value(nullptr, depth + 1); step != JsonScan::Ok) return step;
            bool isDone = false;
            if (const JsonScan step = commaOr(']', isDone); step != JsonScan::Ok || isDone) return step;
        }
    }

    JsonScan word(std::string_view wanted) {
        const std::string_view rest = text_.substr(at_, wanted.size());
        if (rest != wanted) return rest.size() < wanted.size() && wanted.starts_with(rest) ? JsonScan::Incomplete : bad("a value was expected");
        at_ += wanted.size();
        return JsonScan::Ok;
    }

    JsonScan digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && isDigit(text_[at_])) ++at_;
        if (at_ > begin) return JsonScan::Ok;
        return at_ >= text_.size() ? JsonScan::Incomplete : bad("a value was expected");
    }

    JsonScan number() {
        if (at_ < text_.size() && text_[at_] == '-') ++at_;
        const std::size_t begin = at_;
        if (const JsonScan step = digits(); step != JsonScan::Ok) return step;
        if (at_ - begin > 1 && text_[begin] == '0') return bad("a number begins with 0");
        if (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            if (const JsonScan step = digits(); step != JsonScan::Ok) return step;
        }
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
            if (const JsonScan step = digits(); step != JsonScan::Ok) return step;
        }
        return JsonScan::Ok;
    }

    /// Four hexadecimal digits; -1 = bad, -2 = incomplete.
    int hexUnit() {
        int unit = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            if (at_ >= text_.size()) return -2;
            const char c = text_[at_];
            const int digit = isDigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
            if (digit < 0) return -1;
            unit = unit * 16 + digit;
        }
        return unit;
    }

    JsonScan unicodeEscape(std::string* output) {
        const int unit = hexUnit();
        if (unit < 0) return unit == -2 ? JsonScan::Incomplete : bad("a \\u escape is not four hexadecimal digits");
        char32_t point = static_cast<char32_t>(unit);
        if (unit >= 0xD800 && unit <= 0xDBFF && text_.substr(at_, 2) == "\\u") {
            const std::size_t back = at_;
            at_ += 2;
            const int low = hexUnit();
            if (low == -2) return JsonScan::Incomplete;
            if (low >= 0xDC00 && low <= 0xDFFF) point = 0x10000 + ((point - 0xD800) << 10) + (static_cast<char32_t>(low) - 0xDC00);
            else at_ = back;
        }
        if (output != nullptr) appendUtf8(*output, point);
        return JsonScan::Ok;
    }

    JsonScan string(std::string* output) {
        if (const JsonScan step = expect('"'); step != JsonScan::Ok) return step;
        while (true) {
            std::size_t end = at_;
            while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' && static_cast<unsigned char>(text_[end]) >= 0x20) ++end;
            if (output != nullptr) output->append(text_.substr(at_, end - at_));
            at_ = end;
            if (at_ >= text_.size()) return JsonScan::Incomplete;
            if (text_[at_] == '"') return ++at_, JsonScan::Ok;
            if (text_[at_] != '\\') return bad("a control character stands in a string");
            if (++at_ >= text_.size()) return JsonScan::Incomplete;
            const char kind = text_[at_++];
            if (kind == 'u') {
                if (const JsonScan step = unicodeEscape(output); step != JsonScan::Ok) return step;
                continue;
            }
            static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
            const std::size_t which = kFrom.find(kind);
            if (which == std::string_view::npos) return bad("an unknown escape stands in a string");
            if (output != nullptr) *output += kTo[which];
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    JsonProblem& problem_;
};

}  // namespace

JsonScan scanJsonObject(std::string_view text, std::vector<JsonMember>& members, std::size_t& used, JsonProblem& problem) {
    members.clear();
    Scanner scanner(text, problem);
    scanner.blanks();
    const JsonScan result = scanner.object(&members, 0);
    used = scanner.at();
    return result;
}

JsonScan skipJsonValue(std::string_view text, std::size_t& used, JsonProblem& problem) {
    Scanner scanner(text, problem);
    const JsonScan result = scanner.value(nullptr, 0);
    used = scanner.at();
    return result;
}

void appendJsonText(std::string& output, std::string_view text) {
    output += '"';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F) continue;
        output.append(text.substr(begin, i - begin));
        begin = i + 1;
        switch (c) {
        case '"': output += "\\\""; break;
        case '\\': output += "\\\\"; break;
        case '\n': output += "\\n"; break;
        case '\r': output += "\\r"; break;
        case '\t': output += "\\t"; break;
        default: output += fmt::format("\\u{:04x}", c);
        }
    }
    output.append(text.substr(begin));
    output += '"';
}

}  // namespace lathe::data
