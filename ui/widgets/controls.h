// SPDX-License-Identifier: GPL-3.0-or-later
// Small builders, so that labels and buttons look the same in every panel.
#pragma once

#include "icons.h"

#include <QString>

class QFrame;
class QLabel;
class QPushButton;
class QToolButton;
class QWidget;
class QHBoxLayout;
class QVBoxLayout;

namespace lathe::widgets {

/// Look of a piece of text, set as the dynamic property `role` that the style sheet reads.
enum class TextRole { Body, Secondary, Section, Title, Good, Warning, Bad, Mono };

/// A label with a role. Plain text, never rich text; mouse-selectable when `TextRole::Mono`.
QLabel* label(const QString& text, TextRole role = TextRole::Body, QWidget* parent = nullptr);
/// Changes the role of a label and restyles it.
void setTextRole(QLabel* target, TextRole role);
/// A secondary-coloured label that wraps: the one help line below a field.
QLabel* helpLine(const QString& text, QWidget* parent = nullptr);

/// Look of a push button. One Primary a panel.
enum class ButtonKind { Normal, Primary, Quiet, Danger };

/// A push button with an objectName (`panel.thing`), text and an optional icon name.
QPushButton* button(const QString& objectName, const QString& text, ButtonKind kind = ButtonKind::Normal, const QString& iconName = {},
                    QWidget* parent = nullptr);
/// A square icon button; `tip` is also its accessible name.
QToolButton* iconButton(const QString& objectName, const QString& iconName, const QString& tip, QWidget* parent = nullptr);
/// Changes the kind of a button and restyles it.
void setButtonKind(QPushButton* target, ButtonKind kind);

/// A one-pixel line in the border colour.
QFrame* horizontalLine(QWidget* parent = nullptr);

/// Layouts without margins and with the given spacing (8 unless told), already set on `parent` when there is one.
QVBoxLayout* column(QWidget* parent = nullptr, int spacing = 8, int margin = 0);
QHBoxLayout* row(QWidget* parent = nullptr, int spacing = 8, int margin = 0);

/// Re-reads the style sheet for a widget after one of its dynamic properties changed.
void restyle(QWidget* target);

} // namespace lathe::widgets
