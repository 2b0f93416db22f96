// SPDX-License-Identifier: GPL-3.0-or-later
#include "latex_view.h"

#include "theme.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QMimeData>
#include <QPainter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr int kPadding = metrics::kSpace8;
constexpr double kCopyExPixels = 24;

} // namespace

LatexView::LatexView(QWidget* parent) : QWidget(parent), renderer_(new LatexRenderer(this)) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    connect(renderer_, &LatexRenderer::finished, this, &LatexView::take);
}

void LatexView::setTex(const QString& tex) {
    if (tex == tex_) {
        return;
    }
    tex_ = tex;
    setAccessibleName(tex);
    renderer_->cancelPending();
    ticket_ = 0;
    if (tex.trimmed().isEmpty()) {
        result_ = {};
        lastGood_ = {};
        setAccessibleDescription({});
        updateGeometry();
        update();
        Q_EMIT rendered();
        return;
    }
    ticket_ = renderer_->request(tex, mode_);
}

void LatexView::setMode(LatexMode mode) {
    if (mode_ != mode) {
        mode_ = mode;
        const QString tex = tex_;
        tex_.clear();
        setTex(tex);
    }
}

void LatexView::setScale(double scale) {
    scale_ = std::clamp(scale, 0.5, 8.0);
    updateGeometry();
    update();
}

void LatexView::setAlignment(Qt::Alignment alignment) {
    alignment_ = alignment;
    update();
}

double LatexView::exPixels() const {
    // TeX's ex against the UI font's: sized by the font height, so that a formula at scale 1 matches body text.
    return QFontMetricsF(fontOf(FontRole::Body)).xHeight() * 0.9 * scale_;
}

QSize LatexView::sizeHint() const {
    if (!result_.error.isEmpty()) {
        const QFontMetrics mono(fontOf(FontRole::Mono));
        const QRect source = mono.boundingRect(QRect(0, 0, 320, 4000), Qt::TextWrapAnywhere, tex_);
        return QSize(320, source.height() + 2 * QFontMetrics(fontOf(FontRole::Secondary)).lineSpacing()) + QSize(2 * kPadding, 2 * kPadding + 4);
    }
    const QSize size = lastGood_.sizeFor(exPixels()).toSize() + QSize(2 * kPadding + 1, 2 * kPadding + 1);
    return size.expandedTo({48, metrics::kRowHeight});
}

QSize LatexView::minimumSizeHint() const {
    return {48, std::min(sizeHint().height(), 48)};
}

void LatexView::take(quint64 ticket, const LatexResult& result) {
    if (ticket != ticket_) {
        return;
    }
    ticket_ = 0;
    result_ = result;
    if (result.isOk()) {
        lastGood_ = result.picture;
    }
    setAccessibleDescription(result.error);
    updateGeometry();
    update();
    Q_EMIT rendered();
}

void LatexView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Tokens& t = tokens(palette());
    const QRect area = rect().adjusted(kPadding, kPadding, -kPadding, -kPadding);
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(t.accent);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), metrics::kRadius, metrics::kRadius);
    }
    if (!result_.error.isEmpty()) {
        const QFont mono = fontOf(FontRole::Mono);
        const QFont small = fontOf(FontRole::Secondary);
        const QRect message = QFontMetrics(small).boundingRect(area, Qt::TextWordWrap | Qt::AlignLeft, result_.error);
        QRect source = QFontMetrics(mono).boundingRect(area, Qt::TextWrapAnywhere | Qt::AlignLeft, tex_);
        source.setHeight(std::min(source.height(), std::max(0, area.height() - message.height() - metrics::kSpace4)));
        const int top = std::max(area.top(), area.center().y() - (source.height() + message.height() + metrics::kSpace4) / 2);
        painter.setFont(mono);
        painter.setPen(t.text);
        painter.drawText(QRect(area.left(), top, area.width(), source.height()), Qt::TextWrapAnywhere | Qt::AlignLeft, tex_);
        painter.setFont(small);
        painter.setPen(t.bad);
        painter.drawText(QRect(area.left(), top + source.height() + metrics::kSpace4, area.width(), message.height()), Qt::TextWordWrap | Qt::AlignLeft,
                         result_.error);
        return;
    }
    if (lastGood_.isNull()) {
        return;
    }
    QSizeF size = lastGood_.sizeFor(exPixels());
    const double fit = std::min({1.0, area.width() / size.width(), area.height() / size.height()});
    size *= fit;
    QRectF target(QPointF(0, 0), size);
    target.moveCenter(QRectF(area).center());
    if (alignment_.testFlag(Qt::AlignLeft)) {
        target.moveLeft(area.left());
    } else if (alignment_.testFlag(Qt::AlignRight)) {
        target.moveRight(area.right());
    }
    if (alignment_.testFlag(Qt::AlignTop)) {
        target.moveTop(area.top());
    }
    lastGood_.paint(painter, target, palette().color(isEnabled() ? QPalette::Normal : QPalette::Disabled, QPalette::WindowText));
}

void LatexView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange) {
        updateGeometry();
    }
    QWidget::changeEvent(event);
}

void LatexView::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Copy &TeX"), this, &LatexView::copyTex)->setEnabled(!tex_.isEmpty());
    menu->addAction(tr("Copy &SVG"), this, &LatexView::copySvg)->setEnabled(result_.isOk() && !result_.picture.isNull());
    menu->addAction(tr("Copy &PNG"), this, &LatexView::copyPng)->setEnabled(result_.isOk() && !result_.picture.isNull());
    menu->popup(event->globalPos());
}

void LatexView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        copyTex();
        return;
    }
    QWidget::keyPressEvent(event);
}

void LatexView::copyTex() const {
    QGuiApplication::clipboard()->setText(tex_);
}

void LatexView::copySvg() const {
    if (result_.picture.isNull()) {
        return;
    }
    // Black: what is pasted goes onto paper or a page, not into this window.
    const QByteArray svg = result_.picture.toSvg(Qt::black);
    auto* content = new QMimeData;
    content->setData(u"image/svg+xml"_qs, svg);
    content->setText(QString::fromUtf8(svg));
    QGuiApplication::clipboard()->setMimeData(content);
}

void LatexView::copyPng() const {
    if (!result_.picture.isNull()) {
        const QImage transparent = result_.picture.toImage(kCopyExPixels, Qt::black);
        QImage image(transparent.size(), QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter(&image).drawImage(0, 0, transparent);
        QGuiApplication::clipboard()->setImage(image);
    }
}

} // namespace lathe::widgets
