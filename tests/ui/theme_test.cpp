// SPDX-License-Identifier: GPL-3.0-or-later
// Colours, contrast, style sheet, icons and fonts of both themes.
#include "widgets/controls.h"
#include "widgets/icons.h"
#include "widgets/style_sheet.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

class ThemeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namedTokensAreTheDesigns() {
        QCOMPARE(lightTokens().window.name(), u"#f7f8fa"_qs);
        QCOMPARE(lightTokens().accent.name(), u"#2f6fde"_qs);
        QCOMPARE(lightTokens().bad.name(), u"#c2373b"_qs);
        QCOMPARE(darkTokens().window.name(), u"#16181d"_qs);
        QCOMPARE(darkTokens().secondary.name(), u"#9aa3af"_qs);
        QCOMPARE(darkTokens().warning.name(), u"#e0a34a"_qs);
    }

    void contrastOfKnownPairs() {
        QVERIFY(qAbs(contrastRatio(Qt::black, Qt::white) - 21) < 1e-6);
        QVERIFY(qAbs(contrastRatio(Qt::white, Qt::white) - 1) < 1e-6);
        QVERIFY(qAbs(contrastRatio(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.01);
    }

    void textIsLegible_data() {
        QTest::addColumn<bool>("isDark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }

    void textIsLegible() {
        QFETCH(bool, isDark);
        const Tokens& t = isDark ? darkTokens() : lightTokens();
        for (const QColor& ground : {t.window, t.surface, t.hover, t.selected}) {
            QVERIFY(contrastRatio(t.text, ground) >= 7);
            QVERIFY2(contrastRatio(t.secondary, ground) >= 4.5, qPrintable(ground.name()));
        }
        for (const QColor& ink : {t.accent, t.good, t.bad}) {
            QVERIFY2(contrastRatio(ink, t.surface) >= 4.3, qPrintable(ink.name()));
        }
        QVERIFY(contrastRatio(t.warning, t.surface) >= 4);
        QVERIFY(contrastRatio(t.onAccent, t.accent) >= 4.5);
    }

    void everySeriesColourKeepsThreeToOne() {
        for (const Tokens* t : {&lightTokens(), &darkTokens()}) {
            QSet<QRgb> seen;
            for (int i = 0; i < 8; ++i) {
                QVERIFY2(contrastRatio(seriesColour(*t, i), t->surface) >= 3, qPrintable(seriesColour(*t, i).name()));
                seen.insert(seriesColour(*t, i).rgb());
            }
            QCOMPARE(seen.size(), 8);
            QCOMPARE(seriesColour(*t, 9), seriesColour(*t, 1));
        }
    }

    void choosingAThemeAppliesItOnceAndSaysSo() {
        Theme theme(*qApp);
        theme.setMode(ThemeMode::Light);
        QSignalSpy spy(&theme, &Theme::changed);
        theme.setMode(ThemeMode::Dark);
        QCOMPARE(spy.count(), 1);
        QVERIFY(theme.isDark());
        QCOMPARE(QGuiApplication::palette().color(QPalette::Window), darkTokens().window);
        QVERIFY(tokens(QGuiApplication::palette()).isDark);
        theme.setMode(ThemeMode::Dark);
        QCOMPARE(spy.count(), 1);
        theme.setMode(ThemeMode::Light);
        QCOMPARE(QGuiApplication::palette().color(QPalette::Base), lightTokens().surface);
    }

    void theStyleSheetHasNoPlaceholderLeft() {
        Theme theme(*qApp);
        for (const Tokens* t : {&lightTokens(), &darkTokens()}) {
            const QString sheet = styleSheet(*t, 1.0);
            QVERIFY(sheet.size() > 2000);
            QVERIFY(!sheet.contains(u'@'));
            QVERIFY(sheet.contains(t->accent.name(), Qt::CaseInsensitive));
        }
        QVERIFY(styleSheet(lightTokens(), 2.0).contains(u"font-size: 40px"_qs));
    }

    void widgetsTakeTheirColoursFromTheTheme() {
        Theme theme(*qApp);
        theme.setMode(ThemeMode::Dark);
        const std::unique_ptr<QPushButton> primary(button(u"t.primary"_qs, u"M"_qs, ButtonKind::Primary));
        primary->resize(120, 28);
        QCOMPARE(primary->grab().toImage().pixelColor(60, 4), darkTokens().accent);
        theme.setMode(ThemeMode::Light);
        QCOMPARE(primary->grab().toImage().pixelColor(60, 4), lightTokens().accent);
        setButtonKind(primary.get(), ButtonKind::Normal);
        QCOMPARE(primary->grab().toImage().pixelColor(60, 4), lightTokens().surface);
    }

    void textScaleChangesAllFonts() {
        Theme theme(*qApp);
        theme.setTextScale(1.0);
        QCOMPARE(fontOf(FontRole::Body).pixelSize(), 13);
        QCOMPARE(fontOf(FontRole::Secondary).pixelSize(), 12);
        QCOMPARE(fontOf(FontRole::Section).pixelSize(), 15);
        QCOMPARE(fontOf(FontRole::Title).pixelSize(), 20);
        theme.setTextScale(1.6);
        QCOMPARE(fontOf(FontRole::Body).pixelSize(), 21);
        QVERIFY(fontOf(FontRole::Title).pixelSize() >= 31);
        theme.setTextScale(100);
        QCOMPARE(theme.textScale(), 2.0);
        theme.setTextScale(1.0);
    }

    void figuresHaveEqualWidths() {
        const QFontMetricsF measures(fontOf(FontRole::Figures));
        for (char16_t digit = u'1'; digit <= u'9'; ++digit) {
            QCOMPARE(measures.horizontalAdvance(QChar(digit)), measures.horizontalAdvance(u'0'));
        }
    }

    void everyIconRendersInTheThemesColour() {
        Theme theme(*qApp);
        QVERIFY(iconNames().size() >= 40);
        for (const QString& name : iconNames()) {
            if (name == u"lathe"_qs) {
                continue;
            }
            const QIcon one = icon(name);
            for (const ThemeMode mode : {ThemeMode::Light, ThemeMode::Dark}) {
                theme.setMode(mode);
                const QImage image = one.pixmap(QSize(32, 32), 1.0).toImage();
                int ink = 0;
                for (int y = 0; y < image.height(); ++y) {
                    for (int x = 0; x < image.width(); ++x) {
                        const QColor pixel = image.pixelColor(x, y);
                        ink += pixel.alpha() > 200 && qAbs(pixel.red() - theme.current().text.red()) < 12 ? 1 : 0;
                    }
                }
                QVERIFY2(ink > 5, qPrintable(name));
            }
        }
    }

    void anUnknownIconIsEmptyAndReported() {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"No icon is called not-an-icon"_qs));
        QVERIFY(icon(u"not-an-icon"_qs).isNull());
    }

    void modesSurviveTheSettingsFile() {
        for (const ThemeMode mode : {ThemeMode::System, ThemeMode::Light, ThemeMode::Dark}) {
            QCOMPARE(themeModeFromId(themeModeId(mode)), mode);
        }
        QCOMPARE(themeModeFromId(u"purple"_qs), ThemeMode::System);
    }
};

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
