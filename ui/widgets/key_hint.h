// SPDX-License-Identifier: GPL-3.0-or-later
// Key caps, such as [Ctrl] [1], with an optional word after them.
#pragma once

#include <QStringList>
#include <QWidget>

namespace lathe::widgets {

class KeyHint : public QWidget {
    Q_OBJECT
public:
    /// `keys` are alternatives or chords: "Ctrl+1" is drawn as two caps, {"←", "1"} as two caps with a slash between.
    explicit KeyHint(const QStringList& keys, const QString& text = {}, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int layOut(QPainter* painter) const;
    QStringList keys_;
    QString text_;
};

} // namespace lathe::widgets
