// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "text/jinja_interpreter.h"
#include "text/python_text.h"
#include "text/unicode.h"

namespace lathe::text::jinja {

namespace {

using Arguments = const CallArguments&;

const Value& subjectOf(Arguments a) { return a.positional.at(0); }

std::string textOf(Arguments a) { return subjectOf(a).print(); }

Value trim(Interpreter&, Arguments a) {
    const Value characters = a.get(1, "chars", Value(None{}));
    return Value(python::strip(textOf(a), python::Side::Both, characters.isText() ? characters.text() : std::string()));
}

Value length(Interpreter&, Arguments a) {
    const Value& v = subjectOf(a);
    if (v.isText()) {
        return Value(static_cast<std::int64_t>(toCodePoints(v.text()).size()));
    }
    if (!v.isList() && !v.isDict() && !v.isUndefined()) {
        fail("it asks for the length of " + v.typeName());
    }
    return Value(static_cast<std::int64_t>(v.isList() ? v.list().size() : v.isDict() ? v.dict().size() : 0));
}

Value json(Interpreter&, Arguments a) {
    const Value indent = a.get(2, "indent", Value(None{}));
    const Value sorts = a.get(4, "sort_keys", Value(false));
    return Value(toJson(subjectOf(a), indent.isNone() ? -1 : indent.integer(), sorts.isTrue()));
}

/// a.b or a.0 of an item, as map(attribute="a.b") reads it.
Value attributePath(Interpreter& interpreter, Value value, const Value& path) {
    if (!path.isText()) {
        return interpreter.item(value, path);
    }
    for (const std::string& part : python::split(path.text(), ".", -1)) {
        std::int64_t index = 0;
        const auto read = std::from_chars(part.data(), part.data() + part.size(), index);
        const bool isIndex = !part.empty() && read.ec == std::errc() && read.ptr == part.data() + part.size();
        value = interpreter.item(value, isIndex ? Value(index) : Value(part));
    }
    return value;
}

Value join(Interpreter& interpreter, Arguments a) {
    const std::string between = a.get(1, "d", Value("")).print();
    const Value attribute = a.get(2, "attribute", Value(None{}));
    std::string out;
    bool isFirst = true;
    for (const Value& item : interpreter.iterate(subjectOf(a))) {
        out += (isFirst ? std::string() : between) +
               (attribute.isNone() ? item : attributePath(interpreter, item, attribute)).print();
        isFirst = false;
        if (out.size() > kMaxOutputBytes) {
            fail("it makes a text of more than 4 MiB");
        }
    }
    return Value(std::move(out));
}

Value orDefault(Interpreter&, Arguments a) {
    const bool replacesFalse = a.get(2, "boolean", Value(false)).isTrue();
    const Value& v = subjectOf(a);
    return v.isUndefined() || (replacesFalse && !v.isTrue()) ? a.get(1, "default_value", Value("")) : v;
}

Value replace(Interpreter&, Arguments a) {
    const Value count = a.get(3, "count", Value(None{}));
    return Value(python::replace(textOf(a), a.get(1, "old", Value("")).print(), a.get(2, "new", Value("")).print(),
                                 count.isNone() ? -1 : count.integer(), kMaxOutputBytes));
}

Value first(Interpreter& interpreter, Arguments a) {
    const List items = interpreter.iterate(subjectOf(a));
    return items.empty() ? Value::undefined("first") : items.front();
}

Value last(Interpreter& interpreter, Arguments a) {
    const List items = interpreter.iterate(subjectOf(a));
    return items.empty() ? Value::undefined("last") : items.back();
}

Value toList(Interpreter& interpreter, Arguments a) { return Value::list(interpreter.iterate(subjectOf(a))); }

Value items(Interpreter&, Arguments a) {
    List pairs;
    if (subjectOf(a).isUndefined()) {
        return Value::list({});
    }
    if (!subjectOf(a).isDict()) {
        fail("it asks for the items of " + subjectOf(a).typeName());
    }
    for (const auto& [key, value] : subjectOf(a).dict()) {
        pairs.push_back(Value::list({Value(key), value}, Sequence::AsTuple));
    }
    return Value::list(std::move(pairs));
}

/// select, reject, selectattr, rejectattr: items that pass (or fail) a test, on themselves or an attribute.
Value choose(Interpreter& interpreter, Arguments a, bool usesAttribute, bool wanted) {
    const std::size_t testIndex = usesAttribute ? 2 : 1;
    if (usesAttribute && a.positional.size() < 2) {
        fail("selectattr needs the name of an attribute");
    }
    List kept;
    for (const Value& item : interpreter.iterate(subjectOf(a))) {
        interpreter.step();
        const Value value = usesAttribute ? attributePath(interpreter, item, a.positional[1]) : item;
        bool passes = value.isTrue();
        if (a.positional.size() > testIndex) {
            CallArguments test;
            test.positional.push_back(value);
            test.positional.insert(test.positional.end(),
                                   a.positional.begin() + static_cast<std::ptrdiff_t>(testIndex) + 1,
                                   a.positional.end());
            passes = interpreter.applyTest(a.positional[testIndex].print(), test);
        }
        if (passes == wanted) {
            kept.push_back(item);
        }
    }
    return Value::list(std::move(kept));
}

Value map(Interpreter& interpreter, Arguments a) {
    List out;
    const Value* attribute = a.find(std::string::npos, "attribute");
    const Value fallback = a.get(std::string::npos, "default", Value::undefined("default"));
    if (attribute == nullptr && a.positional.size() < 2) {
        fail("map needs a filter or attribute=");
    }
    for (const Value& item : interpreter.iterate(subjectOf(a))) {
        interpreter.step();
        if (attribute != nullptr) {
            Value value = attributePath(interpreter, item, *attribute);
            out.push_back(value.isUndefined() ? fallback : std::move(value));
            continue;
        }
        CallArguments arguments;
        arguments.positional.push_back(item);
        arguments.positional.insert(arguments.positional.end(), a.positional.begin() + 2, a.positional.end());
        arguments.named = a.named;
        out.push_back(interpreter.applyFilter(a.positional[1].print(), arguments));
    }
    return Value::list(std::move(out));
}

Value toInteger(Interpreter&, Arguments a) {
    const Value& v = subjectOf(a);
    const Value fallback = a.get(1, "default", Value(std::int64_t{0}));
    if (v.isFloat()) {
        return std::fabs(v.number()) < 9e18 ? Value(static_cast<std::int64_t>(v.number())) : fallback;
    }
    if (v.isNumber()) {
        return Value(v.integer());
    }
    const std::string text = python::strip(v.print(), python::Side::Both);
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool isRead =
        !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size() && std::fabs(value) < 9e18;
    return isRead ? Value(static_cast<std::int64_t>(value)) : fallback;
}

Value toFloat(Interpreter&, Arguments a) {
    const Value& v = subjectOf(a);
    if (v.isNumber()) {
        return Value(v.number());
    }
    const std::string text = python::strip(v.print(), python::Side::Both);
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size()
               ? Value(value)
               : a.get(1, "default", Value(0.0));
}

Value absolute(Interpreter&, Arguments a) {
    const Value& v = subjectOf(a);
    return v.isFloat()                ? Value(std::fabs(v.number()))
           : v.integer() == INT64_MIN ? Value(-v.number())
                                      : Value(std::abs(v.integer()));
}

Value round(Interpreter&, Arguments a) {
    const auto digits = static_cast<double>(a.get(1, "precision", Value(std::int64_t{0})).integer());
    const double factor = std::pow(10.0, digits);
    return Value(std::nearbyint(subjectOf(a).number() * factor) / factor);
}

Value indent(Interpreter&, Arguments a) {
    const Value width = a.get(1, "width", Value(std::int64_t{4}));
    const bool first = a.get(2, "first", Value(false)).isTrue();
    const bool blank = a.get(3, "blank", Value(false)).isTrue();
    if (!width.isText() && (width.integer() < 0 || width.integer() > 1000)) {
        fail("it indents by a width that is not from 0 to 1000");
    }
    const std::string space =
        width.isText() ? width.text() : std::string(static_cast<std::size_t>(width.integer()), ' ');
    std::string out;
    bool isFirst = true;
    for (const std::string& line : python::split(textOf(a), "\n", -1)) {
        out += isFirst ? (first ? space : "") : "\n" + (blank || !line.empty() ? space : std::string());
        out += line;
        isFirst = false;
        if (out.size() > kMaxOutputBytes) {
            fail("it makes a text of more than 4 MiB");
        }
    }
    return Value(std::move(out));
}

/// Texts compare without case unless asked otherwise.
Value sortKey(Interpreter& interpreter, Arguments a, const Value& item, std::size_t caseIndex,
              std::size_t attributeIndex) {
    const Value attribute = a.get(attributeIndex, "attribute", Value(None{}));
    const bool isCaseSensitive = a.get(caseIndex, "case_sensitive", Value(false)).isTrue();
    Value key = attribute.isNone() ? item : attributePath(interpreter, item, attribute);
    return key.isText() && !isCaseSensitive ? Value(lowerCase(key.text())) : key;
}

Value sort(Interpreter& interpreter, Arguments a) {
    std::vector<std::pair<Value, Value>> keyed;
    for (const Value& item : interpreter.iterate(subjectOf(a))) {
        interpreter.step();
        keyed.emplace_back(sortKey(interpreter, a, item, 2, 3), item);
    }
    const bool isReversed = a.get(1, "reverse", Value(false)).isTrue();
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& x, const auto& y) {
        return isReversed ? compare(x.first, y.first) > 0 : compare(x.first, y.first) < 0;
    });
    List out;
    for (auto& [key, item] : keyed) {
        out.push_back(std::move(item));
    }
    return Value::list(std::move(out));
}

