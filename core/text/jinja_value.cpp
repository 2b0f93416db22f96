// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"
#include "text/unicode.h"

namespace lathe::text::jinja {

namespace {

constexpr int kMaxDepth = 100;

int deepest(int depth, const Value& value) {
    if (value.isNamespace()) {
        fail("it puts a namespace into a list or dict");
    }
    return std::max(depth, value.depth());
}

void checkDepth(int depth) {
    if (depth > kMaxDepth) {
        fail("it nests lists or dicts more than 100 levels deep");
    }
}

/// repr(float): the shortest text that reads back, with ".0" for whole numbers.
std::string floatText(double value) {
    if (std::isnan(value)) {
        return "nan";
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    const double size = std::fabs(value);
    const bool isScientific = size != 0 && (size >= 1e16 || size < 1e-4);
    std::string out = isScientific ? fmt::format("{:e}", value) : std::string();
    char buffer[64];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, value,
                                       isScientific ? std::chars_format::scientific : std::chars_format::fixed);
    out.assign(buffer, written.ptr);
    if (!isScientific && out.find('.') == std::string::npos) {
        out += ".0";
    }
    return out;
}

/// repr(str): single quotes unless the text has only single ones in it.
std::string quoted(const std::string& text) {
    const char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
    std::string out(1, quote);
    for (const char c : text) {
        switch (c) {
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '\\': out += "\\\\"; break;
            default:
                if (c == quote) {
                    out += '\\';
                    out += c;
                } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
                    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
                } else {
                    out += c;
                }
        }
    }
    return out + quote;
}

std::string dictRepr(const Dict& dict) {
    std::string out = "{";
    for (const auto& [key, value] : dict) {
        out += (out.size() > 1 ? ", " : "") + quoted(key) + ": " + value.repr();
    }
    return out + "}";
}

}  // namespace

void fail(const std::string& why) {
    throw Error(ErrorCode::InvalidInput,
                "The chat template cannot be used: " + why + ". Choose another template or plain text.");
}

Value Value::list(List items, Sequence sequence) {
    Value out;
    for (const Value& item : items) {
        out.depth_ = deepest(out.depth_, item);
    }
    checkDepth(++out.depth_);
    out.data_ = std::make_shared<const List>(std::move(items));
    out.sequence_ = sequence;
    return out;
}

Value Value::dict(Dict items) {
    Value out;
    for (const auto& [key, value] : items) {
        out.depth_ = deepest(out.depth_, value);
    }
    checkDepth(++out.depth_);
    out.data_ = std::make_shared<const Dict>(std::move(items));
    return out;
}

Value Value::callable(Callable callable, int depth) {
    checkDepth(depth + 1);
    Value out(std::move(callable));
    out.depth_ = depth + 1;
    return out;
}

Value Value::undefined(std::string name) {
    Value out;
    out.data_ = Undefined{std::move(name)};
    return out;
}

std::int64_t Value::integer() const {
    if (isBool()) {
        return std::get<bool>(data_) ? 1 : 0;
    }
    if (!isInteger()) {
        fail("a whole number is needed where it has " + typeName());
    }
    return std::get<std::int64_t>(data_);
}

double Value::number() const { return isFloat() ? std::get<double>(data_) : static_cast<double>(integer()); }

bool Value::isTrue() const {
    if (isUndefined() || isNone()) {
        return false;
    }
    if (isNumber()) {
        return number() != 0;
    }
    return isText() ? !text().empty() : isList() ? !list().empty() : isDict() ? !dict().empty() : true;
}

std::string Value::print() const { return isText() ? text() : isUndefined() ? std::string() : repr(); }

std::string Value::repr() const {
    if (isUndefined()) {
        return "Undefined";
    }
    if (isNone()) {
        return "None";
    }
    if (isBool()) {
        return std::get<bool>(data_) ? "True" : "False";
    }
    if (isInteger()) {
        return std::to_string(std::get<std::int64_t>(data_));
    }
    if (isFloat()) {
        return floatText(std::get<double>(data_));
    }
    if (isText()) {
        return quoted(text());
    }
    if (isList()) {
        std::string out = isTuple() ? "(" : "[";
        for (std::size_t i = 0; i < list().size(); ++i) {
            out += (i > 0 ? ", " : "") + list()[i].repr();
            if (out.size() > kMaxOutputBytes) {
                fail("it writes more than 4 MiB");
            }
        }
        return out + (isTuple() ? (list().size() == 1 ? ",)" : ")") : "]");
    }
    return isDict() ? dictRepr(dict()) : isNamespace() ? "<Namespace>" : "<function " + callable().name + ">";
}

std::string Value::typeName() const {
    return isUndefined()   ? "undefined"
           : isNone()      ? "NoneType"
           : isBool()      ? "bool"
           : isInteger()   ? "int"
           : isFloat()     ? "float"
           : isText()      ? "str"
           : isTuple()     ? "tuple"
           : isList()      ? "list"
           : isDict()      ? "dict"
           : isNamespace() ? "namespace"
                           : "function";
}

