// SPDX-License-Identifier: GPL-3.0-or-later
// A widget that shows one rendered formula, or its source and what is wrong with it.
#pragma once

#include "latex_renderer.h"

#include <QWidget>

namespace lathe::widgets {

/// Shows one formula in the palette's text colour, scaled down to fit. While a new source is being rendered the last good picture stays.
/// Has a context menu and slots to copy TeX, SVG and PNG. Its accessible name is the TeX source.
class LatexView : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString tex READ tex WRITE setTex)
public:
    explicit LatexView(QWidget* parent = nullptr);

    QString tex() const { return tex_; }
    /// Shows a formula; an empty one clears the view.
    void setTex(const QString& tex);
    void setMode(LatexMode mode);
    /// Size of the formula against body text: 1 is body size, 2 (the default) reads well in a panel.
    void setScale(double scale);
    void setAlignment(Qt::Alignment alignment);
    /// The sentence about what is wrong; empty when the formula rendered or is still being rendered.
    QString error() const { return result_.error; }
    bool isRendering() const { return ticket_ != 0; }
    const FormulaPicture& picture() const { return result_.picture; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

public Q_SLOTS:
    void copyTex() const;
    void copySvg() const;
    void copyPng() const;

Q_SIGNALS:
    /// The picture or the error of the current source is there.
    void rendered();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    double exPixels() const;
    void take(quint64 ticket, const LatexResult& result);

    LatexRenderer* renderer_;
    QString tex_;
    LatexMode mode_ = LatexMode::Display;
    LatexResult result_;
    FormulaPicture lastGood_;
    double scale_ = 2.0;
    Qt::Alignment alignment_ = Qt::AlignCenter;
    quint64 ticket_ = 0;
};

} // namespace lathe::widgets
