// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/deduplicate/pair_view.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "bridge/sentences.h"
#include "widgets/controls.h"
#include "widgets/diff_view.h"
#include "widgets/text_table.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr std::int64_t kShownPairs = 60;

QString joined(const std::vector<std::string>& labels) {
    QStringList texts;
    for (const std::string& label : labels) texts << bridge::text(label);
    return texts.join(QStringLiteral(", "));
}

}  // namespace

PairView::PairView(QWidget* parent) : QWidget(parent), provider_(std::make_shared<w::RowsProvider>()) {
    auto* layout = w::column(this, 8);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    provider_->headers = {tr("Similarity"), tr("Rows"), tr("Verdict")};
    provider_->numberColumns = {0};
    table_ = new w::TextTable(splitter);
    table_->setObjectName(QStringLiteral("deduplicate.pairs"));
    table_->setAccessibleName(tr("Pairs nearest to the threshold"));
    table_->setProvider(provider_);
    table_->setMinimumWidth(300);
    splitter->addWidget(table_);
    auto* side = new QWidget(splitter);
    auto* sideLayout = w::column(side, 8);
    diff_ = new w::DiffView(side);
    diff_->setObjectName(QStringLiteral("deduplicate.diff"));
    sideLayout->addWidget(diff_, 1);
    labels_ = w::label({}, w::TextRole::Secondary, side);
    labels_->setObjectName(QStringLiteral("deduplicate.labels"));
    labels_->setWordWrap(true);
    sideLayout->addWidget(labels_);
    auto* buttons = w::row(nullptr, 8);
    different_ = w::button(QStringLiteral("deduplicate.different"), tr("Keep both"), w::ButtonKind::Normal, QStringLiteral("arrows-split-2"), side);
    same_ = w::button(QStringLiteral("deduplicate.same"), tr("Remove one"), w::ButtonKind::Normal, QStringLiteral("equal"), side);
    clear_ = w::button(QStringLiteral("deduplicate.clear"), tr("Let the threshold decide"), w::ButtonKind::Quiet, {}, side);
    for (QPushButton* each : {different_, same_, clear_}) {
        each->setEnabled(false);
        buttons->addWidget(each);
    }
    buttons->addStretch();
    sideLayout->addLayout(buttons);
    splitter->addWidget(side);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({300, 620});
    layout->addWidget(splitter, 1);
    connect(table_, &w::TextTable::currentRowChanged, this, &PairView::showPair);
    connect(different_, &QPushButton::clicked, this, [this] { overrule(false); });
    connect(same_, &QPushButton::clicked, this, [this] { overrule(true); });
    connect(clear_, &QPushButton::clicked, this, [this] {
        const QList<int> chosen = table_->selectedRows();
        if (chosen.isEmpty()) return;
        const SimilarPair pair = pairs_[std::size_t(chosen.first())];
        std::erase_if(overrules_, [&](const PairOverrule& rule) { return rule.first == pair.first && rule.second == pair.second; });
        Q_EMIT overrulesChanged();
    });
}

void PairView::setRows(std::shared_ptr<const SimilarRows> rows) {
    rows_ = std::move(rows);
    overrules_.clear();
    pairs_.clear();
}

QString PairView::verdictOf(const SimilarPair& pair) const {
    for (const PairOverrule& rule : overrules_)
        if (rule.first == pair.first && rule.second == pair.second) return rule.areDuplicates ? tr("same, by you") : tr("both stay, by you");
    if (pair.hasOtherLabels) return tr("other labels");
    return pair.similarity > threshold_ ? tr("above") : tr("below");
}

void PairView::showNear(double threshold) {
    if (!rows_) return;
    threshold_ = threshold;
    const QList<int> chosen = table_->selectedRows();
    const bool hadChoice = !chosen.isEmpty() && chosen.first() < int(pairs_.size());
    const SimilarPair before = hadChoice ? pairs_[std::size_t(chosen.first())] : SimilarPair{};
    pairs_ = rows_->index->pairsNear(threshold, kShownPairs);
    std::sort(pairs_.begin(), pairs_.end(), [](const SimilarPair& a, const SimilarPair& b) { return a.similarity > b.similarity; });
    provider_->rows.clear();
    int again = 0;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        const SimilarPair& pair = pairs_[i];
        provider_->rows << QStringList{QString::number(double(pair.similarity), 'f', 4), QStringLiteral("%1, %2").arg(pair.first + 1).arg(pair.second + 1), verdictOf(pair)};
        if (hadChoice && before.first == pair.first && before.second == pair.second) again = int(i);
    }
    table_->textModel()->rowsChanged();
    table_->fitColumns(160);
    if (!pairs_.empty()) {
        table_->selectProviderRow(again);
        showPair(again);
    }
}

void PairView::showPair(int row) {
    const bool isPair = row >= 0 && row < int(pairs_.size());
    for (QPushButton* each : {different_, same_, clear_}) each->setEnabled(isPair);
    if (!isPair) return;
    const SimilarPair& pair = pairs_[std::size_t(row)];
    diff_->setCaptions(tr("Row %1").arg(pair.first + 1), tr("Row %1").arg(pair.second + 1));
    diff_->setTexts(bridge::text(rows_->texts[std::size_t(pair.first)]), bridge::text(rows_->texts[std::size_t(pair.second)]));
    if (rows_->labels.empty()) return labels_->clear();
    labels_->setText(tr("Labels: %1   |   %2").arg(joined(rows_->labels[std::size_t(pair.first)]), joined(rows_->labels[std::size_t(pair.second)])));
    w::setTextRole(labels_, pair.hasOtherLabels ? w::TextRole::Warning : w::TextRole::Secondary);
}

void PairView::overrule(bool areDuplicates) {
    const QList<int> chosen = table_->selectedRows();
    if (chosen.isEmpty()) return;
    const SimilarPair pair = pairs_[std::size_t(chosen.first())];
    std::erase_if(overrules_, [&](const PairOverrule& rule) { return rule.first == pair.first && rule.second == pair.second; });
    overrules_.push_back({pair.first, pair.second, areDuplicates});
    Q_EMIT overrulesChanged();
}

}  // namespace lathe::panels
