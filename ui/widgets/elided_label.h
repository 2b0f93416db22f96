// SPDX-License-Identifier: GPL-3.0-or-later
// One line of text, cut with … where it does not fit; then the whole text is its tooltip.
#pragma once

#include <QWidget>

namespace lathe::widgets {

class ElidedLabel : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString text READ text WRITE setText)
public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);
    QString text() const { return text_; }
    void setText(const QString& text);
    void setElideMode(Qt::TextElideMode mode);
    void setAlignment(Qt::Alignment alignment);
    /// Secondary colour and size.
    void setSecondary(bool isSecondary);
    bool isElided() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void updateTip();
    QString text_;
    Qt::TextElideMode mode_ = Qt::ElideRight;
    Qt::Alignment alignment_ = Qt::AlignLeft | Qt::AlignVCenter;
    bool isSecondary_ = false;
};

} // namespace lathe::widgets
