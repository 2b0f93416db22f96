// SPDX-License-Identifier: GPL-3.0-or-later
#include "controls.h"

#include "theme.h"

#include <QBoxLayout>
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include <array>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

QString roleName(TextRole role) {
    static const std::array<QString, 8> kNames = {u"body"_qs, u"secondary"_qs, u"section"_qs, u"title"_qs,
                                                  u"good"_qs, u"warning"_qs,   u"bad"_qs,     u"mono"_qs};
    return kNames[size_t(role)];
}

QString kindName(ButtonKind kind) {
    static const std::array<QString, 4> kNames = {u"normal"_qs, u"primary"_qs, u"quiet"_qs, u"danger"_qs};
    return kNames[size_t(kind)];
}

IconTone iconToneOf(ButtonKind kind) {
    switch (kind) {
    case ButtonKind::Primary:
        return IconTone::OnAccent;
    case ButtonKind::Quiet:
        return IconTone::Accent;
    case ButtonKind::Danger:
        return IconTone::Bad;
    case ButtonKind::Normal:
        break;
    }
    return IconTone::Text;
}

} // namespace

QLabel* label(const QString& text, TextRole role, QWidget* parent) {
    auto* result = new QLabel(parent);
    result->setTextFormat(Qt::PlainText);
    result->setText(text);
    result->setProperty("role", roleName(role));
    if (role == TextRole::Mono) {
        result->setFont(fontOf(FontRole::Mono));
        result->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }
    return result;
}

void setTextRole(QLabel* target, TextRole role) {
    target->setProperty("role", roleName(role));
    restyle(target);
}

QLabel* helpLine(const QString& text, QWidget* parent) {
    QLabel* result = label(text, TextRole::Secondary, parent);
    result->setWordWrap(true);
    return result;
}

QPushButton* button(const QString& objectName, const QString& text, ButtonKind kind, const QString& iconName, QWidget* parent) {
    auto* result = new QPushButton(text, parent);
    result->setObjectName(objectName);
    result->setProperty("kind", kindName(kind));
    result->setAutoDefault(false);
    result->setIconSize(QSize(metrics::kIconSize + metrics::kSpace4, metrics::kIconSize));
    if (!iconName.isEmpty()) {
        result->setProperty("iconName", iconName);
        result->setIcon(icon(iconName, iconToneOf(kind)));
    }
    return result;
}

QToolButton* iconButton(const QString& objectName, const QString& iconName, const QString& tip, QWidget* parent) {
    auto* result = new QToolButton(parent);
    result->setObjectName(objectName);
    result->setProperty("square", true);
    result->setIcon(icon(iconName, IconTone::Secondary));
    result->setIconSize(QSize(metrics::kIconSize, metrics::kIconSize));
    result->setToolTip(tip);
    result->setAccessibleName(tip);
    result->setFocusPolicy(Qt::StrongFocus);
    return result;
}

void setButtonKind(QPushButton* target, ButtonKind kind) {
    target->setProperty("kind", kindName(kind));
    const QString iconName = target->property("iconName").toString();
    if (!iconName.isEmpty()) {
        target->setIcon(icon(iconName, iconToneOf(kind)));
    }
    restyle(target);
}

QFrame* horizontalLine(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setProperty("role", u"line"_qs);
    line->setFixedHeight(1);
    return line;
}

QVBoxLayout* column(QWidget* parent, int spacing, int margin) {
    auto* layout = new QVBoxLayout(parent);
    layout->setSpacing(spacing);
    layout->setContentsMargins(margin, margin, margin, margin);
    return layout;
}

QHBoxLayout* row(QWidget* parent, int spacing, int margin) {
    auto* layout = new QHBoxLayout(parent);
    layout->setSpacing(spacing);
    layout->setContentsMargins(margin, margin, margin, margin);
    return layout;
}

void restyle(QWidget* target) {
    target->style()->unpolish(target);
    target->style()->polish(target);
    target->update();
}

} // namespace lathe::widgets
