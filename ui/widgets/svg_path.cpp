// SPDX-License-Identifier: GPL-3.0-or-later
#include "svg_path.h"

#include <array>
#include <charconv>
#include <cmath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

class Reader {
public:
    explicit Reader(QStringView text) : text_(text) {}

    void skipBlanks() {
        while (at_ < text_.size() && (text_[at_].isSpace() || text_[at_] == u',')) {
            ++at_;
        }
    }
    bool isAtEnd() {
        skipBlanks();
        return at_ == text_.size();
    }
    QChar peek() {
        skipBlanks();
        return at_ < text_.size() ? text_[at_] : QChar();
    }
    QChar take() {
        skipBlanks();
        return at_ < text_.size() ? text_[at_++] : QChar();
    }
    QStringView takeWord() {
        skipBlanks();
        const qsizetype start = at_;
        while (at_ < text_.size() && text_[at_].isLetter()) {
            ++at_;
        }
        return text_.mid(start, at_ - start);
    }
    std::optional<double> takeNumber() {
        skipBlanks();
        std::array<char, 40> buffer;
        size_t length = 0;
        const qsizetype start = at_;
        bool hasPoint = false;
        bool hasExponent = false;
        // SVG packs numbers without blanks: "1-2" and "1.5.5" are two each.
        while (at_ < text_.size() && length < buffer.size()) {
            const char16_t c = text_[at_].unicode();
            const char16_t before = at_ > start ? text_[at_ - 1].unicode() : u'\0';
            const bool isSign = c == u'-' || c == u'+';
            if (isSign && at_ > start && before != u'e' && before != u'E') {
                break;
            }
            if (c == u'.') {
                if (hasPoint || hasExponent) {
                    break;
                }
                hasPoint = true;
            } else if (c == u'e' || c == u'E') {
                if (hasExponent) {
                    break;
                }
                hasExponent = true;
            } else if (!isSign && (c < u'0' || c > u'9')) {
                break;
            }
            if (!(c == u'+' && at_ == start)) {
                buffer[length++] = char(c);
            }
            ++at_;
        }
        double value = 0;
        const auto [end, code] = std::from_chars(buffer.data(), buffer.data() + length, value);
        if (code != std::errc() || end != buffer.data() + length || !std::isfinite(value)) {
            return std::nullopt;
        }
        return value;
    }

private:
    QStringView text_;
    qsizetype at_ = 0;
};

/// The current point and the last control point, which the smooth verbs reflect.
struct PathState {
    QPainterPath path;
    QPointF point;
    QPointF start;
    QPointF control;
    QChar lastVerb;
};

int argumentCount(char16_t upper) {
    switch (upper) {
    case u'M':
    case u'L':
    case u'T':
        return 2;
    case u'H':
    case u'V':
        return 1;
    case u'Q':
    case u'S':
        return 4;
    case u'C':
        return 6;
    case u'Z':
        return 0;
    default:
        return -1;
    }
}

void step(PathState& s, char16_t verb, bool isRelative, const std::array<double, 6>& n) {
    const QPointF base = isRelative ? s.point : QPointF();
    const auto pair = [&](size_t i) { return base + QPointF(n[i], n[i + 1]); };
    const char16_t last = s.lastVerb.unicode();
    QPointF end = s.point;
    switch (verb) {
    case u'M':
        end = pair(0);
        s.start = end;
        s.path.moveTo(end);
        break;
    case u'L':
        end = pair(0);
        s.path.lineTo(end);
        break;
    case u'H':
        end.setX(base.x() + n[0]);
        s.path.lineTo(end);
        break;
    case u'V':
        end.setY(base.y() + n[0]);
        s.path.lineTo(end);
        break;
    case u'Q':
    case u'T':
        s.control = verb == u'Q' ? pair(0) : last == u'Q' || last == u'T' ? 2 * s.point - s.control : s.point;
        end = verb == u'Q' ? pair(2) : pair(0);
        s.path.quadTo(s.control, end);
        break;
    case u'C':
    case u'S': {
        const QPointF first = verb == u'C' ? pair(0) : last == u'C' || last == u'S' ? 2 * s.point - s.control : s.point;
        s.control = verb == u'C' ? pair(2) : pair(0);
        end = verb == u'C' ? pair(4) : pair(2);
        s.path.cubicTo(first, s.control, end);
        break;
    }
    default:
        s.path.closeSubpath();
        end = s.start;
    }
    s.point = end;
    s.lastVerb = QChar(verb);
}

} // namespace

std::optional<QPainterPath> readSvgPath(QStringView data) {
    Reader reader(data);
    PathState state;
    state.path.setFillRule(Qt::WindingFill);
    QChar verb;
    while (!reader.isAtEnd()) {
        if (reader.peek().isLetter()) {
            verb = reader.take();
        } else if (verb.isNull() || verb.toUpper() == u'Z') {
            return std::nullopt;
        }
        const char16_t upper = verb.toUpper().unicode();
        const int count = argumentCount(upper);
        if (count < 0 || (state.path.isEmpty() && state.lastVerb.isNull() && upper != u'M')) {
            return std::nullopt;
        }
        std::array<double, 6> numbers{};
        for (int i = 0; i < count; ++i) {
            const std::optional<double> number = reader.takeNumber();
            if (!number) {
                return std::nullopt;
            }
            numbers[size_t(i)] = *number;
        }
        step(state, upper, verb.isLower(), numbers);
        // Further pairs after a move are lines.
        if (upper == u'M') {
            verb = verb.isLower() ? QChar(u'l') : QChar(u'L');
        }
    }
    return state.path;
}

std::optional<QList<double>> readSvgNumbers(QStringView text) {
    Reader reader(text);
    QList<double> numbers;
    while (!reader.isAtEnd()) {
        const std::optional<double> number = reader.takeNumber();
        if (!number) {
            return std::nullopt;
        }
        numbers.append(*number);
    }
    return numbers;
}

std::optional<QTransform> readSvgTransform(QStringView text) {
    Reader reader(text);
    QTransform result;
    while (!reader.isAtEnd()) {
        const QStringView name = reader.takeWord();
        if (name.isEmpty() || reader.take() != u'(') {
            return std::nullopt;
        }
        QList<double> n;
        while (reader.peek() != u')') {
            const std::optional<double> number = reader.takeNumber();
            if (!number || n.size() == 6) {
                return std::nullopt;
            }
            n.append(*number);
        }
        reader.take();
        QTransform one;
        if (name == "translate"_L1 && !n.isEmpty()) {
            one = QTransform::fromTranslate(n[0], n.value(1, 0));
        } else if (name == "scale"_L1 && !n.isEmpty()) {
            one = QTransform::fromScale(n[0], n.value(1, n[0]));
        } else if (name == "rotate"_L1 && (n.size() == 1 || n.size() == 3)) {
            one.translate(n.value(1, 0), n.value(2, 0)).rotate(n[0]).translate(-n.value(1, 0), -n.value(2, 0));
        } else if (name == "matrix"_L1 && n.size() == 6) {
            one = QTransform(n[0], n[1], n[2], n[3], n[4], n[5]);
        } else {
            return std::nullopt;
        }
        result = one * result;
    }
    return result;
}

} // namespace lathe::widgets
