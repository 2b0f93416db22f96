// SPDX-License-Identifier: GPL-3.0-or-later
#include "formula_picture.h"

#include "svg_path.h"

#include <QCoreApplication>
#include <QFont>
#include <QPainter>
#include <QPainterPath>
#include <QTransform>
#include <QXmlStreamReader>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

// MathJax nests by the formula's structure; a 4096-character formula stays far below both.
constexpr int kDeepest = 4000;
constexpr size_t kMostShapes = 200000;

/// A colour, or currentColor.
struct Ink {
    bool isCurrent = true;
    QColor colour;
};

/// What SVG hands down from an element to its children.
struct Frame {
    QTransform transform;           // to the root's coordinates
    std::optional<Ink> fill = Ink{};  // nothing: fill="none"
    std::optional<Ink> stroke = Ink{};
    double strokeWidth = 0;
    QPainterPath clip;              // empty: none; in root coordinates
    std::optional<QColor> ground;   // colour that a \colorbox put behind what follows
    std::optional<QColor> border;   // of a \fcolorbox: MathJax leaves it in the style of the group around the border's polygons
};

struct Shape {
    QPainterPath path;  // in root coordinates
    std::optional<Ink> fill;
    std::optional<Ink> stroke;
    double strokeWidth = 0;
    QList<double> dashes;  // in units of the stroke width
    bool hasRoundDots = false;
    QPainterPath clip;
    std::optional<QColor> ground;
};

double perceivedLightness(const QColor& c) {
    return 0.299 * c.redF() + 0.587 * c.greenF() + 0.114 * c.blueF();
}

QColor resolved(const Ink& ink, const Shape& shape, const QColor& current) {
    if (!ink.isCurrent) {
        return ink.colour;
    }
    if (shape.ground && std::abs(perceivedLightness(*shape.ground) - perceivedLightness(current)) < 0.4) {
        return perceivedLightness(*shape.ground) > 0.5 ? QColor(0x1B, 0x1F, 0x24) : QColor(Qt::white);
    }
    return current;
}

std::optional<QColor> readColour(const QString& text) {
    if (text.startsWith("rgb"_L1)) {
        const qsizetype open = text.indexOf(u'(');
        const auto numbers = readSvgNumbers(QStringView(text).mid(open + 1, text.indexOf(u')') - open - 1));
        if (numbers && numbers->size() >= 3) {
            const auto part = [&](qsizetype i) { return std::clamp(int(numbers->at(i)), 0, 255); };
            return QColor(part(0), part(1), part(2));
        }
        return std::nullopt;
    }
    const QColor colour(text);
    return colour.isValid() ? std::optional(colour) : std::nullopt;
}

QFont glyphFont(const QXmlStreamAttributes& attributes, double pixels) {
    QFont font;
    // The formula's letters have serifs, so Hangul gets a face with serifs first; the system's fallback does the rest.
    font.setFamilies({u"NanumMyeongjo"_qs, u"Noto Serif CJK KR"_qs, u"NanumGothic"_qs, u"Noto Sans CJK KR"_qs, u"serif"_qs});
    if (attributes.value("font-family"_L1).contains("mono"_L1)) {
        font.setFamilies({u"NanumGothicCoding"_qs, u"monospace"_qs});
    }
    font.setPixelSize(std::max(1, qRound(pixels)));
    font.setBold(attributes.value("font-weight"_L1) == "bold"_L1);
    font.setItalic(attributes.value("font-style"_L1) == "italic"_L1);
    return font;
}

} // namespace

struct FormulaPicture::Scene {
    std::vector<Shape> shapes;
    QRectF viewBox;
    QSizeF sizeEx;
    double depthEx = 0;
    QByteArray svg;
};

namespace {

class SceneReader {
public:
    SceneReader(const QByteArray& svg, std::vector<Shape>& shapes) : xml_(svg), shapes_(shapes) {}

