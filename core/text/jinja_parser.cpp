// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "text/jinja_syntax.h"

namespace lathe::text::jinja {

namespace {

using Kind = Node::Kind;

constexpr int kMaxNesting = 120;
/// Longest chain of equal operators, members or filters: each link makes the tree one deeper.
constexpr int kMaxChain = 200;

class Parser {
public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    NodePtr run() {
        NodePtr root = make(Kind::Body);
        root->body = statements({});
        return root;
    }

private:
    /// Counts how deep the recursion is, so that "((((..." ends in an error and not on the stack's end.
    struct Nesting {
        explicit Nesting(Parser& p) : parser(p) {
            if (++parser.nesting_ > kMaxNesting) {
                parser.error("it nests too deeply");
            }
        }
        ~Nesting() { --parser.nesting_; }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
        Parser& parser;
    };

    const Token& now() const { return tokens_[position_]; }
    const Token& ahead(std::size_t n) const { return tokens_[std::min(position_ + n, tokens_.size() - 1)]; }
    Token take() {
        Token token = now();
        position_ += position_ + 1 < tokens_.size() ? 1 : 0;
        return token;
    }
    [[noreturn]] void error(const std::string& why) const { fail(fmt::format("line {}: {}", now().line, why)); }

    bool isOperator(std::string_view op) const { return now().kind == Token::Kind::Operator && now().text == op; }
    bool isName(std::string_view name) const { return now().kind == Token::Kind::Name && now().text == name; }
    bool takeOperator(std::string_view op) {
        if (!isOperator(op)) {
            return false;
        }
        take();
        return true;
    }
    bool takeName(std::string_view name) {
        if (!isName(name)) {
            return false;
        }
        take();
        return true;
    }
    void expectOperator(std::string_view op) {
        if (!takeOperator(op)) {
            error(fmt::format("'{}' is missing", op));
        }
    }
    std::string expectName() {
        if (now().kind != Token::Kind::Name) {
            error("a name is missing");
        }
        return take().text;
    }
    void expectBlockEnd() {
        if (now().kind != Token::Kind::BlockEnd) {
            error("'%}' is missing or a statement has too much in it");
        }
        take();
    }
    NodePtr make(Kind kind) const {
        auto node = std::make_unique<Node>();
        node->kind = kind;
        node->line = now().line;
        return node;
    }

    // ----- statements

    /// Up to a block whose name is in `ends`, which is left in place (with its BlockBegin taken), or the template's end.
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
        node->a = unary(true);
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

    // ----- expressions, in Jinja's order of precedence

    NodePtr tupleOrExpression() {
        NodePtr first = expression();
        return isOperator(",") ? restOfTuple(std::move(first)) : std::move(first);
    }

