// SPDX-License-Identifier: GPL-3.0-or-later
#include "style_sheet.h"

#include "theme.h"

#include <QFile>
#include <QHash>
#include <QtMath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

QHash<QString, QColor> colourTable(const Tokens& t) {
    // A toast and a tooltip are dark on the light theme and light-edged on the dark one, so that they stand out from what they cover.
    const QColor toast = t.isDark ? mixed(t.border, t.surface, 0.8) : QColor(0x24, 0x29, 0x30);
    const QColor toastText = t.isDark ? t.text : QColor(0xF4, 0xF5, 0xF7);
    return {
        {u"window"_qs, t.window},
        {u"surface"_qs, t.surface},
        {u"sidebar"_qs, t.isDark ? t.window : mixed(t.window, t.border, 0.7)},
        {u"border"_qs, t.border},
        {u"borderFaint"_qs, mixed(t.border, t.surface, 0.5)},
        {u"borderStrong"_qs, mixed(t.secondary, t.border, 0.45)},
        {u"scroll"_qs, mixed(t.secondary, t.surface, 0.35)},
        {u"text"_qs, t.text},
        {u"secondary"_qs, t.secondary},
        {u"disabled"_qs, t.disabled},
        {u"accent"_qs, t.accent},
        {u"accentHover"_qs, mixed(t.accent, t.text, 0.88)},
        {u"accentPressed"_qs, mixed(t.accent, t.text, 0.78)},
        {u"onAccent"_qs, t.onAccent},
        {u"focusOnAccent"_qs, t.text},
        {u"hover"_qs, t.hover},
        {u"selected"_qs, t.selected},
        {u"good"_qs, t.good},
        {u"warning"_qs, t.warning},
        {u"bad"_qs, t.bad},
        {u"badSoft"_qs, t.badSoft},
        {u"toast"_qs, toast},
        {u"toastText"_qs, toastText},
        {u"toastBorder"_qs, t.isDark ? mixed(t.secondary, t.border, 0.3) : toast},
        {u"toastAccent"_qs, darkTokens().accent},
    };
}

QString valueOf(const QString& name, const QHash<QString, QColor>& colours, const Tokens& tokens, double textScale) {
    if (name == u"dir"_qs) {
        return tokens.isDark ? u":/lathe/theme/dark"_qs : u":/lathe/theme/light"_qs;
    }
    if (name.startsWith(u"px:"_qs)) {
        return QString::number(qRound(QStringView(name).mid(3).toDouble() * textScale)) + u"px"_qs;
    }
    const auto found = colours.find(name);
    if (found == colours.end()) {
        qWarning("The style sheet names an unknown token: %s", qPrintable(name));
        return u'@' + name + u'@';
    }
    return found->name(QColor::HexRgb);
}

} // namespace

QString styleSheet(const Tokens& tokens, double textScale) {
    QFile file(u":/lathe/theme/lathe.qss"_qs);
    if (!file.open(QIODevice::ReadOnly)) {
        qWarning("The style sheet is missing from the program");
        return {};
    }
    const QStringList parts = QString::fromUtf8(file.readAll()).split(u'@');
    const QHash<QString, QColor> colours = colourTable(tokens);
    QString result = parts.value(0);
    for (qsizetype i = 1; i < parts.size(); i += 2) {
        result += valueOf(parts[i], colours, tokens, textScale) + parts.value(i + 1);
    }
    return result;
}

} // namespace lathe::widgets
