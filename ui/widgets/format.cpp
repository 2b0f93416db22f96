// SPDX-License-Identifier: GPL-3.0-or-later
#include "format.h"

#include "number_edit.h"

#include <QCoreApplication>
#include <QDir>
#include <QLocale>

#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

QString translated(const char* text, int count = -1) {
    return QCoreApplication::translate("lathe::widgets::format", text, nullptr, count);
}

// A number with three significant digits and no useless zeros: 1.5, 12.3, 134.
QString threeDigits(double value) {
    const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    QString text = QLocale().toString(value, 'f', decimals);
    const QString point = QLocale().decimalPoint();
    if (decimals > 0 && text.contains(point)) {
        while (text.endsWith(u'0')) {
            text.chop(1);
        }
        if (text.endsWith(point)) {
            text.chop(point.size());
        }
    }
    return text;
}

} // namespace

QString formatCount(qint64 count) {
    return QLocale().toString(count);
}

QString formatShortCount(double count) {
    if (std::abs(count) < 10000) {
        return QLocale().toString(count, 'f', 0);
    }
    static const std::array<QString, 4> kUnits = {u"K"_qs, u"M"_qs, u"B"_qs, u"T"_qs};
    size_t unit = 0;
    count /= 1000;
    while (std::abs(count) >= 999.5 && unit + 1 < kUnits.size()) {
        count /= 1000;
        ++unit;
    }
    return QLocale().toString(count, 'f', std::abs(count) < 1000 ? 1 : 0) + u'\u00a0' + kUnits[unit];
}

QString formatBytes(qint64 bytes) {
    static const std::array<QString, 5> kUnits = {u"KiB"_qs, u"MiB"_qs, u"GiB"_qs, u"TiB"_qs, u"PiB"_qs};
    if (bytes < 1024) {
        return QLocale().toString(bytes) + u"\u00a0B"_qs;
    }
    double value = double(bytes) / 1024;
    size_t unit = 0;
    while (value >= 1000 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return threeDigits(value) + u'\u00a0' + kUnits[unit];
}

QString formatNumber(double value, int digits) {
    if (std::isnan(value)) {
        return u"NaN"_qs;
    }
    if (std::isinf(value)) {
        return value > 0 ? u"∞"_qs : u"−∞"_qs;
    }
    const double size = std::abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e7)) {
        return writeNumber(QString::number(value, 'e', std::max(0, digits - 1)).toDouble());
    }
    const int whole = size < 1 ? 1 : int(std::floor(std::log10(size))) + 1;
    const int decimals = std::max(0, digits - whole);
    if (size == 0 || size >= 0.1) {
        return QLocale().toString(value, 'f', decimals);
    }
    // Two digits at least, so that 0.0012 does not become 0.00.
    QString text = QLocale().toString(value, 'f', std::max(decimals, 1 - int(std::floor(std::log10(size)))));
    const qsizetype shortest = QLocale().toString(value, 'f', decimals).size();
    while (text.size() > shortest && text.endsWith(QLocale().zeroDigit())) {
        text.chop(1);
    }
    return text;
}

QString formatShare(double share, int decimals) {
    return QLocale().toString(share * 100, 'f', decimals) + u"\u00a0%"_qs;
}

QString formatDuration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) {
        return {};
    }
    if (seconds < 60) {
        return translated(QT_TRANSLATE_NOOP("lathe::widgets::format", "%1 s")).arg(QLocale().toString(seconds, 'f', seconds < 10 ? 1 : 0));
    }
    const auto whole = qint64(std::llround(seconds));
    if (whole < 3600) {
        return translated(QT_TRANSLATE_NOOP("lathe::widgets::format", "%1 min %2 s")).arg(whole / 60).arg(whole % 60);
    }
    return translated(QT_TRANSLATE_NOOP("lathe::widgets::format", "%1 h %2 min")).arg(whole / 3600).arg(whole / 60 % 60);
}

QString etaText(double secondsLeft) {
    if (!std::isfinite(secondsLeft) || secondsLeft < 0) {
        return {};
    }
    if (secondsLeft < 45) {
        return translated(QT_TRANSLATE_NOOP("lathe::widgets::format", "Less than a minute left"));
    }
    static constexpr std::array<int, 8> kMinutes = {1, 2, 3, 5, 10, 15, 20, 30};
    const double minutes = secondsLeft / 60;
    if (minutes < 45) {
        int nearest = kMinutes[0];
        for (const int candidate : kMinutes) {
            if (std::abs(candidate - minutes) < std::abs(nearest - minutes)) {
                nearest = candidate;
            }
        }
        return translated(QT_TRANSLATE_N_NOOP("lathe::widgets::format", "About %n minute(s) left"), nearest);
    }
    const int hours = std::max(1, int(std::lround(minutes / 60)));
    return translated(QT_TRANSLATE_N_NOOP("lathe::widgets::format", "About %n hour(s) left"), hours);
}

QString formatPath(const QString& path) {
    const QString home = QDir::homePath();
    return path.startsWith(home + u'/') ? u'~' + path.mid(home.size()) : path;
}

} // namespace lathe::widgets
