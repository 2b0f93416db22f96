// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot_data.h"

#include <cmath>
#include <limits>

namespace lathe::widgets {

double plotX(const PlotPoint& point, PlotX axis) {
    switch (axis) {
    case PlotX::Time:
        return point.seconds;
    case PlotX::Tokens:
        return point.tokens;
    case PlotX::Epoch:
        return point.epoch;
    case PlotX::Step:
        break;
    }
    return point.step;
}

QList<double> smoothed(const QList<PlotPoint>& points, double weight) {
    QList<double> result;
    result.reserve(points.size());
    double last = 0;
    double seen = 1;  // weight to the power of the finite points so far
    for (const PlotPoint& point : points) {
        if (!std::isfinite(point.value)) {
            result.append(std::numeric_limits<double>::quiet_NaN());
            continue;
        }
        last = weight * last + (1 - weight) * point.value;
        seen *= weight;
        result.append(weight > 0 ? last / (1 - seen) : point.value);
    }
    return result;
}

QList<double> smoothedByDistance(const QList<PlotPoint>& points, double weight, PlotX axis) {
    const double span = points.size() > 1 ? plotX(points.last(), axis) - plotX(points.first(), axis) : 0;
    if (!(span > 0) || weight <= 0) {
        return smoothed(points, weight);
    }
    const double mean = span / double(points.size() - 1);
    QList<double> result;
    result.reserve(points.size());
    double sum = 0;
    double mass = 0;
    double previous = std::numeric_limits<double>::quiet_NaN();
    for (const PlotPoint& point : points) {
        const double x = plotX(point, axis);
        if (!std::isfinite(point.value) || !std::isfinite(x)) {
            result.append(std::numeric_limits<double>::quiet_NaN());
            continue;
        }
        const double kept = std::isnan(previous) ? 0 : std::pow(weight, std::max(0.0, x - previous) / mean);
        sum = kept * sum + (1 - weight) * point.value;
        mass = kept * mass + (1 - weight);
        previous = x;
        result.append(sum / mass);
    }
    return result;
}

} // namespace lathe::widgets
