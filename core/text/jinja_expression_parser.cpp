// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja_expression_parser.h"

#include <charconv>

#include <fmt/format.h>

namespace lathe::text::jinja {

namespace {

using Kind = Node::Kind;

constexpr int kMaxNesting = 120;
/// Longest chain of equal operators, members or filters: each link makes the tree one deeper.
constexpr int kMaxChain = 200;

}  // namespace

ExpressionParser::Nesting::Nesting(ExpressionParser& p) : parser(p) {
    if (++parser.nesting_ > kMaxNesting) {
        parser.error("it nests too deeply");
    }
}

Token ExpressionParser::take() {
    Token token = now();
    position_ += position_ + 1 < tokens_.size() ? 1 : 0;
    return token;
}

void ExpressionParser::error(const std::string& why) const { fail(fmt::format("line {}: {}", now().line, why)); }

bool ExpressionParser::takeOperator(std::string_view op) {
    if (!isOperator(op)) {
        return false;
    }
    take();
    return true;
}

bool ExpressionParser::takeName(std::string_view name) {
    if (!isName(name)) {
        return false;
    }
    take();
    return true;
}

void ExpressionParser::expectOperator(std::string_view op) {
    if (!takeOperator(op)) {
        error(fmt::format("'{}' is missing", op));
    }
}

std::string ExpressionParser::expectName() {
    if (now().kind != Token::Kind::Name) {
        error("a name is missing");
    }
    return take().text;
}

NodePtr ExpressionParser::make(Kind kind) const {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->line = now().line;
    return node;
}

NodePtr ExpressionParser::tupleOrExpression() {
    NodePtr first = expression();
    return isOperator(",") ? restOfTuple(std::move(first)) : std::move(first);
}

NodePtr ExpressionParser::restOfTuple(NodePtr first) {
    NodePtr tuple = make(Kind::TupleLiteral);
    tuple->list.push_back(std::move(first));
    while (takeOperator(",")) {
        const auto kind = now().kind;
        if (kind == Token::Kind::BlockEnd || kind == Token::Kind::OutputEnd || isOperator(")")) {
            break;
        }
        tuple->list.push_back(expression());
    }
    return tuple;
}

NodePtr ExpressionParser::expression() {
    const Nesting guard(*this);
    NodePtr value = orExpression();
    for (int links = 0; takeName("if"); countLink(links)) {
        NodePtr node = make(Kind::Conditional);
        node->b = std::move(value);
        node->a = orExpression();
        if (takeName("else")) {
            node->c = expression();
        }
        value = std::move(node);
    }
    return value;
}

template <typename Next>
NodePtr ExpressionParser::binary(const std::set<std::string>& operators, Words areWords, Next&& next) {
    NodePtr left = next();
    int links = 0;
    while (now().kind == (areWords == Words::Yes ? Token::Kind::Name : Token::Kind::Operator) &&
           operators.contains(now().text)) {
        NodePtr node = make(Kind::Binary);
        countLink(links);
        node->text = take().text;
        node->a = std::move(left);
        node->b = next();
        left = std::move(node);
    }
    return left;
}

NodePtr ExpressionParser::orExpression() {
    return binary({"or"}, Words::Yes, [&] { return binary({"and"}, Words::Yes, [&] { return notExpression(); }); });
}

NodePtr ExpressionParser::notExpression() {
    if (isName("not")) {
        const Nesting guard(*this);
        NodePtr node = make(Kind::Unary);
        node->text = take().text;
        node->a = notExpression();
        return node;
    }
    return compareExpression();
}

/// Takes a comparison, "in" or "not in"; empty if there is none.
std::string ExpressionParser::comparisonOperator() {
    static const std::set<std::string> operators = {"==", "!=", "<", "<=", ">", ">="};
    if ((now().kind == Token::Kind::Operator && operators.contains(now().text)) || isName("in")) {
        return take().text;
    }
    if (isName("not") && ahead(1).kind == Token::Kind::Name && ahead(1).text == "in") {
        take();
        take();
        return "not in";
    }
    return {};
}

NodePtr ExpressionParser::compareExpression() {
    NodePtr first = addition();
    NodePtr node;
    for (std::string op = comparisonOperator(); !op.empty(); op = comparisonOperator()) {
        if (!node) {
            node = make(Kind::Compare);
            node->a = std::move(first);
        }
        node->names.push_back(op);
        node->list.push_back(addition());
    }
    return node ? std::move(node) : std::move(first);
}

NodePtr ExpressionParser::addition() {
    return binary({"+", "-"}, Words::No, [&] {
        return binary({"~"}, Words::No, [&] {
            return binary({"*", "/", "//", "%"}, Words::No,
                          [&] { return binary({"**"}, Words::No, [&] { return unary(Filters::Yes); }); });
        });
    });
}

NodePtr ExpressionParser::unary(Filters takesFilters) {
    const Nesting guard(*this);
    NodePtr node;
    if (isOperator("-") || isOperator("+")) {
        node = make(Kind::Unary);
        node->text = take().text;
        node->a = unary(Filters::No);
    } else {
        node = primary();
    }
    node = postfix(std::move(node));
    return takesFilters == Filters::Yes ? filters(std::move(node)) : std::move(node);
}

NodePtr ExpressionParser::constant(Value value) const {
    NodePtr node = make(Kind::Constant);
    node->value = std::move(value);
    return node;
}

NodePtr ExpressionParser::primary() {
    switch (now().kind) {
        case Token::Kind::Name: return nameOrConstant();
        case Token::Kind::Integer:
        case Token::Kind::Float: return number();
        case Token::Kind::String: {
            std::string text;
            while (now().kind == Token::Kind::String) {
                text += take().text;
            }
            return constant(Value(std::move(text)));
        }
        default: break;
    }
    if (takeOperator("(")) {
        return bracketed();
    }
    if (takeOperator("[")) {
        return listLiteral();
    }
    if (takeOperator("{")) {
        return dictLiteral();
    }
    error("an expression is missing or not understood");
}

NodePtr ExpressionParser::number() {
    const Token token = take();
    const char* const end = token.text.data() + token.text.size();
    if (token.kind == Token::Kind::Float) {
        double value = 0;
        std::from_chars(token.text.data(), end, value);
        return constant(Value(value));
    }
    std::int64_t value = 0;
    if (std::from_chars(token.text.data(), end, value).ec != std::errc()) {
        error(fmt::format("the number {} is too large", token.text));
    }
    return constant(Value(value));
}

NodePtr ExpressionParser::listLiteral() {
    NodePtr node = make(Kind::ListLiteral);
    while (!isOperator("]")) {
        node->list.push_back(expression());
        if (!takeOperator(",")) {
            break;
        }
    }
    expectOperator("]");
    return node;
}

NodePtr ExpressionParser::nameOrConstant() {
    const std::string name = take().text;
    if (name == "true" || name == "True") {
        return constant(Value(true));
    }
    if (name == "false" || name == "False") {
        return constant(Value(false));
    }
    if (name == "none" || name == "None") {
        return constant(Value(None{}));
    }
    NodePtr node = make(Kind::Name);
    node->text = name;
    return node;
}

NodePtr ExpressionParser::bracketed() {
    NodePtr tuple = make(Kind::TupleLiteral);
    if (takeOperator(")")) {
        return tuple;
    }
    NodePtr first = expression();
    if (isOperator(",")) {
        first = restOfTuple(std::move(first));
    }
    expectOperator(")");
    return first;
}

NodePtr ExpressionParser::dictLiteral() {
    NodePtr node = make(Kind::DictLiteral);
    while (!isOperator("}")) {
        NamedNode entry;
        entry.key = expression();
        expectOperator(":");
        entry.value = expression();
        node->named.push_back(std::move(entry));
        if (!takeOperator(",")) {
            break;
        }
    }
    expectOperator("}");
    return node;
}

void ExpressionParser::countLink(int& links) const {
    if (++links > kMaxChain) {
        error("an expression is too long");
    }
}

NodePtr ExpressionParser::postfix(NodePtr node) {
    for (int links = 0;; countLink(links)) {
        if (takeOperator(".")) {
            NodePtr member = make(now().kind == Token::Kind::Integer ? Kind::Subscript : Kind::Member);
            member->a = std::move(node);
            if (member->kind == Kind::Subscript) {
                member->b = primary();
            } else {
                member->text = expectName();
            }
            node = std::move(member);
        } else if (takeOperator("[")) {
            node = subscript(std::move(node));
        } else if (isOperator("(")) {
            NodePtr call = make(Kind::Call);
            call->a = std::move(node);
            arguments(*call);
            node = std::move(call);
        } else {
            return node;
        }
    }
}

NodePtr ExpressionParser::subscript(NodePtr subject) {
    NodePtr node = make(Kind::Subscript);
    node->a = std::move(subject);
    NodePtr parts[3];
    std::size_t count = 0;
    bool isSlice = false;
    while (!isOperator("]") && count < 3) {
        if (takeOperator(":")) {
            isSlice = true;
            ++count;
            continue;
        }
        parts[count] = tupleOrExpression();
    }
    expectOperator("]");
    if (isSlice) {
        node->kind = Kind::Slice;
        for (NodePtr& part : parts) {
            node->list.push_back(std::move(part));
        }
        return node;
    }
    if (!parts[0]) {
        error("[] needs an index");
    }
    node->b = std::move(parts[0]);
    return node;
}

void ExpressionParser::arguments(Node& call) {
    expectOperator("(");
    while (!isOperator(")")) {
        if (now().kind == Token::Kind::Name && ahead(1).kind == Token::Kind::Operator && ahead(1).text == "=") {
            NamedNode argument;
            argument.name = take().text;
            take();
            argument.value = expression();
            call.named.push_back(std::move(argument));
        } else if (isOperator("*") || isOperator("**")) {
            error("* and ** in calls are not supported in chat templates");
        } else {
            if (!call.named.empty()) {
                error("an argument without a name follows one with a name");
            }
            call.list.push_back(expression());
        }
        if (!takeOperator(",")) {
            break;
        }
    }
    expectOperator(")");
}

NodePtr ExpressionParser::filterCall(NodePtr subject) {
    NodePtr node = make(Kind::Filter);
    node->text = expectName();
    node->a = std::move(subject);
    if (isOperator("(")) {
        arguments(*node);
    }
    return node;
}

NodePtr ExpressionParser::filters(NodePtr node) {
    for (int links = 0;; countLink(links)) {
        if (takeOperator("|")) {
            node = filterCall(std::move(node));
        } else if (isName("is")) {
            take();
            node = test(std::move(node));
        } else if (isOperator("(")) {
            NodePtr call = make(Kind::Call);
            call->a = std::move(node);
            arguments(*call);
            node = std::move(call);
        } else {
            return node;
        }
    }
}

NodePtr ExpressionParser::test(NodePtr subject) {
    const bool isNegated = takeName("not");
    NodePtr node = make(Kind::Test);
    node->a = std::move(subject);
    node->text = expectName();
    const Token& next = now();
    static const std::set<std::string> notArguments = {"else", "or", "and", "is", "if", "in", "not"};
    if (isOperator("(")) {
        arguments(*node);
    } else if (next.kind == Token::Kind::String || next.kind == Token::Kind::Integer ||
               next.kind == Token::Kind::Float || isOperator("[") || isOperator("{") ||
               (next.kind == Token::Kind::Name && !notArguments.contains(next.text))) {
        node->list.push_back(postfix(primary()));
    }
    if (!isNegated) {
        return node;
    }
    NodePtr negation = make(Kind::Unary);
    negation->text = "not";
    negation->a = std::move(node);
    return negation;
}

}  // namespace lathe::text::jinja
