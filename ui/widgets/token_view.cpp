// SPDX-License-Identifier: GPL-3.0-or-later
#include "token_view.h"

#include "theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr int kMargin = metrics::kSpace8;
constexpr int kLegendLine = 18;
constexpr int kLegendPadding = 4;
constexpr int kLegendSample = 16;
constexpr std::array<TokenRole, 5> kLegendRoles = {TokenRole::Prompt, TokenRole::Trained, TokenRole::End, TokenRole::Padding, TokenRole::Cut};

struct TokenColours {
    QColor ground;
    QColor ink;
    QColor underline;
};

TokenColours coloursOf(const Tokens& t, const TokenItem& token) {
    switch (token.role) {
    case TokenRole::Prompt:
        return {mixed(t.secondary, t.surface, t.isDark ? 0.22 : 0.12), t.secondary, QColor(Qt::transparent)};
    case TokenRole::Trained:
        return {mixed(t.accent, t.surface, t.isDark ? 0.30 : 0.18), t.text, t.accent};
    case TokenRole::End:
        return {mixed(t.good, t.surface, t.isDark ? 0.34 : 0.22), t.text, t.good};
    case TokenRole::Padding:
        return {t.surface, t.disabled, QColor(Qt::transparent)};
    case TokenRole::Cut:
        return {mixed(t.bad, t.surface, t.isDark ? 0.26 : 0.14), t.secondary, t.bad};
    case TokenRole::Plain:
        break;
    }
    if (token.strength < 0) {
        return {QColor(Qt::transparent), t.text, QColor(Qt::transparent)};
    }
    // An unlikely token is tinted strongly: that is where a reader should look.
    return {mixed(t.warning, t.surface, (1 - std::clamp(token.strength, 0.0, 1.0)) * (t.isDark ? 0.55 : 0.45)), t.text, QColor(Qt::transparent)};
}

} // namespace

QString visibleTokenText(const QString& text) {
    QString result;
    for (const QChar c : text) {
        if (c == u' ') {
            result += u'·';
        } else if (c == u'\n') {
            result += u'↵';
        } else if (c == u'\t') {
            result += u'→';
        } else if (c.unicode() < 0x20 || c.unicode() == 0x7F) {
            result += u"‹%1›"_qs.arg(c.unicode(), 2, 16, QLatin1Char('0')).toUpper();
        } else {
            result += c;
        }
    }
    return result;
}

QString tokenRoleName(TokenRole role) {
    switch (role) {
    case TokenRole::Prompt:
        return TokenView::tr("Prompt, not trained");
    case TokenRole::Trained:
        return TokenView::tr("Trained");
    case TokenRole::End:
        return TokenView::tr("End of text, trained");
    case TokenRole::Padding:
        return TokenView::tr("Padding");
    case TokenRole::Cut:
        return TokenView::tr("Cut at the limit");
    case TokenRole::Plain:
        break;
    }
    return TokenView::tr("Token");
}

TokenView::TokenView(QWidget* parent) : QAbstractScrollArea(parent) {
    setProperty("role", u"surface"_qs);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Tokens"));
}

void TokenView::setTokens(const QList<TokenItem>& tokens) {
    tokens_ = tokens;
    current_ = -1;
    relayout();
}

void TokenView::append(const QList<TokenItem>& tokens) {
    const auto first = int(tokens_.size());
    const QScrollBar* bar = verticalScrollBar();
    const bool isAtEnd = bar->value() >= bar->maximum() - 4;
    tokens_ += tokens;
    layOut(first);
    if (isAtEnd) {
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    }
    viewport()->update();
}

void TokenView::clear() {
    setTokens({});
}

void TokenView::setLegendShown(bool isShown) {
    isLegendShown_ = isShown;
    relayout();
}

QSize TokenView::sizeHint() const {
    return {360, 160};
}

