// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include "text/jinja_interpreter.h"
#include "text/unicode.h"

namespace lathe::text::jinja {

namespace {

const Value& subjectOf(const CallArguments& arguments) { return arguments.positional.at(0); }

Value argumentOf(const CallArguments& arguments) {
    if (arguments.positional.size() < 2) {
        fail("a test needs a value to compare with");
    }
    return arguments.positional[1];
}

bool isEqual(Interpreter&, const CallArguments& a) { return equal(subjectOf(a), argumentOf(a)); }
bool isUnequal(Interpreter&, const CallArguments& a) { return !equal(subjectOf(a), argumentOf(a)); }
bool isSame(Interpreter&, const CallArguments& a) {
    const Value other = argumentOf(a);
    return subjectOf(a).typeName() == other.typeName() && equal(subjectOf(a), other);
}
bool isLess(Interpreter&, const CallArguments& a) { return compare(subjectOf(a), argumentOf(a)) < 0; }
bool isGreater(Interpreter&, const CallArguments& a) { return compare(subjectOf(a), argumentOf(a)) > 0; }
bool isAtMost(Interpreter&, const CallArguments& a) { return compare(subjectOf(a), argumentOf(a)) <= 0; }
bool isAtLeast(Interpreter&, const CallArguments& a) { return compare(subjectOf(a), argumentOf(a)) >= 0; }

const std::map<std::string, TestFunction>& tests() {
    using A = const CallArguments&;
    static const std::map<std::string, TestFunction> table = {
        {"defined", [](Interpreter&, A a) { return !subjectOf(a).isUndefined(); }},
        {"undefined", [](Interpreter&, A a) { return subjectOf(a).isUndefined(); }},
        {"none", [](Interpreter&, A a) { return subjectOf(a).isNone(); }},
        {"string", [](Interpreter&, A a) { return subjectOf(a).isText(); }},
        {"mapping", [](Interpreter&, A a) { return subjectOf(a).isDict(); }},
        // Undefined can be iterated (it is empty) and has a length, so Python counts it as both.
        {"iterable",
         [](Interpreter&, A a) {
             const Value& v = subjectOf(a);
             return v.isText() || v.isList() || v.isDict() || v.isUndefined();
         }},
        {"sequence",
         [](Interpreter&, A a) {
             const Value& v = subjectOf(a);
             return v.isText() || v.isList() || v.isDict() || v.isUndefined();
         }},
        {"number", [](Interpreter&, A a) { return subjectOf(a).isNumber(); }},
        {"integer", [](Interpreter&, A a) { return subjectOf(a).isInteger(); }},
        {"float", [](Interpreter&, A a) { return subjectOf(a).isFloat(); }},
        {"boolean", [](Interpreter&, A a) { return subjectOf(a).isBool(); }},
        {"true", [](Interpreter&, A a) { return subjectOf(a).isBool() && subjectOf(a).isTrue(); }},
        {"false", [](Interpreter&, A a) { return subjectOf(a).isBool() && !subjectOf(a).isTrue(); }},
        {"callable", [](Interpreter&, A a) { return subjectOf(a).isCallable(); }},
        {"odd", [](Interpreter&, A a) { return subjectOf(a).integer() % 2 != 0; }},
        {"even", [](Interpreter&, A a) { return subjectOf(a).integer() % 2 == 0; }},
        {"divisibleby",
         [](Interpreter&, A a) {
             const std::int64_t divisor = argumentOf(a).integer();
             if (divisor == 0) {
                 fail("it divides by zero");
             }
             return divisor == -1 || subjectOf(a).integer() % divisor == 0;
         }},
        {"lower",
         [](Interpreter&, A a) {
             return lowerCase(subjectOf(a).print()) == subjectOf(a).print() &&
                    upperCase(subjectOf(a).print()) != subjectOf(a).print();
         }},
        {"upper",
         [](Interpreter&, A a) {
             return upperCase(subjectOf(a).print()) == subjectOf(a).print() &&
                    lowerCase(subjectOf(a).print()) != subjectOf(a).print();
         }},
        {"in", [](Interpreter& interpreter, A a) { return contains(interpreter, argumentOf(a), subjectOf(a)); }},
        {"filter",
         [](Interpreter&, A a) { return subjectOf(a).isText() && findFilter(subjectOf(a).text()) != nullptr; }},
        {"test", [](Interpreter&, A a) { return subjectOf(a).isText() && findTest(subjectOf(a).text()) != nullptr; }},
        {"sameas", isSame},
        {"equalto", isEqual},
        {"eq", isEqual},
        {"==", isEqual},
        {"ne", isUnequal},
        {"!=", isUnequal},
        {"lt", isLess},
        {"lessthan", isLess},
        {"<", isLess},
        {"gt", isGreater},
        {"greaterthan", isGreater},
        {">", isGreater},
        {"le", isAtMost},
        {"<=", isAtMost},
        {"ge", isAtLeast},
        {">=", isAtLeast},
    };
    return table;
}

}  // namespace

TestFunction findTest(const std::string& name) {
    const auto found = tests().find(name);
    return found == tests().end() ? nullptr : found->second;
}

}  // namespace lathe::text::jinja