    /// Reads all; returns what is wrong, or an empty text.
    QString read() {
        frames_.push_back({});
        while (!xml_.atEnd() && problem_.isEmpty()) {
            switch (xml_.readNext()) {
            case QXmlStreamReader::StartElement:
                open();
                break;
            case QXmlStreamReader::EndElement:
                frames_.pop_back();
                break;
            default:
                break;
            }
        }
        if (problem_.isEmpty() && xml_.hasError()) {
            problem_ = xml_.errorString();
        }
        if (problem_.isEmpty() && viewBox.isEmpty()) {
            problem_ = u"it has no viewBox"_qs;
        }
        return problem_;
    }

    QRectF viewBox;
    QSizeF sizeEx;
    double depthEx = 0;

private:
    void open() {
        if (int(frames_.size()) > kDeepest || shapes_.size() > kMostShapes) {
            problem_ = u"it is nested too deeply or has too many shapes"_qs;
            return;
        }
        const QXmlStreamAttributes attributes = xml_.attributes();
        const QStringView name = xml_.name();
        Frame frame = frames_.back();
        inherit(frame, attributes);
        const bool isRoot = frames_.size() == 1;
        if (name == "svg"_L1 && isRoot) {
            openRoot(attributes);
        } else if (name == "svg"_L1) {
            openNested(frame, attributes);
        } else if (isRoot) {
            problem_ = u"the root is not an svg element"_qs;
        } else if (name != "g"_L1) {
            addShape(frame, name, attributes);
        }
        if (name == "text"_L1) {
            // The text reader has consumed the end tag.
            return;
        }
        frames_.push_back(frame);
    }

    void inherit(Frame& frame, const QXmlStreamAttributes& attributes) {
        if (attributes.hasAttribute("transform"_L1)) {
            const auto transform = readSvgTransform(attributes.value("transform"_L1));
            if (!transform) {
                problem_ = u"a transform cannot be read"_qs;
                return;
            }
            frame.transform = *transform * frame.transform;
        }
        const QString style = attributes.value("style"_L1).toString();
        const qsizetype border = style.indexOf("border:"_L1);
        if (border >= 0) {
            frame.border = readColour(style.mid(border).section(u';', 0, 0).section(u' ', -1));
        }
        readInk(frame.fill, attributes, "fill"_L1);
        readInk(frame.stroke, attributes, "stroke"_L1);
        if (attributes.hasAttribute("stroke-width"_L1)) {
            frame.strokeWidth = number(attributes, "stroke-width"_L1, 0);
        }
    }

    void readInk(std::optional<Ink>& ink, const QXmlStreamAttributes& attributes, QLatin1StringView name) {
        if (!attributes.hasAttribute(name)) {
            return;
        }
        const QString value = attributes.value(name).toString();
        if (value == "none"_L1 || value == "transparent"_L1) {
            ink.reset();
        } else if (value == "currentColor"_L1) {
            ink = Ink{};
        } else if (const auto colour = readColour(value)) {
            ink = Ink{false, *colour};
        }
    }

    double number(const QXmlStreamAttributes& attributes, QLatin1StringView name, double fallback) {
        QStringView text = attributes.value(name);
        for (const auto unit : {"px"_L1, "ex"_L1}) {
            if (text.endsWith(unit)) {
                text.chop(unit.size());
            }
        }
        bool isNumber = false;
        const double value = text.toDouble(&isNumber);
        return isNumber && std::isfinite(value) ? value : fallback;
    }

    static std::optional<QRectF> box(const QXmlStreamAttributes& attributes) {
        const auto numbers = readSvgNumbers(attributes.value("viewBox"_L1));
        if (!numbers || numbers->size() != 4 || numbers->at(2) < 0 || numbers->at(3) < 0) {
            return std::nullopt;
        }
        return QRectF(numbers->at(0), numbers->at(1), numbers->at(2), numbers->at(3));
    }

    void openRoot(const QXmlStreamAttributes& attributes) {
        viewBox = box(attributes).value_or(QRectF());
        sizeEx = QSizeF(number(attributes, "width"_L1, 0), number(attributes, "height"_L1, 0));
        const QString style = attributes.value("style"_L1).toString();
        const qsizetype at = style.indexOf("vertical-align:"_L1);
        if (at >= 0) {
            depthEx = -QStringView(style).mid(at + 15).trimmed().split(u"ex").value(0).toDouble();
        }
    }

