// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja_interpreter.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace lathe::text::jinja {

namespace {

using Kind = Node::Kind;

constexpr int kMaxCallDepth = 40;

Value loopCycle(const List& items, std::size_t index) { return items.empty() ? Value() : items[index % items.size()]; }

}  // namespace

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
    Dict members = {{"index", number(index + 1)},
                    {"index0", number(index)},
                    {"first", Value(index == 0)},
                    {"last", Value(index + 1 == count)},
                    {"length", number(count)},
                    {"revindex", number(count - index)},
                    {"revindex0", number(count - index - 1)},
                    {"depth", number(1)},
                    {"depth0", number(0)}};
    members.emplace_back("previtem", index > 0 ? items[index - 1] : Value::undefined("loop.previtem"));
    members.emplace_back("nextitem", index + 1 < count ? items[index + 1] : Value::undefined("loop.nextitem"));
    members.emplace_back(
        "cycle",
        Value(Callable{"cycle", std::make_shared<const Function>([index](Interpreter&, const CallArguments& arguments) {
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
    const auto found =
        std::find_if(members.begin(), members.end(), [&](const auto& entry) { return entry.first == key; });
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
    return Value(Callable{
        name, std::make_shared<const Function>([&node](Interpreter& interpreter, const CallArguments& arguments) {
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
        fail(fmt::format("the macro '{}' gets {} arguments and takes {}", node.text, arguments.positional.size(),
                         node.named.size()));
    }
    Scope parameters;
    for (std::size_t i = 0; i < node.named.size(); ++i) {
        const NamedNode& parameter = node.named[i];
        const Value* given = arguments.find(i, parameter.name);
        parameters[parameter.name] = given != nullptr  ? *given
                                     : parameter.value ? evaluate(*parameter.value)
                                                       : Value::undefined(parameter.name);
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

}  // namespace lathe::text::jinja
