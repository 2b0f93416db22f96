// SPDX-License-Identifier: GPL-3.0-or-later
/// Source of a chat template to a syntax tree.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja_value.h"

namespace lathe::text::jinja {

struct Token {
    enum class Kind { Text, OutputBegin, OutputEnd, BlockBegin, BlockEnd, Name, Integer, Float, String, Operator, End };
    Kind kind = Kind::End;
    std::string text;  ///< text, name, operator, or the decoded string
    int line = 1;
};

/// Cuts a template as Jinja does with trim_blocks and lstrip_blocks on, the way transformers sets it. Throws
/// InvalidInput.
std::vector<Token> tokenizeTemplate(std::string_view source);

struct Node;
using NodePtr = std::unique_ptr<Node>;

/// Name = value in a call, a dict entry (key is an expression) or a macro's parameter with its default.
struct NamedNode {
    std::string name;
    NodePtr key;
    NodePtr value;
};

/// One kind of node for statements and expressions; what the members mean stands with each kind.
struct Node {
    enum class Kind {
        // statements
        Text,         ///< text
        Output,       ///< a
        If,           ///< a = condition, body, otherwise
        For,          ///< names = targets, a = iterable, b = filter or null, body, otherwise
        Set,          ///< names = targets (one "ns.member" or several names), a = value
        SetBlock,     ///< names, body; list = filters applied
        Macro,        ///< text = name, named = parameters, body
        CallBlock,    ///< a = call, body
        FilterBlock,  ///< list = filters, body
        Body,         ///< body: statements in a row
        Break,
        Continue,
        // expressions
        Constant,      ///< value
        Name,          ///< text
        ListLiteral,   ///< list
        TupleLiteral,  ///< list
        DictLiteral,   ///< named
        Member,        ///< a.text
        Subscript,     ///< a[b]
        Slice,         ///< a[list[0]:list[1]:list[2]], null where left out
        Call,          ///< a(list, named)
        Filter,        ///< a|text(list, named)
        Test,          ///< a is text(list)
        Unary,         ///< text a
        Binary,        ///< a text b
        Compare,       ///< a, then pairs of names[i] and list[i]
        Conditional,   ///< a = condition, b = then, c = else or null
    };
    Kind kind;
    int line = 1;
    std::string text;
    Value value;
    NodePtr a, b, c;
    std::vector<NodePtr> list;
    std::vector<NamedNode> named;
    std::vector<std::string> names;
    std::vector<NodePtr> body;
    std::vector<NodePtr> otherwise;
};

/// Throws InvalidInput naming the line.
NodePtr parseTemplate(std::string_view source);

}  // namespace lathe::text::jinja