    void openNested(Frame& frame, const QXmlStreamAttributes& attributes) {
        const auto inner = box(attributes);
        if (!inner || inner->isEmpty()) {
            return;
        }
        const QRectF outer(number(attributes, "x"_L1, 0), number(attributes, "y"_L1, 0), number(attributes, "width"_L1, inner->width()),
                           number(attributes, "height"_L1, inner->height()));
        QTransform local;
        local.translate(outer.x(), outer.y());
        local.scale(outer.width() / inner->width(), outer.height() / inner->height());
        local.translate(-inner->x(), -inner->y());
        QPainterPath clip;
        clip.addPolygon(frame.transform.map(QPolygonF(outer)));
        frame.clip = frame.clip.isEmpty() ? clip : frame.clip.intersected(clip);
        frame.transform = local * frame.transform;
    }

    void addShape(Frame& frame, QStringView name, const QXmlStreamAttributes& attributes) {
        QPainterPath path;
        Shape shape;
        shape.fill = frame.fill;
        shape.stroke = frame.strokeWidth > 0 ? frame.stroke : std::nullopt;
        if (name == "path"_L1) {
            const auto data = readSvgPath(attributes.value("d"_L1));
            if (!data) {
                problem_ = u"a path cannot be read"_qs;
                return;
            }
            path = *data;
        } else if (name == "rect"_L1) {
            addRect(path, frame, attributes);
        } else if (name == "line"_L1) {
            path.moveTo(number(attributes, "x1"_L1, 0), number(attributes, "y1"_L1, 0));
            path.lineTo(number(attributes, "x2"_L1, 0), number(attributes, "y2"_L1, 0));
            shape.fill.reset();
        } else if (name == "polygon"_L1 || name == "polyline"_L1) {
            const auto numbers = readSvgNumbers(attributes.value("points"_L1));
            QPolygonF polygon;
            for (qsizetype i = 0; numbers && i + 1 < numbers->size(); i += 2) {
                polygon.append({numbers->at(i), numbers->at(i + 1)});
            }
            path.addPolygon(polygon);
            path.setFillRule(Qt::WindingFill);
            if (name == "polygon"_L1) {
                if (frame.border && shape.fill && shape.fill->isCurrent) {
                    shape.fill = Ink{false, *frame.border};
                }
                path.closeSubpath();
            }
        } else if (name == "ellipse"_L1) {
            path.addEllipse(QPointF(number(attributes, "cx"_L1, 0), number(attributes, "cy"_L1, 0)), number(attributes, "rx"_L1, 0),
                            number(attributes, "ry"_L1, 0));
        } else if (name == "text"_L1) {
            const QFont font = glyphFont(attributes, number(attributes, "font-size"_L1, 1000));
            path.addText(number(attributes, "x"_L1, 0), number(attributes, "y"_L1, 0), font,
                         xml_.readElementText(QXmlStreamReader::IncludeChildElements));
            shape.stroke.reset();
        } else {
            return;
        }
        finish(shape, path, frame, attributes);
    }

    void addRect(QPainterPath& path, Frame&, const QXmlStreamAttributes& attributes) {
        const QRectF rect(number(attributes, "x"_L1, 0), number(attributes, "y"_L1, 0), number(attributes, "width"_L1, 0),
                          number(attributes, "height"_L1, 0));
        const double rx = number(attributes, "rx"_L1, 0);
        if (rx > 0) {
            path.addRoundedRect(rect, rx, number(attributes, "ry"_L1, rx));
        } else {
            path.addRect(rect);
        }
    }

