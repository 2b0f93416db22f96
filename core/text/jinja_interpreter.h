// SPDX-License-Identifier: GPL-3.0-or-later
/// Runs a parsed chat template under limits on steps, output, memory and depth.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "text/jinja_syntax.h"
#include "text/jinja_value.h"

namespace lathe::text::jinja {

class Interpreter {
public:
    /// `globals` are what the template can name.
    explicit Interpreter(std::map<std::string, Value> globals);

    std::string run(const Node& root);

    /// Counts work; throws InvalidInput above 200,000 steps.
    void step(std::size_t steps = 1);
    Value call(const Value& function, const CallArguments& arguments);
    Value applyFilter(const std::string& name, const CallArguments& arguments);
    bool applyTest(const std::string& name, const CallArguments& arguments);
    /// x.name as templates see it: a method, a member, or undefined.
    Value attribute(const Value& subject, const std::string& name);
    /// x[key], then x.key for text.
    Value item(const Value& subject, const Value& key);
    /// What a loop runs over. Throws for values that cannot be iterated.
    List iterate(const Value& value);

private:
    enum class Flow { Normal, Break, Continue };
    using Scope = std::map<std::string, Value>;
    /// Counts recursion for as long as it lives; throws InvalidInput above the limit.
    struct CallDepth {
        CallDepth(int& counter, int limit) : depth(counter) {
            if (++depth > limit) {
                --depth;
                fail("it calls itself too deeply");
            }
        }
        ~CallDepth() { --depth; }
        CallDepth(const CallDepth&) = delete;
        CallDepth& operator=(const CallDepth&) = delete;
        int& depth;
    };

    Flow execute(const std::vector<NodePtr>& body, std::string& out);
    Flow execute(const Node& node, std::string& out);
    Flow executeIf(const Node& node, std::string& out);
    Flow executeFor(const Node& node, std::string& out);
    void assign(const std::vector<std::string>& names, const Value& value);
    void defineMacro(const Node& node);
    Value macroCallable(const Node& node, const std::string& name, std::optional<Value> caller);
    Value runMacro(const Node& node, const CallArguments& arguments);
    std::string capture(const std::vector<NodePtr>& body);
    void write(std::string& out, const std::string& text);

    Value evaluate(const Node& node);
    Value evaluateName(const Node& node) const;
    Value evaluateBinary(const Node& node);
    Value evaluateCompare(const Node& node);
    Value evaluateSlice(const Node& node);
    Value evaluateCall(const Node& node);
    Value add(const Value& a, const Value& b);
    Value multiply(const Value& a, const Value& b);
    CallArguments argumentsOf(const Node& node, std::optional<Value> subject);
    Value loopValue(const List& items, std::size_t index) const;

    std::vector<Scope> scopes_;
    std::size_t steps_ = 0;
    int callDepth_ = 0;
    int depth_ = 0;
};

/// Filters and tests by name, in jinja_filters.cpp and jinja_tests.cpp. Null if unknown.
using FilterFunction = Value (*)(Interpreter&, const CallArguments&);
using TestFunction = bool (*)(Interpreter&, const CallArguments&);
FilterFunction findFilter(const std::string& name);
TestFunction findTest(const std::string& name);
/// Methods of texts and dicts, in jinja_methods.cpp. Undefined if unknown.
Value findMethod(const Value& subject, const std::string& name);

/// "a" in b, as Python has it.
bool contains(Interpreter& interpreter, const Value& container, const Value& item);

}  // namespace lathe::text::jinja
