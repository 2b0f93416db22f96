// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens of a row, coloured by what training does with them.
#pragma once

#include <QAbstractScrollArea>
#include <QColor>
#include <QList>
#include <QString>

namespace lathe::widgets {

/// What a token is to training, or to generation.
enum class TokenRole { Plain, Prompt, Trained, End, Padding, Cut };

struct TokenItem {
    QString text;                ///< as decoded; blanks and line ends are made visible by the view
    TokenRole role = TokenRole::Plain;
    QString tip;                 ///< tooltip, plain text; empty: text, id and role
    qint64 id = -1;
    double strength = -1;        ///< in [0, 1]: how strongly to tint a Plain token (its probability); negative: not at all
};

/// Wraps tokens like text, in the monospace font, each on its own tint and with a role-specific underline; a legend below names the roles that occur.
/// Hovering or the arrow keys choose a token.
class TokenView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit TokenView(QWidget* parent = nullptr);
    void setTokens(const QList<TokenItem>& tokens);
    /// Adds at the end and keeps the end visible (streaming).
    void append(const QList<TokenItem>& tokens);
    void clear();
    const QList<TokenItem>& tokens() const { return tokens_; }
    void setLegendShown(bool isShown);
    int currentToken() const { return current_; }
    /// Index of the token under a point of the viewport; -1 if none.
    int tokenAt(const QPoint& position) const;
    QSize sizeHint() const override;

Q_SIGNALS:
    /// The token under the pointer or chosen by key; -1: none.
    void tokenHovered(int index);
    void tokenClicked(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Box {
        QRect rect;
        int token;
        QString text;
    };
    void relayout();
    void layOut(int firstToken);
    void setCurrent(int index);
    QString tipOf(int index) const;
    struct LegendEntry {
        TokenRole role;
        QRect box;
    };
    QList<LegendEntry> legendEntries() const;
    void paintLegend(QPainter& painter);

    QList<TokenItem> tokens_;
    QList<Box> boxes_;
    QList<LegendEntry> legend_;
    int legendHeight_ = 0;
    int contentHeight_ = 0;
    int lineX_ = 0;
    int lineY_ = 0;
    int current_ = -1;
    bool isLegendShown_ = true;
};

/// Visible text of a token: a leading blank as ·, line ends as ↵, tabs as →; unprintable bytes as ‹XX›.
QString visibleTokenText(const QString& text);

/// The role in words, translated.
QString tokenRoleName(TokenRole role);

} // namespace lathe::widgets