    void finish(Shape& shape, const QPainterPath& path, const Frame& frame, const QXmlStreamAttributes& attributes) {
        // MathJax scales evenly, so the root of the determinant is the factor for line widths.
        const double factor = std::sqrt(std::abs(frame.transform.determinant()));
        shape.path = frame.transform.map(path);
        shape.strokeWidth = frame.strokeWidth * factor;
        shape.clip = frame.clip;
        shape.ground = frame.ground;
        const auto dashes = readSvgNumbers(attributes.value("stroke-dasharray"_L1));
        if (dashes && frame.strokeWidth > 0) {
            for (const double dash : *dashes) {
                shape.dashes.append(dash / frame.strokeWidth);
            }
            if (shape.dashes.size() % 2 == 1) {
                shape.dashes += shape.dashes;
            }
        }
        shape.hasRoundDots = attributes.value("stroke-linecap"_L1) == "round"_L1;
        const bool isGround = shape.fill && !shape.fill->isCurrent && attributes.hasAttribute("data-bgcolor"_L1);
        if (isGround) {
            frames_.back().ground = shape.fill->colour;
        }
        if (!shape.path.isEmpty() && (shape.fill || shape.stroke)) {
            shapes_.push_back(std::move(shape));
        }
    }

    QXmlStreamReader xml_;
    std::vector<Shape>& shapes_;
    std::vector<Frame> frames_;
    QString problem_;
};

} // namespace

FormulaPicture FormulaPicture::fromSvg(const QByteArray& svg, QString* error) {
    auto scene = std::make_shared<Scene>();
    SceneReader reader(svg, scene->shapes);
    const QString problem = reader.read();
    if (!problem.isEmpty()) {
        if (error != nullptr) {
            *error = QCoreApplication::translate("lathe::widgets::FormulaPicture", "The drawing of the formula cannot be read: %1.").arg(problem);
        }
        return {};
    }
    scene->viewBox = reader.viewBox;
    scene->sizeEx = reader.sizeEx;
    scene->depthEx = reader.depthEx;
    scene->svg = svg;
    FormulaPicture picture;
    picture.scene_ = std::move(scene);
    return picture;
}

QSizeF FormulaPicture::sizeEx() const {
    return scene_ ? scene_->sizeEx : QSizeF(0, 0);
}

double FormulaPicture::depthEx() const {
    return scene_ ? scene_->depthEx : 0;
}

void FormulaPicture::paint(QPainter& painter, const QRectF& target, const QColor& ink) const {
    if (!scene_ || target.isEmpty()) {
        return;
    }
    const QRectF& box = scene_->viewBox;
    const double scale = std::min(target.width() / box.width(), target.height() / box.height());
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(target.center());
    painter.scale(scale, scale);
    painter.translate(-box.center());
    // A line thinner than a device pixel would fade; MathJax's rules are 60 units of a 1000-unit em.
    const double pixel = 1 / (scale * std::max(1.0, painter.device()->devicePixelRatioF()));
    for (const Shape& shape : scene_->shapes) {
        if (!shape.clip.isEmpty()) {
            painter.save();
            painter.setClipPath(shape.clip, Qt::IntersectClip);
        }
        painter.setBrush(shape.fill ? QBrush(resolved(*shape.fill, shape, ink)) : QBrush(Qt::NoBrush));
        if (shape.stroke) {
            QPen pen(resolved(*shape.stroke, shape, ink), std::max(shape.strokeWidth, pixel));
            pen.setCapStyle(shape.hasRoundDots ? Qt::RoundCap : Qt::FlatCap);
            pen.setJoinStyle(Qt::MiterJoin);
            if (!shape.dashes.isEmpty()) {
                pen.setDashPattern(shape.dashes);
            }
            painter.setPen(pen);
        } else {
            painter.setPen(Qt::NoPen);
        }
        painter.drawPath(shape.path);
        if (!shape.clip.isEmpty()) {
            painter.restore();
        }
    }
    painter.restore();
}

QImage FormulaPicture::toImage(double exPixels, const QColor& ink) const {
    const QSizeF size = sizeFor(exPixels);
    QImage image((size + QSizeF(2 * exPixels, 2 * exPixels)).toSize().expandedTo({1, 1}), QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    paint(painter, QRectF(QPointF(exPixels, exPixels), size), ink);
    return image;
}

QByteArray FormulaPicture::toSvg(const QColor& ink) const {
    if (!scene_) {
        return {};
    }
    QByteArray svg = scene_->svg;
    svg.replace("currentColor", ink.name().toLatin1());
    return svg;
}

} // namespace lathe::widgets
