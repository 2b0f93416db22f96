// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/latex/table_mode.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QVBoxLayout>

#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/latex_view.h"
#include "widgets/text_table.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
enum Column { kEnglish, kExpected, kProduced, kMatch };

}  // namespace

TableMode::TableMode(bridge::Services& services, QWidget* parent) : QWidget(parent), services_(services), provider_(std::make_shared<w::RowsProvider>()) {
    auto* layout = w::column(this, 12);
    auto* bar = w::row(nullptr, 8);
    dataset_ = new QComboBox(this);
    dataset_->setObjectName(QStringLiteral("latex.tableDataset"));
    dataset_->setAccessibleName(tr("Dataset"));
    dataset_->setMinimumWidth(220);
    count_ = new QSpinBox(this);
    count_->setObjectName(QStringLiteral("latex.tableRows"));
    count_->setAccessibleName(tr("Rows"));
    count_->setRange(1, 100'000);
    count_->setValue(20);
    count_->setSuffix(tr(" rows"));
    run_ = w::button(QStringLiteral("latex.tableRun"), tr("Convert rows"), w::ButtonKind::Primary, QStringLiteral("player-play"), this);
    summary_ = w::label({}, w::TextRole::Secondary, this);
    summary_->setObjectName(QStringLiteral("latex.tableSummary"));
    bar->addWidget(dataset_);
    bar->addWidget(count_);
    bar->addWidget(run_);
    bar->addWidget(summary_, 1);
    layout->addLayout(bar);

    provider_->headers = {tr("English"), tr("Expected"), tr("Produced"), tr("Match")};
    table_ = new w::TextTable(this);
    table_->setObjectName(QStringLiteral("latex.table"));
    table_->setProvider(provider_);
    layout->addWidget(table_, 3);

    auto* pictures = w::row(nullptr, 12);
    const auto add = [&](const QString& heading, const QString& name) {
        auto* card = new w::Card(heading, this);
        auto* view = new w::LatexView(card);
        view->setObjectName(name);
        view->setMinimumHeight(110);
        card->body()->addWidget(view);
        pictures->addWidget(card, 1);
        return view;
    };
    expected_ = add(tr("Expected"), QStringLiteral("latex.tableExpected"));
    produced_ = add(tr("Produced"), QStringLiteral("latex.tableProduced"));
    layout->addLayout(pictures, 2);
    renderer_ = new w::LatexRenderer(this);

    connect(run_, &QPushButton::clicked, this, &TableMode::start);
    connect(table_, &w::TextTable::currentRowChanged, this, &TableMode::showRow);
    connect(&services_.datasets(), &bridge::Datasets::changed, this, &TableMode::listDatasets);
    connect(renderer_, &w::LatexRenderer::finished, this, [this](quint64 ticket, const w::LatexResult& result) {
        const auto found = std::find_if(parsing_.begin(), parsing_.end(), [ticket](const auto& entry) { return entry.first == ticket; });
        if (found == parsing_.end()) return;
        const int row = found->second;
        parsing_.erase(found);
        if (row >= int(rows_.size())) return;
        rows_[std::size_t(row)].isParsed = result.isOk();
        update(row);
        summarise();
    });
    listDatasets();
}

void TableMode::setModel(const QString& model, const Converter& converter) {
    model_ = model;
    converter_ = converter;
}

void TableMode::listDatasets() {
    const QString before = dataset_->currentText();
    dataset_->clear();
    for (const DatasetInfo& info : services_.datasets().list()) dataset_->addItem(bridge::text(info.name));
    dataset_->setCurrentIndex(std::max(0, dataset_->findText(before)));
    run_->setEnabled(dataset_->count() > 0);
}

void TableMode::start() {
    if (isRunning_) {
        isRunning_ = false;
        if (work_) work_->cancel();
        run_->setText(tr("Convert rows"));
        return;
    }
    services_.datasets().open(this, dataset_->currentText(), [this](const TablePtr& table) { load(table); },
                              [this](const QString& sentence) { summary_->setText(sentence); });
}

void TableMode::load(const TablePtr& table) {
    const auto source = table->columnIndex(bridge::utf8(converter_.source));
    const auto target = table->columnIndex(bridge::utf8(converter_.target));
    if (!source || !target) {
        summary_->setText(tr("%1 lacks the column %2 or %3, which the model's prompt names. Choose another dataset.")
                              .arg(dataset_->currentText(), converter_.source, converter_.target));
        return;
    }
    rows_.clear();
    provider_->rows.clear();
    parsing_.clear();
    const std::int64_t count = std::min<std::int64_t>(count_->value(), table->rowCount());
    const auto textOf = [&](std::int64_t row, int column) {
        const std::string_view cell = table->cell(row, column);
        return QString::fromUtf8(cell.data(), qsizetype(cell.size()));
    };
    for (std::int64_t row = 0; row < count; ++row) {
        rows_.push_back({textOf(row, *source), textOf(row, *target), {}, false, true});
        provider_->rows << QStringList{rows_.back().english, rows_.back().expected, {}, {}};
    }
    table_->textModel()->rowsChanged();
    table_->fitColumns(360);
    next_ = 0;
    isRunning_ = true;
    run_->setText(tr("Stop"));
    convertNext();
}

void TableMode::convertNext() {
    if (!isRunning_ || next_ >= rows_.size()) {
        isRunning_ = false;
        run_->setText(tr("Convert rows"));
        summarise();
        return;
    }
    const std::size_t row = next_++;
    bridge::Generators::Request request;
    request.model = model_;
    request.prompt = converter_.promptFor(rows_[row].english);
    request.options.maxNewTokens = 96;
    request.options.numBeams = 2;
    request.options.earlyStopping = EarlyStopping::Yes;
    request.options.stopStrings = {"\n"};
    work_ = services_.generators().generate(
        this, request, {},
        [this, row](const GenerationResult& result) {
            if (row >= rows_.size() || !isRunning_) return;
            rows_[row].produced = Converter::answerOf(bridge::text(result.sequences.front().text));
            rows_[row].isDone = true;
            parsing_.emplace_back(renderer_->request(rows_[row].produced), int(row));
            update(int(row));
            summarise();
            convertNext();
        },
        [this](const QString& sentence) {
            isRunning_ = false;
            run_->setText(tr("Convert rows"));
            summary_->setText(sentence);
        });
}

void TableMode::update(int index) {
    const Row& row = rows_[std::size_t(index)];
    QString match = tr("different");
    if (row.produced == row.expected.trimmed()) match = tr("exact");
    else if (Converter::normalised(row.produced) == Converter::normalised(row.expected)) match = tr("same but for blanks");
    if (!row.isParsed) match = tr("does not parse");
    provider_->rows[index] = {row.english, row.expected, row.produced, row.isDone ? match : QString()};
    table_->textModel()->refresh(index, index);
    if (table_->providerRow(table_->currentIndex()) == index) showRow(index);
}

void TableMode::showRow(int row) {
    if (row < 0 || row >= int(rows_.size())) return;
    expected_->setTex(rows_[std::size_t(row)].expected);
    produced_->setTex(rows_[std::size_t(row)].produced);
}

void TableMode::summarise() {
    int done = 0, exact = 0, normalised = 0, unparsed = 0;
    for (const Row& row : rows_) {
        if (!row.isDone) continue;
        ++done;
        exact += row.produced == row.expected.trimmed();
        normalised += Converter::normalised(row.produced) == Converter::normalised(row.expected);
        unparsed += !row.isParsed;
    }
    summary_->setText(tr("%1 of %2 rows: %3 exact, %4 but for blanks, %5 do not parse")
                          .arg(w::formatCount(done), w::formatCount(qint64(rows_.size())), w::formatCount(exact), w::formatCount(normalised), w::formatCount(unparsed)));
}

}  // namespace lathe::panels
