// SPDX-License-Identifier: GPL-3.0-or-later
// A line edit for numbers that accepts and keeps scientific notation (5e-5).
#pragma once

#include <QLineEdit>

#include <optional>

namespace lathe::widgets {

/// What a number may be.
struct NumberRange {
    std::optional<double> minimum;
    std::optional<double> maximum;
    bool isMinimumExclusive = false;
    bool isMaximumExclusive = false;
    bool isInteger = false;
    bool isOptional = false;
};

/// Reads a number in the C notation or with the locale's grouping. Returns nothing and sets `error` to a sentence when it is not one or not in the range;
/// blank text gives nothing without an error when the range is optional.
std::optional<double> readNumber(const QString& text, const NumberRange& range, QString* error);

/// Shortest text that reads back as the same double: 5e-5, 0.01, 1000.
QString writeNumber(double value);

/// Up and Down change the number by a step in its own scale (5e-5 -> 6e-5; integers by 1; Page keys ten times as much).
class NumberEdit : public QLineEdit {
    Q_OBJECT
public:
    explicit NumberEdit(const NumberRange& range, QWidget* parent = nullptr);
    void setRange(const NumberRange& range);
    const NumberRange& range() const { return range_; }
    void setValue(std::optional<double> value);
    /// The number now typed; nothing when it is blank or wrong.
    std::optional<double> value() const;
    /// The sentence about what is wrong; empty when it is right.
    QString error() const;

Q_SIGNALS:
    /// The text changed by the person or the keys.
    void edited();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void stepBy(int steps);
    NumberRange range_;
};

} // namespace lathe::widgets
