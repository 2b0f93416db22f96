// SPDX-License-Identifier: GPL-3.0-or-later
// Path data and transform lists of SVG, as far as MathJax writes them.
#pragma once

#include <QPainterPath>
#include <QStringView>
#include <QTransform>

#include <optional>

namespace lathe::widgets {

/// Reads path data with the verbs M L H V Q T C S Z, upper or lower case. Nothing when it is malformed.
std::optional<QPainterPath> readSvgPath(QStringView data);

/// Reads a list of translate, scale, rotate and matrix. Nothing when it is malformed.
std::optional<QTransform> readSvgTransform(QStringView text);

/// Reads numbers separated by blanks and commas. Nothing when something else is between them.
std::optional<QList<double>> readSvgNumbers(QStringView text);

} // namespace lathe::widgets
