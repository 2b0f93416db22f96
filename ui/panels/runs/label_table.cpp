// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/label_table.h"

#include <cmath>

#include <QCoreApplication>
#include <QLocale>

#include "bridge/sentences.h"
#include "widgets/format.h"

namespace lathe::panels {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("lathe::panels::LabelTable", text); }
QString share(double value) { return std::isfinite(value) ? QLocale().toString(value, 'f', 3) : QStringLiteral("–"); }

double valueOf(const LabelRow& row, int column) {
    switch (column) {
        case LabelTable::kSupport: return double(row.support);
        case LabelTable::kPredicted: return double(row.predicted);
        case LabelTable::kPrecision: return row.precision;
        case LabelTable::kRecall: return row.recall;
        case LabelTable::kF1: return row.f1;
        case LabelTable::kAuc: return row.rocAuc;
        default: return double(row.threshold);
    }
}

}  // namespace

QString LabelTable::header(int column) const {
    switch (column) {
        case kLabel: return tr("Label");
        case kSupport: return tr("Support");
        case kPredicted: return tr("Predicted");
        case kPrecision: return tr("Precision");
        case kRecall: return tr("Recall");
        case kF1: return tr("F1");
        case kAuc: return tr("ROC-AUC");
        default: return tr("Threshold");
    }
}

QString LabelTable::text(int row, int column) const {
    const LabelRow& each = rows[std::size_t(row)];
    if (column == kLabel) return bridge::text(each.label);
    const double value = valueOf(each, column);
    return column == kSupport || column == kPredicted ? widgets::formatCount(qint64(value)) : share(value);
}

QVariant LabelTable::sortKey(int row, int column) const {
    const LabelRow& each = rows[std::size_t(row)];
    if (column == kLabel) return bridge::text(each.label);
    const double value = valueOf(each, column);
    return std::isfinite(value) ? value : -1.0;  // undefined ones stand together at the end
}

}  // namespace lathe::panels
