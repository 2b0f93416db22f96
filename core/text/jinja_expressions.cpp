// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions of chat templates, with Python's arithmetic and its errors.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "text/jinja_interpreter.h"
#include "text/unicode.h"

namespace lathe::text::jinja {

namespace {

using Kind = Node::Kind;

constexpr int kMaxEvaluationDepth = 2'000;
constexpr std::size_t kMaxItems = 1'000'000;

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b != 0 && (a % b < 0) != (b < 0) ? quotient - 1 : quotient;
}

Value integerArithmetic(const std::string& op, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    bool overflows = false;
    if (op == "-") {
        overflows = __builtin_sub_overflow(a, b, &result);
    } else if (op == "//" || op == "%") {
        if (b == 0 || (a == std::numeric_limits<std::int64_t>::min() && b == -1)) {
            fail("it divides by zero");
        }
        result = op == "//" ? floorDivide(a, b) : a - floorDivide(a, b) * b;
    } else {  // **
        if (b < 0) {
            return Value(std::pow(static_cast<double>(a), static_cast<double>(b)));
        }
        result = 1;
        for (std::int64_t i = 0; i < b && !overflows && !(a == 1 || a == 0); ++i) {
            overflows = __builtin_mul_overflow(result, a, &result) || i > 64;
        }
        result = a == 0 && b > 0 ? 0 : result;
    }
    if (overflows) {
        fail("a number becomes too large");
    }
    return Value(result);
}

Value arithmetic(const std::string& op, const Value& a, const Value& b) {
    if (!a.isNumber() || !b.isNumber()) {
        fail(fmt::format("it uses '{}' on {} and {}", op, a.typeName(), b.typeName()));
    }
    if (op == "/") {
        if (b.number() == 0) {
            fail("it divides by zero");
        }
        return Value(a.number() / b.number());
    }
    if (!a.isFloat() && !b.isFloat()) {
        return integerArithmetic(op, a.integer(), b.integer());
    }
    if ((op == "//" || op == "%") && b.number() == 0) {
        fail("it divides by zero");
    }
    const double quotient = op == "//" || op == "%" ? std::floor(a.number() / b.number()) : 0;
    return Value(op == "-"    ? a.number() - b.number()
                 : op == "//" ? quotient
                 : op == "%"  ? a.number() - quotient * b.number()
                              : std::pow(a.number(), b.number()));
}

}  // namespace

Value Interpreter::evaluate(const Node& node) {
    step();
    const CallDepth guard(depth_, kMaxEvaluationDepth);
    switch (node.kind) {
        case Kind::Constant: return node.value;
        case Kind::Name: return evaluateName(node);
        case Kind::ListLiteral:
        case Kind::TupleLiteral: {
            List items;
            for (const NodePtr& item : node.list) {
                items.push_back(evaluate(*item));
            }
            return Value::list(std::move(items),
                               node.kind == Kind::TupleLiteral ? Sequence::AsTuple : Sequence::AsList);
        }
        case Kind::DictLiteral: {
            Dict entries;
            for (const NamedNode& entry : node.named) {
                const Value key = evaluate(*entry.key);
                if (!key.isText()) {
                    fail(fmt::format("line {}: a dict has a key that is not text", node.line));
                }
                std::erase_if(entries, [&](const auto& old) { return old.first == key.text(); });
                entries.emplace_back(key.text(), evaluate(*entry.value));
            }
            return Value::dict(std::move(entries));
        }
        case Kind::Member: return attribute(evaluate(*node.a), node.text);
        case Kind::Subscript: {
            const Value subject = evaluate(*node.a);
            return item(subject, evaluate(*node.b));
        }
        case Kind::Slice: return evaluateSlice(node);
        case Kind::Call: return evaluateCall(node);
        case Kind::Filter: {
            // default() must be able to look at a name that is not there, so its subject is evaluated like any other.
            Value subject = evaluate(*node.a);
            return applyFilter(node.text, argumentsOf(node, std::move(subject)));
        }
        case Kind::Test: {
            Value subject = evaluate(*node.a);
            return Value(applyTest(node.text, argumentsOf(node, std::move(subject))));
        }
        case Kind::Unary: {
            const Value operand = evaluate(*node.a);
            if (node.text == "not") {
                return Value(!operand.isTrue());
            }
            return node.text == "-" ? arithmetic("-", Value(std::int64_t{0}), operand)
                                    : arithmetic("-", operand, Value(std::int64_t{0}));
        }
        case Kind::Binary: return evaluateBinary(node);
        case Kind::Compare: return evaluateCompare(node);
        case Kind::Conditional:
            if (evaluate(*node.a).isTrue()) {
                return evaluate(*node.b);
            }
            return node.c ? evaluate(*node.c) : Value::undefined("the inline if without else");
        default: fail("an expression is not understood");
    }
}

Value Interpreter::evaluateName(const Node& node) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
        const auto found = scope->find(node.text);
        if (found != scope->end()) {
            return found->second;
        }
    }
    return Value::undefined(node.text);
}

