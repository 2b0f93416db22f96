// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja_interpreter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <lathe/error.h>

#include "text/unicode.h"

namespace lathe::text::jinja {

namespace {

using Kind = Node::Kind;

constexpr int kMaxCallDepth = 40;
constexpr int kMaxEvaluationDepth = 2'000;
constexpr std::size_t kMaxItems = 1'000'000;

Value loopCycle(const List& items, std::size_t index) {
    return items.empty() ? Value() : items[index % items.size()];
}

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
    return Value(op == "-" ? a.number() - b.number() : op == "//" ? quotient : op == "%" ? a.number() - quotient * b.number() : std::pow(a.number(), b.number()));
}

}  // namespace

struct Interpreter::CallDepth {
    CallDepth(int& counter, int limit) : depth(counter) {
        if (++depth > limit) {
            fail("it calls itself too deeply");
        }
    }
    ~CallDepth() { --depth; }
    CallDepth(const CallDepth&) = delete;
    CallDepth& operator=(const CallDepth&) = delete;
    int& depth;
};

Interpreter::Interpreter(std::map<std::string, Value> globals) {
    scopes_.push_back(std::move(globals));
    scopes_.emplace_back();
}

std::string Interpreter::run(const Node& root) {
    std::string out;
    execute(root.body, out);
    return out;
}

void Interpreter::step(std::size_t steps) {
    steps_ += steps;
    if (steps_ > kMaxSteps) {
        fail(fmt::format("it takes more than {} steps", kMaxSteps));
    }
}

void Interpreter::write(std::string& out, const std::string& text) {
    out += text;
    if (out.size() > kMaxOutputBytes) {
        fail("it writes more than 4 MiB");
    }
}

// ----- statements

Interpreter::Flow Interpreter::execute(const std::vector<NodePtr>& body, std::string& out) {
    for (const NodePtr& node : body) {
        if (const Flow flow = execute(*node, out); flow != Flow::Normal) {
            return flow;
        }
    }
    return Flow::Normal;
}

Interpreter::Flow Interpreter::execute(const Node& node, std::string& out) {
    step();
    switch (node.kind) {
        case Kind::Text: write(out, node.text); return Flow::Normal;
        case Kind::Output: write(out, evaluate(*node.a).print()); return Flow::Normal;
        case Kind::If: return executeIf(node, out);
        case Kind::For: return executeFor(node, out);
        case Kind::Set: assign(node.names, evaluate(*node.a)); return Flow::Normal;
        case Kind::SetBlock:
        case Kind::FilterBlock: {
            Value value(capture(node.body));
            for (const NodePtr& filter : node.list) {
                value = applyFilter(filter->text, argumentsOf(*filter, value));
            }
            if (node.kind == Kind::FilterBlock) {
                write(out, value.print());
            } else {
                assign(node.names, value);
            }
            return Flow::Normal;
        }
        case Kind::Macro: defineMacro(node); return Flow::Normal;
        case Kind::CallBlock: {
            if (node.a->kind != Kind::Call) {
                fail(fmt::format("line {}: a call block calls nothing", node.line));
            }
            CallArguments arguments = argumentsOf(*node.a, std::nullopt);
            arguments.named.emplace_back("caller", macroCallable(node, "caller", std::nullopt));
            write(out, call(evaluate(*node.a->a), arguments).print());
            return Flow::Normal;
        }
        case Kind::Body: return execute(node.body, out);
        case Kind::Break: return Flow::Break;
        case Kind::Continue: return Flow::Continue;
        default: fail("a statement is not understood");
    }
}

Interpreter::Flow Interpreter::executeIf(const Node& node, std::string& out) {
    return execute(evaluate(*node.a).isTrue() ? node.body : node.otherwise, out);
}

Value Interpreter::loopValue(const List& items, std::size_t index) const {
    const auto number = [](std::size_t n) { return Value(static_cast<std::int64_t>(n)); };
    const std::size_t count = items.size();
    Dict members = {{"index", number(index + 1)},         {"index0", number(index)},          {"first", Value(index == 0)},
                    {"last", Value(index + 1 == count)},  {"length", number(count)},          {"revindex", number(count - index)},
                    {"revindex0", number(count - index - 1)}, {"depth", number(1)},           {"depth0", number(0)}};
    members.emplace_back("previtem", index > 0 ? items[index - 1] : Value::undefined("loop.previtem"));
    members.emplace_back("nextitem", index + 1 < count ? items[index + 1] : Value::undefined("loop.nextitem"));
    members.emplace_back("cycle", Value(Callable{"cycle", std::make_shared<const Function>([index](Interpreter&, const CallArguments& arguments) {
                                                      return loopCycle(arguments.positional, index);
                                                  })}));
    return Value::dict(std::move(members));
}