void TokenView::relayout() {
    boxes_.clear();
    lineX_ = kMargin;
    lineY_ = kMargin;
    layOut(0);
    viewport()->update();
}

void TokenView::layOut(int firstToken) {
    const QFontMetrics measures(fontOf(FontRole::Mono));
    const int lineHeight = measures.height() + 4;
    const int step = lineHeight + metrics::kSpace4;
    const int right = std::max(viewport()->width() - kMargin, kMargin + 40);
    for (int i = firstToken; i < tokens_.size(); ++i) {
        const QString shown = visibleTokenText(tokens_[i].text);
        // A token longer than a line is cut with … (the tooltip has it whole).
        const QString fitting = measures.elidedText(shown, Qt::ElideRight, right - kMargin - 6);
        const int width = std::max(measures.horizontalAdvance(fitting), 4) + 4;
        if (lineX_ + width > right && lineX_ > kMargin) {
            lineX_ = kMargin;
            lineY_ += step;
        }
        boxes_.append({QRect(lineX_, lineY_, width, lineHeight), i, fitting});
        lineX_ += width + 2;
        if (tokens_[i].text.endsWith(u'\n')) {
            lineX_ = kMargin;
            lineY_ += step;
        }
    }
    legend_ = legendEntries();
    legendHeight_ = legend_.isEmpty() ? 0 : legend_.last().box.bottom() + 1 + kLegendPadding;
    contentHeight_ = (boxes_.isEmpty() ? 0 : boxes_.last().rect.bottom() + kMargin) + legendHeight_;
    verticalScrollBar()->setRange(0, std::max(0, contentHeight_ - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(step);
}

void TokenView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(fontOf(FontRole::Mono));
    const Tokens& t = widgets::tokens(palette());
    const int shift = verticalScrollBar()->value();
    const QRect visible = viewport()->rect().translated(0, shift);
    const auto first = std::partition_point(boxes_.begin(), boxes_.end(), [&](const Box& box) { return box.rect.bottom() < visible.top(); });
    for (auto box = first; box != boxes_.end() && box->rect.top() <= visible.bottom(); ++box) {
        const QRectF rect = box->rect.translated(0, -shift);
        const TokenColours colours = coloursOf(t, tokens_[box->token]);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.ground);
        painter.drawRoundedRect(rect, 3, 3);
        if (colours.underline.alpha() > 0) {
            painter.setBrush(colours.underline);
            painter.drawRect(QRectF(rect.left() + 2, rect.bottom() - 2, rect.width() - 4, 1.5));
        }
        if (box->token == current_) {
            painter.setPen(QPen(t.accent, 1.5));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
        }
        painter.setPen(colours.ink);
        painter.drawText(rect, Qt::AlignCenter | Qt::TextSingleLine, box->text);
    }
    paintLegend(painter);
}

QList<TokenView::LegendEntry> TokenView::legendEntries() const {
    QList<LegendEntry> entries;
    if (!isLegendShown_) {
        return entries;
    }
    const QFontMetrics measures(fontOf(FontRole::Secondary));
    const int right = viewport()->width() - kMargin;
    int x = kMargin;
    int y = kLegendPadding;
    for (const TokenRole role : kLegendRoles) {
        if (std::none_of(tokens_.begin(), tokens_.end(), [role](const TokenItem& token) { return token.role == role; })) {
            continue;
        }
        const int width = kLegendSample + metrics::kSpace4 + measures.horizontalAdvance(tokenRoleName(role)) + 2;
        if (x > kMargin && x + width > right) {
            x = kMargin;
            y += kLegendLine;
        }
        entries.append({role, QRect(x, y, width, kLegendLine)});
        x += width + metrics::kSpace12;
    }
    return entries;
}

