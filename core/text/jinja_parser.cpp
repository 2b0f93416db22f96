// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include <fmt/format.h>

#include "text/jinja_expression_parser.h"

namespace lathe::text::jinja {

namespace {

using Kind = Node::Kind;

class TemplateParser : private ExpressionParser {
public:
    using ExpressionParser::ExpressionParser;

    NodePtr run() {
        NodePtr root = make(Kind::Body);
        root->body = statements({});
        return root;
    }

private:
    void expectBlockEnd() {
        if (now().kind != Token::Kind::BlockEnd) {
            error("'%}' is missing or a statement has too much in it");
        }
        take();
    }

    /// Up to a block whose name is in `ends`, which is left in place (with its BlockBegin taken), or the template's
    /// end.
    std::vector<NodePtr> statements(const std::set<std::string>& ends) {
        const Nesting guard(*this);
        std::vector<NodePtr> out;
        while (true) {
            if (now().kind == Token::Kind::End) {
                if (!ends.empty()) {
                    error(fmt::format("{{% {} %}} is missing", *ends.begin()));
                }
                return out;
            }
            if (now().kind == Token::Kind::Text) {
                NodePtr node = make(Kind::Text);
                node->text = take().text;
                out.push_back(std::move(node));
            } else if (now().kind == Token::Kind::OutputBegin) {
                take();
                NodePtr node = make(Kind::Output);
                node->a = tupleOrExpression();
                if (now().kind != Token::Kind::OutputEnd) {
                    error("'}}' is missing or an expression is not understood");
                }
                take();
                out.push_back(std::move(node));
            } else {
                take();  // BlockBegin
                if (now().kind == Token::Kind::Name && ends.contains(now().text)) {
                    return out;
                }
                if (NodePtr node = statement()) {
                    out.push_back(std::move(node));
                }
            }
        }
    }

    NodePtr statement() {
        const std::string name = expectName();
        if (name == "if") {
            return ifStatement();
        }
        if (name == "for") {
            return forStatement();
        }
        if (name == "set") {
            return setStatement();
        }
        if (name == "macro") {
            return macroStatement();
        }
        if (name == "call") {
            return callStatement();
        }
        if (name == "filter") {
            return filterStatement();
        }
        if (name == "break" || name == "continue") {
            NodePtr node = make(name == "break" ? Kind::Break : Kind::Continue);
            expectBlockEnd();
            return node;
        }
        if (name == "generation") {  // marks the assistant's tokens for masks; the text is the same
            expectBlockEnd();
            NodePtr node = make(Kind::Body);
            node->body = statements({"endgeneration"});
            take();
            expectBlockEnd();
            return node;
        }
        error(fmt::format("the statement '{}' is not supported in chat templates", name));
    }

    NodePtr ifStatement() {
        NodePtr node = make(Kind::If);
        node->a = tupleOrExpression();
        expectBlockEnd();
        node->body = statements({"elif", "else", "endif"});
        const std::string next = take().text;
        if (next == "elif") {
            const Nesting guard(*this);
            node->otherwise.push_back(ifStatement());
            return node;
        }
        expectBlockEnd();
        if (next == "else") {
            node->otherwise = statements({"endif"});
            take();
            expectBlockEnd();
        }
        return node;
    }

    NodePtr forStatement() {
        NodePtr node = make(Kind::For);
        node->names = targets();
        if (!takeName("in")) {
            error("'in' is missing in a for statement");
        }
        node->a = orExpression();
        if (isOperator(",")) {
            node->a = restOfTuple(std::move(node->a));
        }
        if (takeName("if")) {
            node->b = expression();
        }
        if (takeName("recursive")) {
            error("recursive loops are not supported in chat templates");
        }
        expectBlockEnd();
        node->body = statements({"else", "endfor"});
        if (take().text == "else") {
            expectBlockEnd();
            node->otherwise = statements({"endfor"});
            take();
        }
        expectBlockEnd();
        return node;
    }

    std::vector<std::string> targets() {
        const bool isInBrackets = takeOperator("(");
        std::vector<std::string> names{expectName()};
        while (takeOperator(",")) {
            if (now().kind != Token::Kind::Name || isName("in")) {
                break;
            }
            names.push_back(expectName());
        }
        if (isInBrackets) {
            expectOperator(")");
        }
        return names;
    }

    NodePtr setStatement() {
        NodePtr node = make(Kind::Set);
        node->names.push_back(expectName());
        if (takeOperator(".")) {
            node->names[0] += "." + expectName();
        }
        while (takeOperator(",")) {
            node->names.push_back(expectName());
        }
        if (takeOperator("=")) {
            node->a = tupleOrExpression();
            expectBlockEnd();
            return node;
        }
        node->kind = Kind::SetBlock;
        while (takeOperator("|")) {
            node->list.push_back(filterCall(nullptr));
        }
        expectBlockEnd();
        node->body = statements({"endset"});
        take();
        expectBlockEnd();
        return node;
    }

    std::vector<NamedNode> parameters() {
        std::vector<NamedNode> out;
        expectOperator("(");
        while (!isOperator(")")) {
            NamedNode parameter;
            parameter.name = expectName();
            if (takeOperator("=")) {
                parameter.value = expression();
            }
            out.push_back(std::move(parameter));
            if (!takeOperator(",")) {
                break;
            }
        }
        expectOperator(")");
        return out;
    }

    NodePtr macroStatement() {
        NodePtr node = make(Kind::Macro);
        node->text = expectName();
        node->named = parameters();
        expectBlockEnd();
        node->body = statements({"endmacro"});
        take();
        if (now().kind == Token::Kind::Name) {
            take();
        }
        expectBlockEnd();
        return node;
    }

    NodePtr callStatement() {
        NodePtr node = make(Kind::CallBlock);
        if (isOperator("(")) {
            node->named = parameters();
        }
        node->a = unary(Filters::Yes);
        expectBlockEnd();
        node->body = statements({"endcall"});
        take();
        expectBlockEnd();
        return node;
    }

    NodePtr filterStatement() {
        NodePtr node = make(Kind::FilterBlock);
        node->list.push_back(filterCall(nullptr));
        while (takeOperator("|")) {
            node->list.push_back(filterCall(nullptr));
        }
        expectBlockEnd();
        node->body = statements({"endfilter"});
        take();
        expectBlockEnd();
        return node;
    }
};

}  // namespace

NodePtr parseTemplate(std::string_view source) { return TemplateParser(tokenizeTemplate(source)).run(); }

}  // namespace lathe::text::jinja