Interpreter::Flow Interpreter::executeFor(const Node& node, std::string& out) {
    List items = iterate(evaluate(*node.a));
    if (node.b) {
        List kept;
        for (const Value& item : items) {
            scopes_.emplace_back();
            assign(node.names, item);
            const bool isKept = evaluate(*node.b).isTrue();
            scopes_.pop_back();
            if (isKept) {
                kept.push_back(item);
            }
        }
        items = std::move(kept);
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        step();
        scopes_.emplace_back();
        scopes_.back()["loop"] = loopValue(items, i);
        assign(node.names, items[i]);
        const Flow flow = execute(node.body, out);
        scopes_.pop_back();
        if (flow == Flow::Break) {
            break;
        }
    }
    return items.empty() ? execute(node.otherwise, out) : Flow::Normal;
}

void Interpreter::assign(const std::vector<std::string>& names, const Value& value) {
    if (names.size() > 1) {
        const List items = iterate(value);
        if (items.size() != names.size()) {
            fail(fmt::format("it takes {} values apart into {} names", items.size(), names.size()));
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            assign({names[i]}, items[i]);
        }
        return;
    }
    const std::size_t dot = names[0].find('.');
    if (dot == std::string::npos) {
        scopes_.back()[names[0]] = value;
        return;
    }
    Node name;
    name.kind = Kind::Name;
    name.text = names[0].substr(0, dot);
    const Value space = evaluateName(name);
    if (!space.isNamespace()) {
        fail(fmt::format("'{}' is set, but {} is not a namespace", names[0], name.text));
    }
    if (value.depth() > 90 || value.isNamespace()) {
        fail("it nests values too deeply");
    }
    Dict& members = *space.nameSpace().members;
    const std::string key = names[0].substr(dot + 1);
    const auto found = std::find_if(members.begin(), members.end(), [&](const auto& entry) { return entry.first == key; });
    if (found != members.end()) {
        found->second = value;
    } else {
        members.emplace_back(key, value);
    }
}

std::string Interpreter::capture(const std::vector<NodePtr>& body) {
    std::string out;
    scopes_.emplace_back();
    execute(body, out);
    scopes_.pop_back();
    return out;
}

void Interpreter::defineMacro(const Node& node) {
    scopes_.back()[node.text] = macroCallable(node, node.text, std::nullopt);
}

Value Interpreter::macroCallable(const Node& node, const std::string& name, std::optional<Value>) {
    return Value(Callable{name, std::make_shared<const Function>([&node](Interpreter& interpreter, const CallArguments& arguments) {
                              return interpreter.runMacro(node, arguments);
                          })});
}

/// A macro sees the template's top level and its parameters; call blocks see everything around them.
Value Interpreter::runMacro(const Node& node, const CallArguments& arguments) {
    const CallDepth guard(callDepth_, kMaxCallDepth);
    std::vector<Scope> hidden;
    if (node.kind == Kind::Macro && scopes_.size() > 2) {
        hidden.assign(std::make_move_iterator(scopes_.begin() + 2), std::make_move_iterator(scopes_.end()));
        scopes_.resize(2);
    }
    if (arguments.positional.size() > node.named.size()) {
        fail(fmt::format("the macro '{}' gets {} arguments and takes {}", node.text, arguments.positional.size(), node.named.size()));
    }
    Scope parameters;
    for (std::size_t i = 0; i < node.named.size(); ++i) {
        const NamedNode& parameter = node.named[i];
        const Value* given = arguments.find(i, parameter.name);
        parameters[parameter.name] = given != nullptr ? *given : parameter.value ? evaluate(*parameter.value) : Value::undefined(parameter.name);
    }
    if (const Value* caller = arguments.find(std::numeric_limits<std::size_t>::max(), "caller")) {
        parameters["caller"] = *caller;
    }
    scopes_.push_back(std::move(parameters));
    std::string out;
    execute(node.body, out);
    scopes_.pop_back();
    scopes_.insert(scopes_.end(), std::make_move_iterator(hidden.begin()), std::make_move_iterator(hidden.end()));
    return Value(std::move(out));
}

// ----- expressions

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
            return Value::list(std::move(items), node.kind == Kind::TupleLiteral ? Sequence::AsTuple : Sequence::AsList);
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
            return node.text == "-" ? arithmetic("-", Value(std::int64_t{0}), operand) : arithmetic("-", operand, Value(std::int64_t{0}));
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
        fail("it takes a slice of " + (subject.isUndefined() ? "'" + subject.undefinedName() + "', which is undefined" : subject.typeName()));
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
    return subject.isText() ? Value(std::move(text)) : Value::list(std::move(items), subject.isTuple() ? Sequence::AsTuple : Sequence::AsList);
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
        fail(function.isUndefined() ? fmt::format("'{}' is undefined or not allowed in chat templates", function.undefinedName())
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
        return index >= 0 && index < size ? subject.list()[static_cast<std::size_t>(index)] : Value::undefined("an item");
    }
    if (subject.isText()) {
        const std::vector<char32_t> characters = toCodePoints(subject.text());
        step(characters.size() / 1024);
        const auto size = static_cast<std::int64_t>(characters.size());
        index += index < 0 ? size : 0;
        return index >= 0 && index < size ? Value(toUtf8(characters[static_cast<std::size_t>(index)])) : Value::undefined("an item");
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
