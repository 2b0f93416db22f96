// SPDX-License-Identifier: GPL-3.0-or-later
/// Parses the expressions of chat templates. Internal to the parser.
#pragma once
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja_syntax.h"

namespace lathe::text::jinja {

/// A recursive-descent parser in Jinja's order of precedence; statements build on it (jinja_parser.cpp).
class ExpressionParser {
public:
    explicit ExpressionParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

protected:
    /// Counts how deep the recursion is, so that "((((..." ends in an error and not on the stack's end.
    struct Nesting {
        explicit Nesting(ExpressionParser& p);
        ~Nesting() { --parser.nesting_; }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
        ExpressionParser& parser;
    };

    const Token& now() const { return tokens_[position_]; }
    const Token& ahead(std::size_t n) const { return tokens_[std::min(position_ + n, tokens_.size() - 1)]; }
    Token take();
    [[noreturn]] void error(const std::string& why) const;
    bool isOperator(std::string_view op) const { return now().kind == Token::Kind::Operator && now().text == op; }
    bool isName(std::string_view name) const { return now().kind == Token::Kind::Name && now().text == name; }
    bool takeOperator(std::string_view op);
    bool takeName(std::string_view name);
    void expectOperator(std::string_view op);
    std::string expectName();
    NodePtr make(Node::Kind kind) const;

    NodePtr tupleOrExpression();
    /// The tuple that goes on with a comma behind `first`.
    NodePtr restOfTuple(NodePtr first);
    NodePtr expression();
    NodePtr orExpression();
    enum class Filters { No, Yes };
    NodePtr unary(Filters filters);
    /// name(arguments) behind a "|".
    NodePtr filterCall(NodePtr subject);

private:
    enum class Words { No, Yes };
    template <typename Next>
    NodePtr binary(const std::set<std::string>& operators, Words areWords, Next&& next);
    NodePtr notExpression();
    NodePtr compareExpression();
    std::string comparisonOperator();
    NodePtr addition();
    NodePtr primary();
    NodePtr number();
    NodePtr nameOrConstant();
    NodePtr bracketed();
    NodePtr listLiteral();
    NodePtr dictLiteral();
    NodePtr postfix(NodePtr node);
    NodePtr subscript(NodePtr subject);
    void arguments(Node& call);
    NodePtr filters(NodePtr node);
    NodePtr test(NodePtr subject);
    NodePtr constant(Value value) const;
    void countLink(int& links) const;

    std::vector<Token> tokens_;
    std::size_t position_ = 0;
    int nesting_ = 0;
};

}  // namespace lathe::text::jinja
