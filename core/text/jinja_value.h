// SPDX-License-Identifier: GPL-3.0-or-later
/// Values of the chat template language, with Python's notion of truth, equality and spelling.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lathe::text::jinja {

class Value;
struct CallArguments;
class Interpreter;

using List = std::vector<Value>;
/// A dict in insertion order; keys are text.
using Dict = std::vector<std::pair<std::string, Value>>;
using Function = std::function<Value(Interpreter&, const CallArguments&)>;

/// What an unknown name gives: prints as nothing, is false, and cannot be used for anything else.
struct Undefined {
    std::string name;
};
struct None {};
/// namespace(...): the only thing that {% set a.b = ... %} can change.
struct Namespace {
    std::shared_ptr<Dict> members;
};
struct Callable {
    std::string name;
    std::shared_ptr<const Function> function;
};
/// Marks tuples, which print with parentheses.
enum class Sequence { AsList, AsTuple };

/// A value; containers are shared and never change, except namespaces.
class Value {
public:
    using Storage = std::variant<Undefined, None, bool, std::int64_t, double, std::string, std::shared_ptr<const List>,
                                 std::shared_ptr<const Dict>, Namespace, Callable>;

    Value() = default;
    Value(None) : data_(None{}) {}
    Value(bool v) : data_(v) {}
    Value(std::int64_t v) : data_(v) {}
    Value(double v) : data_(v) {}
    Value(std::string v) : data_(std::move(v)) {}
    Value(const char* v) : data_(std::string(v)) {}
    Value(Callable v) : data_(std::move(v)) {}
    Value(Namespace v) : data_(std::move(v)) {}
    /// Throws InvalidInput where containers are nested deeper than 100 levels or hold a namespace.
    static Value list(List items, Sequence sequence = Sequence::AsList);
    static Value dict(Dict items);
    static Value undefined(std::string name);
    /// A callable that keeps a value of the given depth alive.
    static Value callable(Callable callable, int depth);

    bool isUndefined() const { return std::holds_alternative<Undefined>(data_); }
    bool isNone() const { return std::holds_alternative<None>(data_); }
    bool isBool() const { return std::holds_alternative<bool>(data_); }
    bool isInteger() const { return std::holds_alternative<std::int64_t>(data_); }
    bool isFloat() const { return std::holds_alternative<double>(data_); }
    bool isNumber() const { return isBool() || isInteger() || isFloat(); }
    bool isText() const { return std::holds_alternative<std::string>(data_); }
    bool isList() const { return std::holds_alternative<std::shared_ptr<const List>>(data_); }
    bool isDict() const { return std::holds_alternative<std::shared_ptr<const Dict>>(data_); }
    bool isNamespace() const { return std::holds_alternative<Namespace>(data_); }
    bool isCallable() const { return std::holds_alternative<Callable>(data_); }
    bool isTuple() const { return isList() && sequence_ == Sequence::AsTuple; }

    const std::string& text() const { return std::get<std::string>(data_); }
    const List& list() const { return *std::get<std::shared_ptr<const List>>(data_); }
    const Dict& dict() const { return *std::get<std::shared_ptr<const Dict>>(data_); }
    const Namespace& nameSpace() const { return std::get<Namespace>(data_); }
    const Callable& callable() const { return std::get<Callable>(data_); }
    const std::string& undefinedName() const { return std::get<Undefined>(data_).name; }
    /// bool and integers; throws InvalidInput for anything else.
    std::int64_t integer() const;
    double number() const;

    bool isTrue() const;
    /// str(x) and repr(x).
    std::string print() const;
    std::string repr() const;
    /// Python's name of the type, such as "str".
    std::string typeName() const;
    /// Member of a dict or namespace; null if absent.
    const Value* member(std::string_view key) const;
    int depth() const { return depth_; }

private:
    Storage data_;
    Sequence sequence_ = Sequence::AsList;
    int depth_ = 0;
};

bool equal(const Value& a, const Value& b);
/// -1, 0 or 1. Throws InvalidInput for values that have no order.
int compare(const Value& a, const Value& b);
/// json.dumps(ensure_ascii=False), with `indent` spaces a level (negative: one line).
std::string toJson(const Value& value, std::int64_t indent, bool sortsKeys);

/// Arguments of a call, a filter or a test; for the latter two the subject is `positional[0]`.
struct CallArguments {
    List positional;
    std::vector<std::pair<std::string, Value>> named;

    /// The argument at `index` or of that name; null if not given.
    const Value* find(std::size_t index, std::string_view name) const;
    Value get(std::size_t index, std::string_view name, Value fallback) const;
};

/// Throws InvalidInput "The chat template cannot be used: ...".
[[noreturn]] void fail(const std::string& why);

inline constexpr std::size_t kMaxOutputBytes = 4u << 20;
inline constexpr std::size_t kMaxSteps = 200'000;
inline constexpr std::int64_t kMaxRange = 100'000;

}  // namespace lathe::text::jinja