Value unique(Interpreter& interpreter, Arguments a) {
    List keys;
    List out;
    for (const Value& item : interpreter.iterate(subjectOf(a))) {
        interpreter.step(1 + keys.size() / 16);
        Value key = sortKey(interpreter, a, item, 1, 2);
        if (std::none_of(keys.begin(), keys.end(), [&](const Value& seen) { return equal(seen, key); })) {
            keys.push_back(std::move(key));
            out.push_back(item);
        }
    }
    return Value::list(std::move(out));
}

Value reverse(Interpreter& interpreter, Arguments a) {
    List out = interpreter.iterate(subjectOf(a));
    std::reverse(out.begin(), out.end());
    if (!subjectOf(a).isText()) {
        return Value::list(std::move(out));
    }
    std::string text;
    for (const Value& character : out) {
        text += character.text();
    }
    return Value(std::move(text));
}

Value dictSort(Interpreter& interpreter, Arguments a) {
    const List pairs = items(interpreter, a).list();
    std::vector<std::pair<std::string, Value>> keyed;
    for (const Value& pair : pairs) {
        keyed.emplace_back(lowerCase(pair.list()[0].text()), pair);
    }
    std::stable_sort(keyed.begin(), keyed.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
    List out;
    for (auto& [key, pair] : keyed) {
        out.push_back(std::move(pair));
    }
    return Value::list(std::move(out));
}

Value sum(Interpreter& interpreter, Arguments a) {
    const Value attribute = a.get(1, "attribute", Value(None{}));
    double total = a.get(2, "start", Value(std::int64_t{0})).number();
    bool isFloat = false;
    for (const Value& item : interpreter.iterate(subjectOf(a))) {
        const Value value = attribute.isNone() ? item : attributePath(interpreter, item, attribute);
        total += value.number();
        isFloat = isFloat || value.isFloat();
    }
    return isFloat || std::fabs(total) > 9e15 ? Value(total) : Value(static_cast<std::int64_t>(total));
}

Value extreme(Interpreter& interpreter, Arguments a, int wantedOrder) {
    const List all = interpreter.iterate(subjectOf(a));
    if (all.empty()) {
        return Value::undefined("the smallest or largest of nothing");
    }
    const Value* best = &all.front();
    for (const Value& item : all) {
        if (compare(sortKey(interpreter, a, item, 1, 2), sortKey(interpreter, a, *best, 1, 2)) == wantedOrder) {
            best = &item;
        }
    }
    return *best;
}

/// Words begin after white space and -({[< only, unlike with str.title().
Value title(Interpreter&, Arguments a) {
    const std::string text = textOf(a);
    std::string out;
    bool isInWord = false;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = i;
        const char32_t c = nextCodePoint(text, i);
        const std::string_view character = std::string_view(text).substr(begin, i - begin);
        const bool separates = python::isSpace(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
        out += separates ? std::string(character) : isInWord ? lowerCase(character) : upperCase(character);
        isInWord = !separates;
    }
    return Value(std::move(out));
}

Value escaped(Interpreter&, Arguments a) {
    std::string out;
    for (const char c : textOf(a)) {
        out += c == '&'    ? "&amp;"
               : c == '<'  ? "&lt;"
               : c == '>'  ? "&gt;"
               : c == '"'  ? "&#34;"
               : c == '\'' ? "&#39;"
                           : std::string(1, c);
    }
    return Value(std::move(out));
}

Value same(Interpreter&, Arguments a) { return subjectOf(a); }

const std::map<std::string, FilterFunction>& filters() {
    static const std::map<std::string, FilterFunction> table = {
        {"trim", trim},
        {"length", length},
        {"count", length},
        {"tojson", json},
        {"join", join},
        {"default", orDefault},
        {"d", orDefault},
        {"replace", replace},
        {"first", first},
        {"last", last},
        {"list", toList},
        {"items", items},
        {"map", map},
        {"int", toInteger},
        {"float", toFloat},
        {"abs", absolute},
        {"round", round},
        {"indent", indent},
        {"sort", sort},
        {"unique", unique},
        {"reverse", reverse},
        {"dictsort", dictSort},
        {"sum", sum},
        {"safe", same},
        {"e", escaped},
        {"escape", escaped},
        {"upper", [](Interpreter&, Arguments a) { return Value(upperCase(textOf(a))); }},
        {"lower", [](Interpreter&, Arguments a) { return Value(lowerCase(textOf(a))); }},
        {"title", title},
        {"capitalize", [](Interpreter&, Arguments a) { return Value(python::capitalize(textOf(a))); }},
        {"string", [](Interpreter&, Arguments a) { return Value(textOf(a)); }},
        {"wordcount",
         [](Interpreter&, Arguments a) {
             return Value(static_cast<std::int64_t>(python::splitSpace(textOf(a), -1).size()));
         }},
        {"select", [](Interpreter& i, Arguments a) { return choose(i, a, false, true); }},
        {"reject", [](Interpreter& i, Arguments a) { return choose(i, a, false, false); }},
        {"selectattr", [](Interpreter& i, Arguments a) { return choose(i, a, true, true); }},
        {"rejectattr", [](Interpreter& i, Arguments a) { return choose(i, a, true, false); }},
        {"min", [](Interpreter& i, Arguments a) { return extreme(i, a, -1); }},
        {"max", [](Interpreter& i, Arguments a) { return extreme(i, a, 1); }},
        {"attr",
         [](Interpreter& i, Arguments a) { return i.attribute(subjectOf(a), a.get(1, "name", Value("")).print()); }},
    };
    return table;
}

}  // namespace

FilterFunction findFilter(const std::string& name) {
    const auto found = filters().find(name);
    return found == filters().end() ? nullptr : found->second;
}

}  // namespace lathe::text::jinja