Value Interpreter::add(const Value& a, const Value& b) {
    if (a.isText() && b.isText()) {
        if (a.text().size() + b.text().size() > kMaxOutputBytes) {
            fail("it makes a text of more than 4 MiB");
        }
        step((a.text().size() + b.text().size()) / 4096);
        return Value(a.text() + b.text());
    }
    if (a.isList() && b.isList()) {
        if (a.list().size() + b.list().size() > kMaxItems) {
            fail("it makes a list of more than a million values");
        }
        step((a.list().size() + b.list().size()) / 64);
        List items = a.list();
        items.insert(items.end(), b.list().begin(), b.list().end());
        return Value::list(std::move(items), a.isTuple() ? Sequence::AsTuple : Sequence::AsList);
    }
    if (a.isUndefined() || b.isUndefined()) {
        fail(fmt::format("'{}' is undefined", a.isUndefined() ? a.undefinedName() : b.undefinedName()));
    }
    if (!a.isNumber() || !b.isNumber()) {
        fail(fmt::format("it adds {} and {}", a.typeName(), b.typeName()));
    }
    if (a.isFloat() || b.isFloat()) {
        return Value(a.number() + b.number());
    }
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.integer(), b.integer(), &sum)) {
        fail("a number becomes too large");
    }
    return Value(sum);
}

Value Interpreter::multiply(const Value& a, const Value& b) {
    if (a.isNumber() && (b.isText() || b.isList())) {
        return multiply(b, a);
    }
    if (a.isText() || a.isList()) {
        const std::int64_t times = std::max<std::int64_t>(b.integer(), 0);
        const std::size_t size = a.isText() ? a.text().size() : a.list().size();
        const std::size_t limit = a.isText() ? kMaxOutputBytes : kMaxItems;
        if (size > 0 && static_cast<std::size_t>(times) > limit / size) {
            fail("it repeats a text or list too often");
        }
        step(size * static_cast<std::size_t>(times) / (a.isText() ? 4096 : 64));
        std::string text;
        List items;
        for (std::int64_t i = 0; i < (size > 0 ? times : 0); ++i) {
            if (a.isText()) {
                text += a.text();
            } else {
                items.insert(items.end(), a.list().begin(), a.list().end());
            }
        }
        return a.isText() ? Value(std::move(text)) : Value::list(std::move(items));
    }
    if (!a.isNumber() || !b.isNumber()) {
        fail(fmt::format("it multiplies {} and {}", a.typeName(), b.typeName()));
    }
    if (a.isFloat() || b.isFloat()) {
        return Value(a.number() * b.number());
    }
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a.integer(), b.integer(), &product)) {
        fail("a number becomes too large");
    }
    return Value(product);
}

Value Interpreter::evaluateBinary(const Node& node) {
    const Value left = evaluate(*node.a);
    if (node.text == "and") {
        return left.isTrue() ? evaluate(*node.b) : left;
    }
    if (node.text == "or") {
        return left.isTrue() ? left : evaluate(*node.b);
    }
    const Value right = evaluate(*node.b);
    if (node.text == "~") {
        return add(Value(left.print()), Value(right.print()));
    }
    if (node.text == "+") {
        return add(left, right);
    }
    return node.text == "*" ? multiply(left, right) : arithmetic(node.text, left, right);
}

bool contains(Interpreter& interpreter, const Value& container, const Value& item) {
    if (container.isText()) {
        if (!item.isText()) {
            fail("it looks for " + item.typeName() + " in a text");
        }
        return container.text().find(item.text()) != std::string::npos;
    }
    if (container.isDict()) {
        return item.isText() && container.member(item.text()) != nullptr;
    }
    const List items = interpreter.iterate(container);
    return std::any_of(items.begin(), items.end(), [&](const Value& other) { return equal(other, item); });
}

Value Interpreter::evaluateCompare(const Node& node) {
    Value left = evaluate(*node.a);
    for (std::size_t i = 0; i < node.names.size(); ++i) {
        const Value right = evaluate(*node.list[i]);
        const std::string& op = node.names[i];
        bool holds = false;
        if (op == "==" || op == "!=") {
            holds = equal(left, right) == (op == "==");
        } else if (op == "in" || op == "not in") {
            holds = contains(*this, right, left) == (op == "in");
        } else {
            const int order = compare(left, right);
            holds = op == "<" ? order < 0 : op == "<=" ? order <= 0 : op == ">" ? order > 0 : order >= 0;
        }
        if (!holds) {
            return Value(false);
        }
        left = right;
    }
    return Value(true);
}

