// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers, sizes and times as a person reads them. All follow the default QLocale and the application's language.
#pragma once

#include <QString>

namespace lathe::widgets {

/// 1234567 -> "1,234,567".
QString formatCount(qint64 count);
/// 134515008 -> "134.5 M"; below 10,000 as formatCount.
QString formatShortCount(double count);
/// Bytes with a binary unit, three digits: 1536 -> "1.5 KiB".
QString formatBytes(qint64 bytes);
/// A measured value with `digits` digits, below 0.1 at least two that are not leading zeros; very small and very large ones as 5e-05 -> "5e-5".
QString formatNumber(double value, int digits = 4);
/// 0.934 -> "93.4 %".
QString formatShare(double share, int decimals = 1);
/// A duration: 8.2 -> "8.2 s", 75 -> "1 min 15 s", 7400 -> "2 h 3 min".
QString formatDuration(double seconds);
/// A path with ~ for the person's home folder.
QString formatPath(const QString& path);
/// A rounded forecast: "About 3 minutes left", rounded to 1, 2, 3, 5, 10, 15, 20, 30 minutes, then hours. Below 45 s: "Less than a minute left".
/// A negative or non-finite value gives an empty text.
QString etaText(double secondsLeft);

} // namespace lathe::widgets
