// SPDX-License-Identifier: GPL-3.0-or-later
// A formula as a list of shapes, read from MathJax's SVG and painted by QPainter in any colour and size.
#pragma once

#include <QByteArray>
#include <QColor>
#include <QImage>
#include <QRectF>
#include <QSizeF>
#include <QString>

#include <memory>

class QPainter;

namespace lathe::widgets {

/// An immutable vector picture; copies share it, and any thread may paint it (its text glyphs need a QGuiApplication).
class FormulaPicture {
public:
    FormulaPicture() = default;

    /// Reads MathJax's SVG. Returns a null picture and sets `error` when the SVG is not one that MathJax writes with fontCache none.
    static FormulaPicture fromSvg(const QByteArray& svg, QString* error = nullptr);

    bool isNull() const { return scene_ == nullptr; }
    /// Width and height in ex of the surrounding font.
    QSizeF sizeEx() const;
    /// How far it reaches below the baseline, in ex.
    double depthEx() const;
    /// Size in pixels when the body font's ex is `exPixels` high.
    QSizeF sizeFor(double exPixels) const { return sizeEx() * exPixels; }
    /// Paints into `target`, keeping the aspect ratio, centred; `ink` is the colour of currentColor.
    void paint(QPainter& painter, const QRectF& target, const QColor& ink) const;
    /// A transparent image at `exPixels` pixels an ex with a margin of one ex.
    QImage toImage(double exPixels, const QColor& ink) const;
    /// The SVG text with currentColor replaced by `ink`.
    QByteArray toSvg(const QColor& ink) const;

private:
    struct Scene;
    std::shared_ptr<const Scene> scene_;
};

} // namespace lathe::widgets
