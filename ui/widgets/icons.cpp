// SPDX-License-Identifier: GPL-3.0-or-later
#include "icons.h"

#include "theme.h"

#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <algorithm>

using namespace Qt::StringLiterals;

static void initIconResource() {
    Q_INIT_RESOURCE(lathe_icons);
}

namespace lathe::widgets {
namespace {

QColor toneColour(const Tokens& t, IconTone tone, QIcon::Mode mode) {
    if (mode == QIcon::Disabled) {
        return t.disabled;
    }
    switch (tone) {
    case IconTone::Text:
        return t.text;
    case IconTone::Secondary:
        return t.secondary;
    case IconTone::Accent:
        return t.accent;
    case IconTone::Good:
        return t.good;
    case IconTone::Warning:
        return t.warning;
    case IconTone::Bad:
        return t.bad;
    case IconTone::OnAccent:
        return t.onAccent;
    }
    return t.text;
}

/// Paints the SVG in the colour that the application's palette asks for at that moment, so one QIcon serves both themes.
class TablerEngine : public QIconEngine {
public:
    TablerEngine(QString name, QByteArray svg, IconTone tone) : name_(std::move(name)), svg_(std::move(svg)), tone_(tone) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        const qreal ratio = painter->device()->devicePixelRatioF();
        painter->drawPixmap(rect, scaledPixmap(rect.size() * ratio, mode, state, 1.0));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override { return scaledPixmap(size, mode, state, 1.0); }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override {
        const QColor colour = toneColour(tokens(QGuiApplication::palette()), tone_, mode);
        const QString key = u"lathe-icon/%1/%2/%3x%4"_qs.arg(name_, colour.name()).arg(size.width()).arg(size.height());
        QPixmap pixmap;
        if (QPixmapCache::find(key, &pixmap)) {
            return pixmap;
        }
        QByteArray svg = svg_;
        svg.replace("currentColor", colour.name().toLatin1());
        // At 16 px a two-unit stroke of the 24-unit grid is 1.3 px: a little heavy beside 13 px text.
        svg.replace("stroke-width=\"2\"", size.height() >= 40 ? "stroke-width=\"1.25\"" : "stroke-width=\"1.75\"");
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        // A wider box leaves room at the right: the gap between a button's icon and its text.
        const double side = std::min(size.width(), size.height());
        QSvgRenderer(svg).render(&painter, QRectF(0, (size.height() - side) / 2, side, side));
        painter.end();
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }

    QIconEngine* clone() const override { return new TablerEngine(*this); }
    QString key() const override { return u"lathe-tabler"_qs; }
    QString iconName() override { return name_; }
    bool isNull() override { return svg_.isEmpty(); }

private:
    QString name_;
    QByteArray svg_;
    IconTone tone_;
};

} // namespace

QIcon icon(const QString& name, IconTone tone) {
    initIconResource();
    QFile file(u":/lathe/icons/"_qs + name + u".svg"_qs);
    if (!file.open(QIODevice::ReadOnly)) {
        qWarning("No icon is called %s; add it to resources/icons/icons.txt", qPrintable(name));
        return {};
    }
    return QIcon(new TablerEngine(name, file.readAll(), tone));
}

QStringList iconNames() {
    initIconResource();
    QStringList names = QDir(u":/lathe/icons"_qs).entryList({u"*.svg"_qs}, QDir::Files, QDir::Name);
    for (QString& name : names) {
        name.chop(4);
    }
    return names;
}

} // namespace lathe::widgets