Value Interpreter::evaluateSlice(const Node& node) {
    const Value subject = evaluate(*node.a);
    const std::int64_t stride = node.list[2] ? evaluate(*node.list[2]).integer() : 1;
    if (stride == 0) {
        fail("a slice has the step 0");
    }
    std::vector<char32_t> characters;
    if (subject.isText()) {
        characters = toCodePoints(subject.text());
    } else if (!subject.isList()) {
        fail(fmt::format("it takes a slice of {}{}", subject.typeName(),
                         subject.isUndefined() ? fmt::format(" ('{}')", subject.undefinedName()) : std::string()));
    }
    const auto size = static_cast<std::int64_t>(subject.isText() ? characters.size() : subject.list().size());
    // slice.indices(size)
    const auto bound = [&](const NodePtr& part, std::int64_t fallback) {
        const Value value = part ? evaluate(*part) : Value(None{});
        if (value.isNone()) {
            return fallback;
        }
        const std::int64_t index = value.integer() < 0 ? value.integer() + size : value.integer();
        return std::clamp<std::int64_t>(index, stride < 0 ? -1 : 0, stride < 0 ? size - 1 : size);
    };
    const std::int64_t start = bound(node.list[0], stride > 0 ? 0 : size - 1);
    const std::int64_t stop = bound(node.list[1], stride > 0 ? size : -1);
    std::string text;
    List items;
    step(static_cast<std::size_t>(size) / 64);
    for (std::int64_t i = start; stride > 0 ? i < stop : i > stop;) {
        if (subject.isText()) {
            appendUtf8(text, characters[static_cast<std::size_t>(i)]);
        } else {
            items.push_back(subject.list()[static_cast<std::size_t>(i)]);
        }
        if (__builtin_add_overflow(i, stride, &i)) {
            break;
        }
    }
    return subject.isText() ? Value(std::move(text))
                            : Value::list(std::move(items), subject.isTuple() ? Sequence::AsTuple : Sequence::AsList);
}

CallArguments Interpreter::argumentsOf(const Node& node, std::optional<Value> subject) {
    CallArguments arguments;
    if (subject) {
        arguments.positional.push_back(std::move(*subject));
    }
    for (const NodePtr& argument : node.list) {
        arguments.positional.push_back(evaluate(*argument));
    }
    for (const NamedNode& argument : node.named) {
        arguments.named.emplace_back(argument.name, evaluate(*argument.value));
    }
    return arguments;
}

Value Interpreter::evaluateCall(const Node& node) {
    const Value function = evaluate(*node.a);
    return call(function, argumentsOf(node, std::nullopt));
}

Value Interpreter::call(const Value& function, const CallArguments& arguments) {
    step();
    if (!function.isCallable()) {
        fail(function.isUndefined()
                 ? fmt::format("'{}' is undefined or not allowed in chat templates", function.undefinedName())
                 : "it calls " + function.typeName());
    }
    return (*function.callable().function)(*this, arguments);
}

Value Interpreter::applyFilter(const std::string& name, const CallArguments& arguments) {
    const FilterFunction filter = findFilter(name);
    if (filter == nullptr) {
        fail(fmt::format("the filter '{}' is not supported", name));
    }
    step();
    return filter(*this, arguments);
}

bool Interpreter::applyTest(const std::string& name, const CallArguments& arguments) {
    const TestFunction test = findTest(name);
    if (test == nullptr) {
        fail(fmt::format("the test '{}' is not supported", name));
    }
    return test(*this, arguments);
}

Value Interpreter::attribute(const Value& subject, const std::string& name) {
    if (subject.isUndefined()) {
        fail(fmt::format("'{}' is undefined, so it has no '{}'", subject.undefinedName(), name));
    }
    Value method = findMethod(subject, name);
    if (!method.isUndefined()) {
        return method;
    }
    const Value* member = subject.member(name);
    return member != nullptr ? *member : Value::undefined(name);
}

Value Interpreter::item(const Value& subject, const Value& key) {
    if (subject.isUndefined()) {
        fail(fmt::format("'{}' is undefined, so it has no items", subject.undefinedName()));
    }
    if (key.isText()) {
        const Value* member = subject.member(key.text());
        return member != nullptr ? *member : findMethod(subject, key.text());
    }
    if (!key.isInteger() && !key.isBool()) {
        return Value::undefined("an item");
    }
    std::int64_t index = key.integer();
    if (subject.isList()) {
        const auto size = static_cast<std::int64_t>(subject.list().size());
        index += index < 0 ? size : 0;
        return index >= 0 && index < size ? subject.list()[static_cast<std::size_t>(index)]
                                          : Value::undefined("an item");
    }
    if (subject.isText()) {
        const std::vector<char32_t> characters = toCodePoints(subject.text());
        step(characters.size() / 1024);
        const auto size = static_cast<std::int64_t>(characters.size());
        index += index < 0 ? size : 0;
        return index >= 0 && index < size ? Value(toUtf8(characters[static_cast<std::size_t>(index)]))
                                          : Value::undefined("an item");
    }
    return Value::undefined("an item");
}

List Interpreter::iterate(const Value& value) {
    if (value.isList()) {
        step(value.list().size() / 64);
        return value.list();
    }
    List items;
    if (value.isDict()) {
        for (const auto& [key, member] : value.dict()) {
            items.push_back(Value(key));
        }
    } else if (value.isText()) {
        if (value.text().size() > kMaxItems) {
            fail("it loops over a text of more than a million characters");
        }
        step(value.text().size() / 64);
        for (const char32_t c : toCodePoints(value.text())) {
            items.push_back(Value(toUtf8(c)));
        }
    } else if (!value.isUndefined()) {
        fail("it loops over " + value.typeName());
    }
    return items;
}

}  // namespace lathe::text::jinja
