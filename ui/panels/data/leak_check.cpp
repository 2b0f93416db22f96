// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/leak_check.h"

#include <algorithm>
#include <array>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/controls.h"
#include "widgets/format.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
// More would not be read; all of them are moved none the less.
constexpr std::size_t kShownGroups = 200;
constexpr std::size_t kShownRows = 20;
constexpr qsizetype kShownCharacters = 300;

std::size_t largestPart(const StraddlingCluster& cluster) {
    return std::size_t(std::max_element(cluster.inPart.begin(), cluster.inPart.end()) - cluster.inPart.begin());
}

bool contains(const std::vector<std::int64_t>& rows, std::int64_t row) { return std::binary_search(rows.begin(), rows.end(), row); }

}  // namespace

LeakCheck::LeakCheck(bridge::Services& services, const QString& dataset, const std::vector<std::string>& columns, QWidget* parent)
    : Card(tr("Leakage check"), parent), services_(services), dataset_(dataset) {
    body()->addLayout(buildQuestion());
    text_->setText(QStringLiteral("{%1}").arg(bridge::likelyTextColumn(columns)));
    progress_ = new QProgressBar(this);
    progress_->setTextVisible(false);
    progress_->setFixedHeight(4);
    progress_->setVisible(false);
    body()->addWidget(progress_);
    found_ = w::label(tr("Rows that say the same on both sides make a validation look better than it is."), w::TextRole::Secondary, this);
    found_->setObjectName(QStringLiteral("data.leakFound"));
    found_->setWordWrap(true);
    body()->addWidget(found_);
    tree_ = new QTreeWidget(this);
    tree_->setObjectName(QStringLiteral("data.leakGroups"));
    tree_->setAccessibleName(tr("Groups on more than one side"));
    tree_->setHeaderLabels({tr("Group"), tr("Text")});
    tree_->setRootIsDecorated(true);
    tree_->setUniformRowHeights(true);
    tree_->setTextElideMode(Qt::ElideRight);
    tree_->header()->setStretchLastSection(true);
    tree_->setColumnWidth(0, 230);
    body()->addWidget(tree_, 1);
    moveAll_ = new QCheckBox(tr("Move each group to the side that holds most of it"), this);
    moveAll_->setObjectName(QStringLiteral("data.leakMoveAll"));
    moveAll_->setEnabled(false);
    body()->addWidget(moveAll_);
    connect(check_, &QPushButton::clicked, this, &LeakCheck::check);
    connect(threshold_, &QDoubleSpinBox::valueChanged, this, &LeakCheck::findClusters);
    connect(moveAll_, &QCheckBox::toggled, this, &LeakCheck::showStraddling);
    connect(tree_, &QTreeWidget::itemChanged, this, &LeakCheck::movesChanged);
    connect(&services_.models(), &bridge::Models::changed, this, &LeakCheck::listModels);
    listModels();
}

LeakCheck::~LeakCheck() {
    if (work_) work_->cancel();
}

QLayout* LeakCheck::buildQuestion() {
    text_ = new QLineEdit(this);
    text_->setObjectName(QStringLiteral("data.leakText"));
    text_->setToolTip(tr("With {column} where a cell belongs."));
    model_ = new QComboBox(this);
    model_->setObjectName(QStringLiteral("data.leakModel"));
    threshold_ = new QDoubleSpinBox(this);
    threshold_->setObjectName(QStringLiteral("data.leakThreshold"));
    threshold_->setAccessibleName(tr("Similar above"));
    threshold_->setRange(0.5, 0.99);
    threshold_->setSingleStep(0.01);
    threshold_->setValue(0.9);
    check_ = w::button(QStringLiteral("data.leakCheck"), tr("Find similar rows"), w::ButtonKind::Normal, QStringLiteral("search"), this);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->addRow(tr("Text"), text_);
    form->addRow(tr("Encoder"), model_);
    auto* line = w::row(nullptr, 8);
    line->addWidget(threshold_);
    line->addStretch();
    line->addWidget(check_);
    form->addRow(tr("Similar above"), line);
    return form;
}

void LeakCheck::listModels() {
    const QString before = model_->currentText();
    model_->clear();
    for (const ModelInfo& info : services_.models().list())
        if (info.isPresent && info.head == "encoder") model_->addItem(bridge::text(info.name));
    model_->setCurrentIndex(std::max(model_->findText(before), model_->count() > 0 ? 0 : -1));
    check_->setEnabled(model_->count() > 0);
    check_->setToolTip(model_->count() > 0 ? QString() : tr("An encoder is needed; add one in Models."));
}

