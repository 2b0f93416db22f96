// SPDX-License-Identifier: GPL-3.0-or-later
// A badge's size and picture, for item delegates that have no Badge widget.
#pragma once

#include "badge.h"

#include <QPalette>
#include <QRect>

class QPainter;

namespace lathe::widgets {

/// Size of a badge in the application's font; empty when there is nothing to show.
QSize badgeSize(const QString& text, BadgeTone tone);

/// Paints a badge that fills `rect`.
void paintBadge(QPainter& painter, const QRect& rect, const QString& text, BadgeTone tone, const QPalette& palette);

} // namespace lathe::widgets
