// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme.h"

#include "style_sheet.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFontDatabase>
#include <QFontMetricsF>
#include <QStyleFactory>
#include <QToolTip>
#include <QtMath>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

static void initThemeResource() {
    Q_INIT_RESOURCE(lathe_theme);
}

namespace lathe::widgets {
namespace {

constexpr double kBodyPixels = 13;

Tokens makeTokens(bool isDark, std::array<QRgb, 9> named) {
    Tokens t;
    t.isDark = isDark;
    t.window = QColor(named[0]);
    t.surface = QColor(named[1]);
    t.border = QColor(named[2]);
    t.text = QColor(named[3]);
    t.secondary = QColor(named[4]);
    t.accent = QColor(named[5]);
    t.good = QColor(named[6]);
    t.warning = QColor(named[7]);
    t.bad = QColor(named[8]);
    t.onAccent = isDark ? QColor(0x10, 0x13, 0x1A) : QColor(0xFF, 0xFF, 0xFF);
    t.hover = mixed(t.text, t.surface, isDark ? 0.07 : 0.05);
    t.selected = mixed(t.accent, t.surface, isDark ? 0.18 : 0.14);
    const double soft = isDark ? 0.18 : 0.12;
    t.accentSoft = mixed(t.accent, t.surface, soft);
    t.goodSoft = mixed(t.good, t.surface, soft);
    t.warningSoft = mixed(t.warning, t.surface, soft);
    t.badSoft = mixed(t.bad, t.surface, soft);
    t.disabled = mixed(t.secondary, t.surface, 0.6);
    return t;
}

double channel(double value) {
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour) {
    return 0.2126 * channel(colour.redF()) + 0.7152 * channel(colour.greenF()) + 0.0722 * channel(colour.blueF());
}

bool hasTabularDigits(const QFont& font) {
    const QFontMetricsF measures(font);
    const double zero = measures.horizontalAdvance(u'0');
    for (char16_t digit = u'1'; digit <= u'9'; ++digit) {
        if (std::abs(measures.horizontalAdvance(QChar(digit)) - zero) > 0.01) {
            return false;
        }
    }
    return true;
}

const QString kPortalService = u"org.freedesktop.portal.Desktop"_qs;
const QString kPortalPath = u"/org/freedesktop/portal/desktop"_qs;
const QString kPortalInterface = u"org.freedesktop.portal.Settings"_qs;
const QString kAppearance = u"org.freedesktop.appearance"_qs;
const QString kColourScheme = u"color-scheme"_qs;

// The portal wraps the number in one or two variants, by its version.
uint schemeOf(QVariant value) {
    while (value.canConvert<QDBusVariant>()) {
        value = value.value<QDBusVariant>().variant();
    }
    return value.toUInt();
}

} // namespace

const Tokens& lightTokens() {
    static const Tokens light =
        makeTokens(false, {0xF7F8FA, 0xFFFFFF, 0xE2E5EA, 0x1B1F24, 0x5B6470, 0x2F6FDE, 0x1B8A5A, 0xB26A00, 0xC2373B});
    return light;
}

const Tokens& darkTokens() {
    static const Tokens dark =
        makeTokens(true, {0x16181D, 0x1E2127, 0x2E333B, 0xE8EAED, 0x9AA3AF, 0x6EA0FF, 0x4CC38A, 0xE0A34A, 0xF2777A});
    return dark;
}

const Tokens& tokens(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < 128 ? darkTokens() : lightTokens();
}

QColor mixed(const QColor& a, const QColor& b, double share) {
    const auto mix = [share](double x, double y) { return float(share * x + (1 - share) * y); };
    return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()), mix(a.blueF(), b.blueF()));
}

double contrastRatio(const QColor& a, const QColor& b) {
    // An initializer list: minmax of two temporaries would keep references to them.
    const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
    return (light + 0.05) / (dark + 0.05);
}

QPalette paletteOf(const Tokens& t) {
    QPalette palette;
    palette.setColor(QPalette::Window, t.window);
    palette.setColor(QPalette::WindowText, t.text);
    palette.setColor(QPalette::Base, t.surface);
    palette.setColor(QPalette::AlternateBase, t.window);
    palette.setColor(QPalette::Text, t.text);
    palette.setColor(QPalette::PlaceholderText, t.disabled);
    palette.setColor(QPalette::Button, t.surface);
    palette.setColor(QPalette::ButtonText, t.text);
    palette.setColor(QPalette::BrightText, t.bad);
    palette.setColor(QPalette::Highlight, t.accent);
    palette.setColor(QPalette::HighlightedText, t.onAccent);
    palette.setColor(QPalette::Link, t.accent);
    palette.setColor(QPalette::LinkVisited, t.accent);
    palette.setColor(QPalette::ToolTipBase, t.surface);
    palette.setColor(QPalette::ToolTipText, t.text);
    palette.setColor(QPalette::Light, t.surface);
    palette.setColor(QPalette::Midlight, t.hover);
    palette.setColor(QPalette::Mid, t.border);
    palette.setColor(QPalette::Dark, mixed(t.secondary, t.border, 0.4));
    palette.setColor(QPalette::Shadow, t.isDark ? QColor(Qt::black) : t.secondary);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, t.disabled);
    }
    return palette;
}

