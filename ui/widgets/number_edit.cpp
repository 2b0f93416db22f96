// SPDX-License-Identifier: GPL-3.0-or-later
#include "number_edit.h"

#include "format.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLocale>

#include <charconv>
#include <cmath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

QString said(const char* text) {
    return QCoreApplication::translate("lathe::widgets::number", text);
}

QString rangeSentence(const NumberRange& range) {
    const auto edge = [](double value, bool isInteger) { return isInteger ? formatCount(qint64(value)) : writeNumber(value); };
    if (range.minimum && range.maximum && !range.isMinimumExclusive && !range.isMaximumExclusive) {
        return said(QT_TRANSLATE_NOOP("lathe::widgets::number", "Must be from %1 to %2."))
            .arg(edge(*range.minimum, range.isInteger), edge(*range.maximum, range.isInteger));
    }
    QString low, high;
    if (range.minimum) {
        low = (range.isMinimumExclusive ? said(QT_TRANSLATE_NOOP("lathe::widgets::number", "Must be more than %1."))
                                        : said(QT_TRANSLATE_NOOP("lathe::widgets::number", "Must be %1 or more.")))
                  .arg(edge(*range.minimum, range.isInteger));
    }
    if (range.maximum) {
        high = (range.isMaximumExclusive ? said(QT_TRANSLATE_NOOP("lathe::widgets::number", "Must be less than %1."))
                                         : said(QT_TRANSLATE_NOOP("lathe::widgets::number", "Must be %1 or less.")))
                   .arg(edge(*range.maximum, range.isInteger));
    }
    return low.isEmpty() || high.isEmpty() ? low + high : low + u' ' + high;
}

bool isInside(double value, const NumberRange& range) {
    if (range.minimum && (range.isMinimumExclusive ? value <= *range.minimum : value < *range.minimum)) {
        return false;
    }
    return !range.maximum || !(range.isMaximumExclusive ? value >= *range.maximum : value > *range.maximum);
}

} // namespace

std::optional<double> readNumber(const QString& text, const NumberRange& range, QString* error) {
    const auto fail = [error](const QString& sentence) -> std::optional<double> {
        if (error != nullptr) {
            *error = sentence;
        }
        return std::nullopt;
    };
    if (error != nullptr) {
        error->clear();
    }
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty()) {
        return range.isOptional ? std::nullopt : fail(said(QT_TRANSLATE_NOOP("lathe::widgets::number", "Enter a number.")));
    }
    bool isNumber = false;
    double value = QLocale::c().toDouble(trimmed, &isNumber);
    if (!isNumber) {
        value = QLocale().toDouble(trimmed, &isNumber);
    }
    if (!isNumber || !std::isfinite(value)) {
        return fail(said(QT_TRANSLATE_NOOP("lathe::widgets::number", "“%1” is not a number. Write it like 0.01 or 5e-5.")).arg(trimmed.left(24)));
    }
    if (range.isInteger && (value != std::floor(value) || std::abs(value) > 9007199254740992.0)) {
        return fail(said(QT_TRANSLATE_NOOP("lathe::widgets::number", "Must be a whole number.")));
    }
    if (!isInside(value, range)) {
        return fail(rangeSentence(range));
    }
    return value;
}

QString writeNumber(double value) {
    char buffer[40];
    // Plain notation between 1e-3 and 1e7, where people read it easily; otherwise 5e-5.
    const double size = std::abs(value);
    const bool isPlain = value == 0 || (size >= 1e-3 && size < 1e7);
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, isPlain ? std::chars_format::fixed : std::chars_format::scientific);
    QString text = QString::fromLatin1(buffer, end.ptr - buffer);
    const qsizetype mark = text.indexOf(u'e');
    if (mark >= 0) {
        const int exponent = QStringView(text).mid(mark + 1).toInt();
        text = text.left(mark + 1) + QString::number(exponent);
    }
    return text;
}

NumberEdit::NumberEdit(const NumberRange& range, QWidget* parent) : QLineEdit(parent), range_(range) {
    connect(this, &QLineEdit::textEdited, this, &NumberEdit::edited);
}

void NumberEdit::setRange(const NumberRange& range) {
    range_ = range;
}

void NumberEdit::setValue(std::optional<double> value) {
    setText(value ? writeNumber(*value) : QString());
}

std::optional<double> NumberEdit::value() const {
    return readNumber(text(), range_, nullptr);
}

QString NumberEdit::error() const {
    QString sentence;
    readNumber(text(), range_, &sentence);
    return sentence;
}

void NumberEdit::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
        return stepBy(1);
    case Qt::Key_Down:
        return stepBy(-1);
    case Qt::Key_PageUp:
        return stepBy(10);
    case Qt::Key_PageDown:
        return stepBy(-10);
    default:
        QLineEdit::keyPressEvent(event);
    }
}

void NumberEdit::stepBy(int steps) {
    NumberRange loose = range_;
    loose.minimum.reset();
    loose.maximum.reset();
    const std::optional<double> now = readNumber(text(), loose, nullptr);
    if (!now || isReadOnly()) {
        return;
    }
    // One step is a unit of the number's leading digit; going down from 1e-5 leads to 9e-6, not to zero.
    double next = *now;
    for (int i = 0; i < std::abs(steps); ++i) {
        double unit = 1;
        if (!range_.isInteger && next != 0) {
            double power = std::floor(std::log10(std::abs(next)) + 1e-9);
            const bool isShrinking = (steps > 0) != (next > 0);
            if (isShrinking && std::abs(std::abs(next) - std::pow(10, power)) < 1e-6 * std::abs(next)) {
                power -= 1;
            }
            unit = std::pow(10, power);
        } else if (!range_.isInteger) {
            unit = range_.maximum && *range_.maximum <= 1 ? 0.1 : 1;
        }
        next = (std::round(next / unit * 1e6) / 1e6 + (steps > 0 ? 1 : -1)) * unit;
    }
    next = QString::number(next, 'g', 12).toDouble();
    if (isInside(next, range_)) {
        setValue(next);
        Q_EMIT edited();
    }
}

} // namespace lathe::widgets