    NodePtr restOfTuple(NodePtr first) {
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

    NodePtr expression() {
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
    NodePtr binary(const std::set<std::string>& operators, bool isWord, Next&& next) {
        NodePtr left = next();
        int links = 0;
        while (now().kind == (isWord ? Token::Kind::Name : Token::Kind::Operator) && operators.contains(now().text)) {
            NodePtr node = make(Kind::Binary);
            countLink(links);
            node->text = take().text;
            node->a = std::move(left);
            node->b = next();
            left = std::move(node);
        }
        return left;
    }

    NodePtr orExpression() {
        return binary({"or"}, true, [&] { return binary({"and"}, true, [&] { return notExpression(); }); });
    }

    NodePtr notExpression() {
        if (isName("not")) {
            const Nesting guard(*this);
            NodePtr node = make(Kind::Unary);
            node->text = take().text;
            node->a = notExpression();
            return node;
        }
        return compareExpression();
    }

    NodePtr compareExpression() {
        static const std::set<std::string> operators = {"==", "!=", "<", "<=", ">", ">="};
        NodePtr first = addition();
        NodePtr node;
        while (true) {
            std::string op;
            if (now().kind == Token::Kind::Operator && operators.contains(now().text)) {
                op = take().text;
            } else if (isName("in")) {
                op = take().text;
            } else if (isName("not") && ahead(1).kind == Token::Kind::Name && ahead(1).text == "in") {
                take();
                take();
                op = "not in";
            } else {
                break;
            }
            if (!node) {
                node = make(Kind::Compare);
                node->a = std::move(first);
            }
            node->names.push_back(op);
            node->list.push_back(addition());
        }
        return node ? std::move(node) : std::move(first);
    }

    NodePtr addition() {
        return binary({"+", "-"}, false, [&] {
            return binary({"~"}, false, [&] {
                return binary({"*", "/", "//", "%"}, false, [&] { return binary({"**"}, false, [&] { return unary(true); }); });
            });
        });
    }

    NodePtr unary(bool takesFilters) {
        const Nesting guard(*this);
        NodePtr node;
        if (isOperator("-") || isOperator("+")) {
            node = make(Kind::Unary);
            node->text = take().text;
            node->a = unary(false);
        } else {
            node = primary();
        }
        node = postfix(std::move(node));
        return takesFilters ? filters(std::move(node)) : std::move(node);
    }

    NodePtr constant(Value value) {
        NodePtr node = make(Kind::Constant);
        node->value = std::move(value);
        return node;
    }

    NodePtr primary() {
        const Token token = now();
        switch (token.kind) {
            case Token::Kind::Name: return nameOrConstant();
            case Token::Kind::String: {
                std::string text;
                while (now().kind == Token::Kind::String) {
                    text += take().text;
                }
                return constant(Value(std::move(text)));
            }
            case Token::Kind::Integer: {
                std::int64_t value = 0;
                const auto read = std::from_chars(token.text.data(), token.text.data() + token.text.size(), value);
                if (read.ec != std::errc()) {
                    error(fmt::format("the number {} is too large", token.text));
                }
                take();
                return constant(Value(value));
            }
            case Token::Kind::Float: {
                double value = 0;
                std::from_chars(token.text.data(), token.text.data() + token.text.size(), value);
                take();
                return constant(Value(value));
            }
            default: break;
        }
        if (takeOperator("(")) {
            return bracketed();
        }
        if (takeOperator("[")) {
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
        if (takeOperator("{")) {
            return dictLiteral();
        }
        error("an expression is missing or not understood");
    }

    NodePtr nameOrConstant() {
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

    NodePtr bracketed() {
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

    NodePtr dictLiteral() {
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

    void countLink(int& links) const {
        if (++links > kMaxChain) {
            error("an expression is too long");
        }
    }

    NodePtr postfix(NodePtr node) {
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

    NodePtr subscript(NodePtr subject) {
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

    void arguments(Node& call) {
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

    NodePtr filterCall(NodePtr subject) {
        NodePtr node = make(Kind::Filter);
        node->text = expectName();
        node->a = std::move(subject);
        if (isOperator("(")) {
            arguments(*node);
        }
        return node;
    }

    NodePtr filters(NodePtr node) {
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

    NodePtr test(NodePtr subject) {
        const bool isNegated = takeName("not");
        NodePtr node = make(Kind::Test);
        node->a = std::move(subject);
        node->text = expectName();
        const Token& next = now();
        static const std::set<std::string> notArguments = {"else", "or", "and", "is", "if", "in", "not"};
        if (isOperator("(")) {
            arguments(*node);
        } else if (next.kind == Token::Kind::String || next.kind == Token::Kind::Integer || next.kind == Token::Kind::Float || isOperator("[") ||
                   isOperator("{") || (next.kind == Token::Kind::Name && !notArguments.contains(next.text))) {
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

    std::vector<Token> tokens_;
    std::size_t position_ = 0;
    int nesting_ = 0;
};

}  // namespace

NodePtr parseTemplate(std::string_view source) {
    return Parser(tokenizeTemplate(source)).run();
}

}  // namespace lathe::text::jinja