void TokenView::paintLegend(QPainter& painter) {
    if (legend_.isEmpty()) {
        return;
    }
    const Tokens& t = widgets::tokens(palette());
    painter.setFont(fontOf(FontRole::Secondary));
    const QRect strip(0, viewport()->height() - legendHeight_, viewport()->width(), legendHeight_);
    painter.fillRect(strip, t.surface);
    painter.setPen(t.border);
    painter.drawLine(strip.topLeft(), strip.topRight());
    for (const LegendEntry& entry : legend_) {
        const QRect box = entry.box.translated(0, strip.top());
        TokenItem sample;
        sample.role = entry.role;
        const TokenColours colours = coloursOf(t, sample);
        const QRectF swatch(box.left() + 0.5, box.center().y() - 5, kLegendSample - 1, 11);
        painter.setPen(entry.role == TokenRole::Padding ? QPen(t.border) : QPen(Qt::NoPen));
        painter.setBrush(colours.ground);
        painter.drawRoundedRect(swatch, 3, 3);
        if (colours.underline.alpha() > 0) {
            painter.fillRect(QRectF(swatch.left() + 2, swatch.bottom() - 2, swatch.width() - 4, 1.5), colours.underline);
        }
        painter.setPen(t.secondary);
        painter.drawText(box.adjusted(kLegendSample + metrics::kSpace4, 0, 0, 0), Qt::AlignVCenter | Qt::TextSingleLine, tokenRoleName(entry.role));
    }
}

void TokenView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    relayout();
}

int TokenView::tokenAt(const QPoint& position) const {
    const QPoint content = position + QPoint(0, verticalScrollBar()->value());
    for (const Box& box : boxes_) {
        if (box.rect.contains(content)) {
            return box.token;
        }
    }
    return -1;
}

void TokenView::setCurrent(int index) {
    if (index != current_) {
        current_ = index;
        viewport()->update();
        setAccessibleDescription(index >= 0 ? tipOf(index) : QString());
        Q_EMIT tokenHovered(index);
    }
}

void TokenView::mouseMoveEvent(QMouseEvent* event) {
    setCurrent(tokenAt(event->position().toPoint()));
}

void TokenView::mousePressEvent(QMouseEvent* event) {
    const int token = tokenAt(event->position().toPoint());
    if (token >= 0) {
        setCurrent(token);
        Q_EMIT tokenClicked(token);
    }
}

void TokenView::keyPressEvent(QKeyEvent* event) {
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (tokens_.isEmpty() || (step == 0 && event->key() != Qt::Key_Return)) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    if (step == 0) {
        if (current_ >= 0) {
            Q_EMIT tokenClicked(current_);
        }
        return;
    }
    setCurrent(std::clamp(current_ + step, 0, int(tokens_.size()) - 1));
    const QRect box = boxes_[current_].rect;
    QScrollBar* bar = verticalScrollBar();
    if (box.top() < bar->value()) {
        bar->setValue(box.top() - kMargin);
    } else if (box.bottom() > bar->value() + viewport()->height() - legendHeight_) {
        bar->setValue(box.bottom() - viewport()->height() + legendHeight_ + kMargin);
    }
}

QString TokenView::tipOf(int index) const {
    const TokenItem& token = tokens_[index];
    if (!token.tip.isEmpty()) {
        return token.tip;
    }
    QString tip = u"“%1”"_qs.arg(visibleTokenText(token.text));
    if (token.id >= 0) {
        tip += u"  #%1"_qs.arg(token.id);
    }
    return token.role == TokenRole::Plain ? tip : tip + u"\n"_qs + tokenRoleName(token.role);
}

bool TokenView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int token = tokenAt(help->pos());
        QToolTip::showText(help->globalPos(), token >= 0 ? tipOf(token).toHtmlEscaped().replace(u"\n"_qs, u"<br>"_qs) : QString(), viewport());
        return true;
    }
    if (event->type() == QEvent::Leave) {
        setCurrent(-1);
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TokenView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange) {
        relayout();
    }
    QAbstractScrollArea::changeEvent(event);
}

} // namespace lathe::widgets
