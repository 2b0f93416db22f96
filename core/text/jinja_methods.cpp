// SPDX-License-Identifier: GPL-3.0-or-later
// Methods of texts and dicts. Methods that change their object are absent: transformers runs templates in an immutable
// sandbox, where they are errors.
#include <map>

#include <unicode/uchar.h>

#include "text/jinja_interpreter.h"
#include "text/python_text.h"
#include "text/unicode.h"

namespace lathe::text::jinja {

namespace {

using Method = Value (*)(const std::string& self, const CallArguments& arguments);
using DictMethod = Value (*)(const Value& self, const CallArguments& arguments);

const std::string& textArgument(const CallArguments& arguments, std::size_t index, const char* name) {
    const Value* value = arguments.find(index, name);
    if (value == nullptr || !value->isText()) {
        fail("a text method needs a text as argument");
    }
    return value->text();
}

Value stripped(const std::string& self, const CallArguments& arguments, python::Side side) {
    const Value* characters = arguments.find(0, "chars");
    if (characters == nullptr || characters->isNone()) {
        return Value(python::strip(self, side));
    }
    const std::string& set = textArgument(arguments, 0, "chars");
    return set.empty() ? Value(self) : Value(python::strip(self, side, set));
}

/// startswith and endswith take a text or a tuple of texts.
template <typename Check>
Value anyOf(const CallArguments& arguments, Check&& check) {
    const Value* wanted = arguments.find(0, "prefix");
    if (wanted != nullptr && wanted->isTuple()) {
        for (const Value& one : wanted->list()) {
            if (one.isText() && check(one.text())) {
                return Value(true);
            }
        }
        return Value(false);
    }
    return Value(check(textArgument(arguments, 0, "prefix")));
}

Value listOf(const std::vector<std::string>& texts) {
    List items;
    for (const std::string& text : texts) {
        items.push_back(Value(text));
    }
    return Value::list(std::move(items));
}

Value splitText(const std::string& self, const CallArguments& arguments, bool fromRight) {
    const Value separator = arguments.get(0, "sep", Value(None{}));
    const std::int64_t most = arguments.get(1, "maxsplit", Value(std::int64_t{-1})).integer();
    if (separator.isNone()) {
        if (fromRight && most >= 0) {
            fail("rsplit without a separator is not supported");
        }
        return listOf(python::splitSpace(self, most));
    }
    const std::string& by = textArgument(arguments, 0, "sep");
    if (by.empty()) {
        fail("it splits a text at nothing");
    }
    return listOf(fromRight ? python::splitRight(self, by, most) : python::split(self, by, most));
}

/// Position in characters, or -1.
std::int64_t findText(const std::string& self, const CallArguments& arguments, bool fromRight) {
    const std::string& wanted = textArgument(arguments, 0, "sub");
    const std::size_t at = fromRight ? self.rfind(wanted) : self.find(wanted);
    return at == std::string::npos
               ? -1
               : static_cast<std::int64_t>(toCodePoints(std::string_view(self).substr(0, at)).size());
}

template <typename Check>
Value allCharacters(const std::string& self, Check&& check) {
    for (std::size_t i = 0; i < self.size();) {
        if (!check(nextCodePoint(self, i))) {
            return Value(false);
        }
    }
    return Value(!self.empty());
}

Value joined(const std::string& self, const CallArguments& arguments) {
    const Value* items = arguments.find(0, "iterable");
    if (items == nullptr || !items->isList()) {
        fail("join needs a list");
    }
    std::string out;
    for (std::size_t i = 0; i < items->list().size(); ++i) {
        if (!items->list()[i].isText()) {
            fail("join needs a list of texts");
        }
        out += (i > 0 ? self : std::string()) + items->list()[i].text();
        if (out.size() > kMaxOutputBytes) {
            fail("it makes a text of more than 4 MiB");
        }
    }
    return Value(std::move(out));
}

const std::map<std::string, Method>& textMethods() {
    using A = const CallArguments&;
    using S = const std::string&;
    static const std::map<std::string, Method> table = {
        {"strip", [](S self, A a) { return stripped(self, a, python::Side::Both); }},
        {"lstrip", [](S self, A a) { return stripped(self, a, python::Side::Left); }},
        {"rstrip", [](S self, A a) { return stripped(self, a, python::Side::Right); }},
        {"startswith", [](S self, A a) { return anyOf(a, [&](S p) { return self.starts_with(p); }); }},
        {"endswith", [](S self, A a) { return anyOf(a, [&](S p) { return self.ends_with(p); }); }},
        {"removeprefix",
         [](S self, A a) {
             return Value(self.starts_with(textArgument(a, 0, "prefix"))
                              ? self.substr(textArgument(a, 0, "prefix").size())
                              : self);
         }},
        {"removesuffix",
         [](S self, A a) {
             S suffix = textArgument(a, 0, "suffix");
             return Value(self.ends_with(suffix) ? self.substr(0, self.size() - suffix.size()) : self);
         }},
        {"split", [](S self, A a) { return splitText(self, a, false); }},
        {"rsplit", [](S self, A a) { return splitText(self, a, true); }},
        {"splitlines", [](S self, A) { return listOf(python::splitLines(self)); }},
        {"upper", [](S self, A) { return Value(upperCase(self)); }},
        {"lower", [](S self, A) { return Value(lowerCase(self)); }},
        {"title", [](S self, A) { return Value(python::title(self)); }},
        {"capitalize", [](S self, A) { return Value(python::capitalize(self)); }},
        {"replace",
         [](S self, A a) {
             return Value(python::replace(self, textArgument(a, 0, "old"), textArgument(a, 1, "new"),
                                          a.get(2, "count", Value(std::int64_t{-1})).integer(), kMaxOutputBytes));
         }},
        {"join", joined},
        {"find", [](S self, A a) { return Value(findText(self, a, false)); }},
        {"rfind", [](S self, A a) { return Value(findText(self, a, true)); }},
        {"index",
         [](S self, A a) {
             const std::int64_t at = findText(self, a, false);
             if (at < 0) {
                 fail("a text that it looks for is not there");
             }
             return Value(at);
         }},
        {"count",
         [](S self, A a) {
             S wanted = textArgument(a, 0, "sub");
             return Value(static_cast<std::int64_t>(wanted.empty() ? toCodePoints(self).size() + 1
                                                                   : python::split(self, wanted, -1).size() - 1));
         }},
        {"isspace", [](S self, A) { return allCharacters(self, python::isSpace); }},
        {"isdigit",
         [](S self, A) {
             return allCharacters(self, [](char32_t c) { return u_charDigitValue(static_cast<UChar32>(c)) >= 0; });
         }},
        {"isalpha",
         [](S self, A) {
             return allCharacters(self, [](char32_t c) { return CharacterClasses::get().is(c, kLetter); });
         }},
        {"isalnum",
         [](S self, A) {
             return allCharacters(self, [](char32_t c) { return CharacterClasses::get().is(c, kLetter | kNumber); });
         }},
    };
    return table;
}

Value pairsOf(const Value& self) {
    List pairs;
    for (const auto& [key, value] : self.dict()) {
        pairs.push_back(Value::list({Value(key), value}, Sequence::AsTuple));
    }
    return Value::list(std::move(pairs));
}

const std::map<std::string, DictMethod>& dictMethods() {
    static const std::map<std::string, DictMethod> table = {
        {"items", [](const Value& self, const CallArguments&) { return pairsOf(self); }},
        {"keys",
         [](const Value& self, const CallArguments&) {
             List keys;
             for (const auto& [key, value] : self.dict()) {
                 keys.push_back(Value(key));
             }
             return Value::list(std::move(keys));
         }},
        {"values",
         [](const Value& self, const CallArguments&) {
             List values;
             for (const auto& [key, value] : self.dict()) {
                 values.push_back(value);
             }
             return Value::list(std::move(values));
         }},
        {"get",
         [](const Value& self, const CallArguments& a) {
             const Value* found = self.member(textArgument(a, 0, "key"));
             return found != nullptr ? *found : a.get(1, "default", Value(None{}));
         }},
    };
    return table;
}

}  // namespace

Value findMethod(const Value& subject, const std::string& name) {
    if (subject.isText()) {
        const auto found = textMethods().find(name);
        if (found != textMethods().end()) {
            return Value(
                Callable{name, std::make_shared<const Function>([self = subject.text(), method = found->second](
                                                                    Interpreter& interpreter, const CallArguments& a) {
                             interpreter.step(self.size() / 1024);
                             return method(self, a);
                         })});
        }
    }
    if (subject.isDict()) {
        const auto found = dictMethods().find(name);
        if (found != dictMethods().end()) {
            return Value::callable({name, std::make_shared<const Function>(
                                              [subject, method = found->second](Interpreter&, const CallArguments& a) {
                                                  return method(subject, a);
                                              })},
                                   subject.depth());
        }
    }
    if (subject.isList() && (name == "index" || name == "count")) {
        return Value::callable({name, std::make_shared<const Function>([subject, isIndex = name == "index"](
                                                                           Interpreter&, const CallArguments& a) {
                                    std::int64_t count = 0;
                                    for (std::size_t i = 0; i < subject.list().size(); ++i) {
                                        if (a.positional.size() == 1 && equal(subject.list()[i], a.positional[0])) {
                                            if (isIndex) {
                                                return Value(static_cast<std::int64_t>(i));
                                            }
                                            ++count;
                                        }
                                    }
                                    if (isIndex) {
                                        fail("a value that it looks for is not in the list");
                                    }
                                    return Value(count);
                                })},
                               subject.depth());
    }
    return Value::undefined(name);
}

}  // namespace lathe::text::jinja
