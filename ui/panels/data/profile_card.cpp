// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/profile_card.h"

#include <QCoreApplication>
#include <QLabel>
#include <QVBoxLayout>

#include "bridge/sentences.h"
#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/histogram_view.h"
#include "widgets/text_table.h"

namespace lathe::panels {
namespace {

namespace w = widgets;

QString typeText(ColumnType type) {
    switch (type) {
        case ColumnType::Empty: return ProfileCard::tr("empty");
        case ColumnType::Integer: return ProfileCard::tr("whole numbers");
        case ColumnType::Number: return ProfileCard::tr("numbers");
        case ColumnType::Boolean: return ProfileCard::tr("yes or no");
        case ColumnType::Date: return ProfileCard::tr("dates");
        case ColumnType::LabelSet: return ProfileCard::tr("labels, several a row");
        case ColumnType::Category: return ProfileCard::tr("categories");
        case ColumnType::Json: return ProfileCard::tr("JSON");
        case ColumnType::Text: break;
    }
    return ProfileCard::tr("text");
}

void setHistogram(w::HistogramView* view, const LengthHistogram& histogram, const QString& axis) {
    QList<double> counts;
    for (const std::int64_t count : histogram.counts) counts << double(count);
    view->setBins(counts, 0, double(histogram.binWidth) * double(histogram.counts.size()));
    view->setAxis(axis, ProfileCard::tr("rows"));
}

}  // namespace

ProfileCard::ProfileCard(QWidget* parent) : Card(tr("Column"), parent), values_(std::make_shared<w::RowsProvider>()) {
    setObjectName(QStringLiteral("data.profile"));
    facts_ = w::label({}, w::TextRole::Body, this);
    facts_->setObjectName(QStringLiteral("data.profileFacts"));
    facts_->setWordWrap(true);
    body()->addWidget(facts_);
    lengths_ = new w::HistogramView(this);
    lengths_->setObjectName(QStringLiteral("data.profileLengths"));
    lengths_->setFixedHeight(120);
    body()->addWidget(lengths_);
    lengthNote_ = w::label({}, w::TextRole::Secondary, this);
    lengthNote_->setWordWrap(true);
    body()->addWidget(lengthNote_);
    valuesHeading_ = w::label({}, w::TextRole::Secondary, this);
    body()->addWidget(valuesHeading_);
    values_->headers = {tr("Value"), tr("Rows")};
    values_->numberColumns = {1};
    table_ = new w::TextTable(this);
    table_->setObjectName(QStringLiteral("data.profileValues"));
    table_->setProvider(values_);
    body()->addWidget(table_, 1);
}

void ProfileCard::showWorking(const QString& column) {
    setHeading(column);
    facts_->setText(tr("Counting …"));
    w::setTextRole(facts_, w::TextRole::Secondary);
}

void ProfileCard::show(const ColumnProfile& profile) {
    setHeading(bridge::text(profile.name));
    w::setTextRole(facts_, w::TextRole::Body);
    const auto count = [](std::int64_t number) { return w::formatCount(number); };
    QStringList lines{tr("Holds %1.").arg(typeText(profile.type)),
                      tr("%1 rows, %2 blank, %3 distinct.").arg(count(profile.rows), count(profile.blanks), count(profile.distinct))};
    if (profile.exactDuplicates > 0) lines << tr("%1 rows repeat an earlier one exactly.").arg(count(profile.exactDuplicates));
    if (profile.type == ColumnType::LabelSet) lines << tr("%1 labels, %2 a row.").arg(count(std::int64_t(profile.labels.size())), w::formatNumber(profile.labelsPerRow, 3));
    if (profile.controlCharacterRows > 0) lines << tr("%1 rows have control characters.").arg(count(profile.controlCharacterRows));
    if (profile.htmlRows > 0) lines << tr("%1 rows have HTML in them.").arg(count(profile.htmlRows));
    if (profile.replacementCharacterRows > 0) lines << tr("%1 rows have bytes that could not be read.").arg(count(profile.replacementCharacterRows));
    facts_->setText(lines.join(QLatin1Char('\n')));
    setHistogram(lengths_, profile.characters, tr("characters"));
    lengths_->setMarker(std::nullopt);
    lengthNote_->setText(tr("Median %1 characters, longest %2.").arg(count(profile.characters.median), count(profile.characters.maximum)));
    const bool isLabels = profile.type == ColumnType::LabelSet;
    valuesHeading_->setText(isLabels ? tr("Labels") : tr("Most frequent"));
    values_->rows.clear();
    for (const ValueCount& value : isLabels ? profile.labels : profile.mostFrequent) values_->rows << QStringList{bridge::text(value.value).simplified(), count(value.count)};
    table_->textModel()->rowsChanged();
    table_->fitColumns(200);
}

void ProfileCard::showError(const QString& sentence) {
    facts_->setText(sentence);
    w::setTextRole(facts_, w::TextRole::Bad);
}

void ProfileCard::showTokens(const LengthHistogram& tokens, const QString& model, std::int64_t maxLength, double cutShare) {
    setHistogram(lengths_, tokens, tr("tokens"));
    lengths_->setMarker(double(maxLength), tr("max_length %1").arg(maxLength));
    lengthNote_->setText(tr("Tokens of %1: median %2, longest %3; %4 of the rows are cut at %5.")
                             .arg(model, w::formatCount(tokens.median), w::formatCount(tokens.maximum), w::formatShare(cutShare), w::formatCount(maxLength)));
}

}  // namespace lathe::panels
