// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/profile_card.h"

#include <QCoreApplication>
#include <QComboBox>
#include <QHBoxLayout>
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

enum class ValuesOf { Cells, Labels, Pairs };

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
    valuesOf_ = new QComboBox(this);
    valuesOf_->setObjectName(QStringLiteral("data.profileValuesOf"));
    valuesOf_->setAccessibleName(tr("What is counted below"));
    valuesOf_->addItem(tr("Most frequent"), int(ValuesOf::Cells));
    separator_ = new QComboBox(this);
    separator_->setObjectName(QStringLiteral("data.profileSeparator"));
    separator_->setAccessibleName(tr("Labels are separated by"));
    separator_->setToolTip(tr("What stands between two labels of a cell: found out, or as you say"));
    separator_->setMaximumWidth(88);
    separator_->addItem(tr("auto"), QString());
    for (const char* each : {",", ";", "|", "/"}) separator_->addItem(QLatin1String(each), QLatin1String(each));
    separator_->addItem(tr("none"), QStringLiteral("none"));
    auto* choices = w::row(nullptr, 8);
    choices->addWidget(valuesOf_, 1);
    choices->addWidget(separator_);
    body()->addLayout(choices);
    connect(valuesOf_, &QComboBox::activated, this, &ProfileCard::listValues);
    connect(separator_, &QComboBox::activated, this, &ProfileCard::separatorChosen);
    values_->headers = {tr("Value"), tr("Rows")};
    values_->numberColumns = {1};
    table_ = new w::TextTable(this);
    table_->setObjectName(QStringLiteral("data.profileValues"));
    table_->setProvider(values_);
    body()->addWidget(table_, 1);
}

std::string ProfileCard::separator() const { return bridge::utf8(separator_->currentData().toString()); }

void ProfileCard::showWorking(const QString& column) {
    if (column != column_) separator_->setCurrentIndex(0);
    column_ = column;
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
    profile_ = profile;
    const bool isLabels = profile.type == ColumnType::LabelSet;
    valuesOf_->clear();
    if (isLabels) valuesOf_->addItem(tr("Labels"), int(ValuesOf::Labels));
    if (!profile.coOccurrence.empty()) valuesOf_->addItem(tr("Pairs of labels"), int(ValuesOf::Pairs));
    valuesOf_->addItem(tr("Most frequent"), int(ValuesOf::Cells));
    listValues();
}

void ProfileCard::listValues() {
    values_->rows.clear();
    const auto add = [this](const QString& value, std::int64_t count) { values_->rows << QStringList{value.simplified(), w::formatCount(count)}; };
    switch (ValuesOf(valuesOf_->currentData().toInt())) {
        case ValuesOf::Cells:
            for (const ValueCount& value : profile_.mostFrequent) add(bridge::text(value.value), value.count);
            break;
        case ValuesOf::Labels:
            for (const ValueCount& label : profile_.labels) add(bridge::text(label.value), label.count);
            break;
        case ValuesOf::Pairs:
            for (const LabelCoOccurrence& pair : profile_.coOccurrence) add(QStringLiteral("%1 + %2").arg(bridge::text(pair.first), bridge::text(pair.second)), pair.count);
            break;
    }
    table_->textModel()->rowsChanged();
    table_->fitColumns(150);  // so that the counts are seen beside long values
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