void LeakCheck::check() {
    if (work_) {
        work_->cancel();
        return ended();
    }
    SimilarQuery query;
    query.table = bridge::utf8(dataset_);
    query.text.text = bridge::utf8(text_->text());
    query.text.blankRule = BlankRule::SkipSentence;
    query.model = bridge::utf8(model_->currentText());
    progress_->setRange(0, 0);
    progress_->setVisible(true);
    check_->setText(tr("Stop"));
    work_ = services_.similarity().find(
        this, query,
        [this](std::shared_ptr<const SimilarRows> rows) {
            ended();
            rows_ = std::move(rows);
            findClusters();
        },
        [this](const QString& sentence) {
            ended();
            found_->setText(sentence);
            w::setTextRole(found_, w::TextRole::Bad);
        },
        [this](const Progress& now) {
            progress_->setRange(0, now.total > 0 ? 1000 : 0);
            if (now.total > 0) progress_->setValue(int(now.done * 1000 / now.total));
        });
}

void LeakCheck::ended() {
    work_.reset();
    progress_->setVisible(false);
    check_->setText(tr("Find similar rows"));
}

void LeakCheck::findClusters() {
    if (!rows_) return;
    clusters_ = rows_->index->clusters(std::max(threshold_->value(), double(rows_->index->floor())));
    showStraddling();
}

void LeakCheck::setSplit(std::shared_ptr<const Split> split) {
    split_ = std::move(split);
    showStraddling();
}

void LeakCheck::showStraddling() {
    if (!rows_ || !split_) return;
    straddling_ = straddlingClusters(*split_, clusters_);
    std::int64_t rows = 0;
    for (const StraddlingCluster& cluster : straddling_) rows += std::int64_t(cluster.rows.size());
    moveAll_->setEnabled(!straddling_.empty());
    found_->setText(straddling_.empty() ? tr("No group of similar rows lies on more than one side.")
                                        : tr("Groups of similar rows that lie on more than one side: %1, with %2 rows.").arg(w::formatCount(qint64(straddling_.size())), w::formatCount(rows)));
    w::setTextRole(found_, straddling_.empty() ? w::TextRole::Good : w::TextRole::Warning);
    {
        const QSignalBlocker blocked(tree_);
        tree_->clear();
        for (std::size_t i = 0; i < std::min(straddling_.size(), kShownGroups); ++i) addGroup(straddling_[i]);
    }
    Q_EMIT movesChanged();
}

void LeakCheck::addGroup(const StraddlingCluster& cluster) {
    const std::array<QString, 3> names{tr("train"), tr("validation"), tr("test")};
    const std::array<const std::vector<std::int64_t>*, 3> parts{&split_->train, &split_->validation, &split_->test};
    QStringList counts;
    for (std::size_t part = 0; part < 3; ++part)
        if (cluster.inPart[part] > 0) counts << QStringLiteral("%1 %2").arg(w::formatCount(cluster.inPart[part]), names[part]);
    const auto textOf = [&](std::int64_t row) { return bridge::text(rows_->texts[std::size_t(row)]).left(kShownCharacters).simplified(); };
    auto* group = new QTreeWidgetItem(tree_, {counts.join(QStringLiteral(", ")), textOf(cluster.rows.front())});
    group->setCheckState(0, moveAll_->isChecked() ? Qt::Checked : Qt::Unchecked);
    group->setToolTip(0, tr("Chosen: all its rows go to %1").arg(names[largestPart(cluster)]));
    for (std::size_t i = 0; i < std::min(cluster.rows.size(), kShownRows); ++i) {
        const std::int64_t row = cluster.rows[i];
        QString side;
        for (std::size_t part = 0; part < 3; ++part)
            if (contains(*parts[part], row)) side = names[part];
        new QTreeWidgetItem(group, {tr("row %1, %2").arg(w::formatCount(row + 1), side), textOf(row)});
    }
}

std::vector<StraddlingCluster> LeakCheck::moves() const {
    std::vector<StraddlingCluster> chosen;
    for (std::size_t i = 0; i < straddling_.size(); ++i) {
        const auto* item = i < kShownGroups ? tree_->topLevelItem(int(i)) : nullptr;
        if (item != nullptr ? item->checkState(0) == Qt::Checked : moveAll_->isChecked()) chosen.push_back(straddling_[i]);
    }
    return chosen;
}

}  // namespace lathe::panels
