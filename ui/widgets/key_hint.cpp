// SPDX-License-Identifier: GPL-3.0-or-later
#include "key_hint.h"

#include "theme.h"

#include <QPainter>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr int kCapHeight = 18;

} // namespace

KeyHint::KeyHint(const QStringList& keys, const QString& text, QWidget* parent) : QWidget(parent), keys_(keys), text_(text) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(keys.join(u" / "_qs) + u' ' + text);
}

QSize KeyHint::sizeHint() const {
    return {layOut(nullptr), std::max(kCapHeight + 2, QFontMetrics(fontOf(FontRole::Secondary)).height() + 2)};
}

void KeyHint::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    layOut(&painter);
}

int KeyHint::layOut(QPainter* painter) const {
    const QFont font = fontOf(FontRole::Secondary);
    const QFontMetrics measures(font);
    const Tokens& t = tokens(palette());
    const int middle = height() / 2;
    int x = 0;
    const auto plain = [&](const QString& text) {
        const int width = measures.horizontalAdvance(text);
        if (painter != nullptr) {
            painter->setPen(t.secondary);
            painter->drawText(QRect(x, 0, width + 1, height()), Qt::AlignVCenter | Qt::TextSingleLine, text);
        }
        x += width + metrics::kSpace4;
    };
    const auto cap = [&](const QString& text) {
        const int width = std::max(kCapHeight, measures.horizontalAdvance(text) + 10);
        if (painter != nullptr) {
            const QRectF box(x + 0.5, middle - kCapHeight / 2 + 0.5, width - 1, kCapHeight - 1);
            painter->setPen(mixed(t.secondary, t.border, 0.4));
            painter->setBrush(t.surface);
            painter->drawRoundedRect(box, 4, 4);
            painter->setPen(t.text);
            painter->drawText(box, Qt::AlignCenter | Qt::TextSingleLine, text);
        }
        x += width + metrics::kSpace4;
    };
    if (painter != nullptr) {
        painter->setFont(font);
    }
    for (qsizetype i = 0; i < keys_.size(); ++i) {
        if (i > 0) {
            plain(u"/"_qs);
        }
        // "Ctrl++" is the chord Ctrl and +, so an empty part after the split is the plus key itself.
        const QString& key = keys_[i];
        const QStringList parts = key == u"+"_qs ? QStringList{key} : key.split(u'+', key.endsWith(u"++"_qs) ? Qt::KeepEmptyParts : Qt::SkipEmptyParts);
        for (qsizetype part = 0; part < parts.size(); ++part) {
            if (!parts[part].isEmpty()) {
                cap(parts[part]);
            } else if (part + 1 == parts.size()) {
                cap(u"+"_qs);
            }
        }
    }
    if (!text_.isEmpty()) {
        x += metrics::kSpace4;
        plain(text_);
    }
    return std::max(0, x - metrics::kSpace4) + 1;
}

} // namespace lathe::widgets
