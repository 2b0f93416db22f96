// SPDX-License-Identifier: GPL-3.0-or-later
// A surface with a border, radius 6 and an optional heading with actions.
#pragma once

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace lathe::widgets {

class Card : public QFrame {
    Q_OBJECT
public:
    explicit Card(QWidget* parent = nullptr) : Card(QString(), parent) {}
    explicit Card(const QString& heading, QWidget* parent = nullptr);

    void setHeading(const QString& heading);
    /// Where the content goes: spacing 8, padding 16 around.
    QVBoxLayout* body() const { return body_; }
    /// Adds a small widget at the right of the heading.
    void addHeaderWidget(QWidget* widget);
    /// Draws the border in accent: a chosen card.
    void setSelected(bool isSelected);
    bool isSelected() const { return isSelected_; }

private:
    QWidget* header_;
    QLabel* heading_;
    QHBoxLayout* headerRow_;
    QVBoxLayout* body_;
    bool isSelected_ = false;
};

} // namespace lathe::widgets
