// SPDX-License-Identifier: GPL-3.0-or-later
// A short word or number on a tinted pill.
#pragma once

#include <QWidget>

namespace lathe::widgets {

/// Meaning of a badge. Running draws a dot before the text.
enum class BadgeTone { Neutral, Accent, Good, Warning, Bad, Running };

class Badge : public QWidget {
    Q_OBJECT
public:
    explicit Badge(const QString& text = {}, BadgeTone tone = BadgeTone::Neutral, QWidget* parent = nullptr);
    void setText(const QString& text);
    QString text() const { return text_; }
    void setTone(BadgeTone tone);
    BadgeTone tone() const { return tone_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString text_;
    BadgeTone tone_;
};

} // namespace lathe::widgets