const Value* Value::member(std::string_view key) const {
    const Dict* members = isDict() ? &dict() : isNamespace() ? nameSpace().members.get() : nullptr;
    if (members == nullptr) {
        return nullptr;
    }
    const auto found =
        std::find_if(members->begin(), members->end(), [&](const auto& entry) { return entry.first == key; });
    return found == members->end() ? nullptr : &found->second;
}

bool equal(const Value& a, const Value& b) {
    if (a.isNumber() && b.isNumber()) {
        return a.isFloat() || b.isFloat() ? a.number() == b.number() : a.integer() == b.integer();
    }
    if (a.isText() && b.isText()) {
        return a.text() == b.text();
    }
    if (a.isList() && b.isList()) {
        return a.isTuple() == b.isTuple() &&
               std::equal(a.list().begin(), a.list().end(), b.list().begin(), b.list().end(), equal);
    }
    if (a.isDict() && b.isDict()) {
        return a.dict().size() == b.dict().size() &&
               std::all_of(a.dict().begin(), a.dict().end(), [&](const auto& entry) {
                   const Value* other = b.member(entry.first);
                   return other != nullptr && equal(entry.second, *other);
               });
    }
    return (a.isNone() && b.isNone()) || (a.isUndefined() && b.isUndefined());
}

int compare(const Value& a, const Value& b) {
    if (a.isNumber() && b.isNumber()) {
        if (!a.isFloat() && !b.isFloat()) {
            return a.integer() < b.integer() ? -1 : a.integer() > b.integer() ? 1 : 0;
        }
        return a.number() < b.number() ? -1 : a.number() > b.number() ? 1 : 0;
    }
    if (a.isText() && b.isText()) {
        return a.text() < b.text() ? -1 : a.text() > b.text() ? 1 : 0;  // UTF-8 sorts as code points do
    }
    if (a.isList() && b.isList()) {
        for (std::size_t i = 0; i < std::min(a.list().size(), b.list().size()); ++i) {
            if (const int order = compare(a.list()[i], b.list()[i]); order != 0) {
                return order;
            }
        }
        return a.list().size() < b.list().size() ? -1 : a.list().size() > b.list().size() ? 1 : 0;
    }
    fail("it compares " + a.typeName() + " with " + b.typeName());
}

namespace {

std::string jsonText(const std::string& text) {
    return base::Json(text).dump(-1, ' ', false, base::Json::error_handler_t::replace);
}

void appendJson(const Value& value, std::int64_t indent, bool sortsKeys, std::size_t level, std::string& out) {
    const auto newLine = [&](std::size_t depth) {
        if (indent >= 0) {
            out += '\n';
            out.append(static_cast<std::size_t>(indent) * depth, ' ');
        }
    };
    const auto separator = [&](bool isFirst) {
        if (!isFirst) {
            out += indent >= 0 ? "," : ", ";
        }
        newLine(level + 1);
    };
    if (out.size() > kMaxOutputBytes) {
        fail("it writes more than 4 MiB");
    }
    if (value.isNone()) {
        out += "null";
    } else if (value.isBool()) {
        out += value.isTrue() ? "true" : "false";
    } else if (value.isNumber()) {
        out += value.repr();
    } else if (value.isText()) {
        out += jsonText(value.text());
    } else if (value.isList()) {
        out += '[';
        for (std::size_t i = 0; i < value.list().size(); ++i) {
            separator(i == 0);
            appendJson(value.list()[i], indent, sortsKeys, level + 1, out);
        }
        if (!value.list().empty()) {
            newLine(level);
        }
        out += ']';
    } else if (value.isDict()) {
        Dict members = value.dict();
        if (sortsKeys) {
            std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        }
        out += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            separator(i == 0);
            out += jsonText(members[i].first) + ": ";
            appendJson(members[i].second, indent, sortsKeys, level + 1, out);
        }
        if (!members.empty()) {
            newLine(level);
        }
        out += '}';
    } else {
        fail("it writes " + value.typeName() + " as JSON");
    }
}

}  // namespace

std::string toJson(const Value& value, std::int64_t indent, bool sortsKeys) {
    if (indent > 64) {
        fail("it indents JSON by more than 64 spaces");
    }
    std::string out;
    appendJson(value, indent, sortsKeys, 0, out);
    return out;
}

const Value* CallArguments::find(std::size_t index, std::string_view name) const {
    if (index < positional.size()) {
        return &positional[index];
    }
    for (const auto& [key, value] : named) {
        if (key == name) {
            return &value;
        }
    }
    return nullptr;
}

Value CallArguments::get(std::size_t index, std::string_view name, Value fallback) const {
    const Value* found = find(index, name);
    return found == nullptr ? std::move(fallback) : *found;
}

}  // namespace lathe::text::jinja