QColor seriesColour(const Tokens& tokens, int index) {
    // Okabe-Ito; its yellow is only legible on dark, its black only on light. Lightened where 3:1 against the surface would be missed.
    static constexpr std::array<QRgb, 8> kLight = {0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xB87A00, 0x2B8CC4, 0x1B1F24, 0x6B7480};
    static constexpr std::array<QRgb, 8> kDark = {0x4FA8DE, 0xE8793A, 0x1FBF92, 0xDA93BA, 0xE69F00, 0x56B4E9, 0xF0E442, 0xB4BBC5};
    const size_t slot = size_t(((index % 8) + 8) % 8);
    return QColor(tokens.isDark ? kDark[slot] : kLight[slot]);
}

QFont fontOf(FontRole role) {
    QFont font = QGuiApplication::font();
    const double scale = font.pixelSize() > 0 ? font.pixelSize() / kBodyPixels : 1.0;
    const auto pixels = [scale](double size) { return qRound(size * scale); };
    font.setPixelSize(pixels(kBodyPixels));
    font.setWeight(QFont::Normal);
    switch (role) {
    case FontRole::Body:
        break;
    case FontRole::Figures:
        if (!hasTabularDigits(font)) {
            font.setFamilies(QFontDatabase::systemFont(QFontDatabase::FixedFont).families());
        }
        break;
    case FontRole::Secondary:
        font.setPixelSize(pixels(12));
        break;
    case FontRole::Section:
        font.setPixelSize(pixels(15));
        font.setWeight(QFont::DemiBold);
        break;
    case FontRole::Title:
        font.setPixelSize(pixels(20));
        font.setWeight(QFont::DemiBold);
        break;
    case FontRole::Mono:
        font.setFamilies(QFontDatabase::systemFont(QFontDatabase::FixedFont).families());
        font.setStyleHint(QFont::Monospace);
        font.setPixelSize(pixels(12.5));
        break;
    }
    return font;
}

Theme::Theme(QApplication& application, QObject* parent)
    : QObject(parent), application_(application), systemPalette_(QGuiApplication::palette()) {
    initThemeResource();
    // A person who set a large desktop font gets it here too; ordinary sizes give the designed 13 px.
    const double systemPoints = QFontDatabase::systemFont(QFontDatabase::GeneralFont).pointSizeF();
    textScale_ = systemPoints >= 13 ? std::min(systemPoints / 11, 2.0) : 1.0;
    isSystemDark_ = systemPalette_.color(QPalette::Window).lightness() < 128;
    readSystem();
    apply();
}

Theme::~Theme() = default;

void Theme::readSystem() {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    bus.connect(kPortalService, kPortalPath, kPortalInterface, u"SettingChanged"_qs, this,
                SLOT(onPortalSettingChanged(QString, QString, QDBusVariant)));
    QDBusMessage call = QDBusMessage::createMethodCall(kPortalService, kPortalPath, kPortalInterface, u"Read"_qs);
    call << kAppearance << kColourScheme;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, 2000), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
        const QDBusPendingReply<QDBusVariant> reply = *done;
        done->deleteLater();
        if (!reply.isError()) {
            onPortalSettingChanged(kAppearance, kColourScheme, reply.value());
        }
    });
}

void Theme::onPortalSettingChanged(const QString& area, const QString& key, const QDBusVariant& value) {
    if (area != kAppearance || key != kColourScheme) {
        return;
    }
    // 1 prefers dark, 2 prefers light, 0 has no preference (then the palette decides).
    const uint scheme = schemeOf(value.variant());
    isSystemDark_ = scheme == 1 || (scheme == 0 && systemPalette_.color(QPalette::Window).lightness() < 128);
    if (mode_ == ThemeMode::System && isDark_ != isSystemDark_) {
        apply();
    }
}

void Theme::setMode(ThemeMode mode) {
    mode_ = mode;
    const bool wantsDark = mode == ThemeMode::Dark || (mode == ThemeMode::System && isSystemDark_);
    if (wantsDark != isDark_) {
        apply();
    }
}

void Theme::setTextScale(double scale) {
    scale = std::clamp(scale, 0.8, 2.0);
    if (!qFuzzyCompare(scale, textScale_)) {
        textScale_ = scale;
        apply();
    }
}

void Theme::apply() {
    isDark_ = mode_ == ThemeMode::Dark || (mode_ == ThemeMode::System && isSystemDark_);
    if (!isApplied_) {
        QApplication::setStyle(QStyleFactory::create(u"Fusion"_qs));
        isApplied_ = true;
    }
    QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    font.setPixelSize(qRound(kBodyPixels * textScale_));
    QApplication::setFont(font);
    const QPalette palette = paletteOf(current());
    QApplication::setPalette(palette);
    QToolTip::setFont(font);
    application_.setStyleSheet(styleSheet(current(), textScale_));
    Q_EMIT changed();
}

QString themeModeId(ThemeMode mode) {
    switch (mode) {
    case ThemeMode::Light:
        return u"light"_qs;
    case ThemeMode::Dark:
        return u"dark"_qs;
    case ThemeMode::System:
        break;
    }
    return u"system"_qs;
}

ThemeMode themeModeFromId(const QString& id) {
    if (id == u"light"_qs) {
        return ThemeMode::Light;
    }
    return id == u"dark"_qs ? ThemeMode::Dark : ThemeMode::System;
}

} // namespace lathe::widgets
