// SPDX-License-Identifier: GPL-3.0-or-later
// Colours, metrics and fonts of the window, and the object that applies them to the application.
#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QPalette>
#include <QString>

class QApplication;
class QDBusVariant;

namespace lathe::widgets {

/// Spacing grid and sizes in device-independent pixels.
namespace metrics {
inline constexpr int kSpace4 = 4;
inline constexpr int kSpace8 = 8;
inline constexpr int kSpace12 = 12;
inline constexpr int kSpace16 = 16;
inline constexpr int kSpace24 = 24;
inline constexpr int kRadius = 6;
inline constexpr int kRowHeight = 28;
inline constexpr int kSidebarWidth = 208;
inline constexpr int kIconSize = 16;
} // namespace metrics

/// What the person chose; System follows the desktop.
enum class ThemeMode { System, Light, Dark };

/// The colours of one theme. The first nine are the named tokens of the design; the rest are derived from them.
struct Tokens {
    bool isDark = false;
    QColor window, surface, border, text, secondary, accent, good, warning, bad;
    QColor onAccent;      ///< text and icons on an accent background
    QColor hover;         ///< background under the pointer
    QColor selected;      ///< background of a chosen row
    QColor accentSoft;    ///< tinted background of accent notes and badges
    QColor goodSoft;      ///< tinted background of good notes and badges
    QColor warningSoft;   ///< tinted background of warning notes and badges
    QColor badSoft;       ///< tinted background of bad notes and badges
    QColor disabled;      ///< text of what cannot be used
};

/// The tokens of the light or the dark theme.
const Tokens& lightTokens();
const Tokens& darkTokens();

/// The tokens that belong to a palette: light or dark by the lightness of its window colour. Custom-painted widgets call
/// this with their own palette() in paintEvent, so that they follow a theme change without any further wiring.
const Tokens& tokens(const QPalette& palette);

/// The QPalette that carries the tokens' colours.
QPalette paletteOf(const Tokens& tokens);

/// Series colours for charts: Okabe-Ito in an order that keeps neighbours apart; index wraps after eight. On the dark theme
/// blue and black are lightened so that every line keeps 3:1 against the surface.
QColor seriesColour(const Tokens& tokens, int index);

/// WCAG 2 contrast ratio of two opaque colours, in [1, 21].
double contrastRatio(const QColor& a, const QColor& b);

/// Linear mix: `share` of a (in [0, 1]) and the rest of b.
QColor mixed(const QColor& a, const QColor& b, double share);

/// Roles of text; sizes are 13, 13, 12, 15 semibold, 20 semibold, 12.5 monospace before the person's text scale. Figures has digits of equal width.
enum class FontRole { Body, Figures, Secondary, Section, Title, Mono };

/// A font of that role in the application's family and scale.
QFont fontOf(FontRole role);

/// Applies a theme to the application: Fusion style, palette, style sheet, fonts. One object, owned by whoever owns the QApplication.
/// GUI thread only.
class Theme : public QObject {
    Q_OBJECT
public:
    explicit Theme(QApplication& application, QObject* parent = nullptr);
    ~Theme() override;

    ThemeMode mode() const { return mode_; }
    /// Chooses light, dark or the desktop's. Takes effect at once and emits changed() when colours differ.
    void setMode(ThemeMode mode);

    /// Text scale, 0.8 to 2.0; 1 is 13 px body text.
    double textScale() const { return textScale_; }
    void setTextScale(double scale);

    bool isDark() const { return isDark_; }
    const Tokens& current() const { return isDark_ ? darkTokens() : lightTokens(); }

Q_SIGNALS:
    /// Colours or sizes have been applied to the application.
    void changed();

private Q_SLOTS:
    void onPortalSettingChanged(const QString& area, const QString& key, const QDBusVariant& value);

private:
    void readSystem();
    void apply();

    QApplication& application_;
    QPalette systemPalette_;
    ThemeMode mode_ = ThemeMode::System;
    double textScale_ = 1.0;
    bool isDark_ = false;
    bool isSystemDark_ = false;
    bool isApplied_ = false;
};

/// Text for a settings file, and back; unknown text is System.
QString themeModeId(ThemeMode mode);
ThemeMode themeModeFromId(const QString& id);

} // namespace lathe::widgets
