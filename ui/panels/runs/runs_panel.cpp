// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/runs_panel.h"

#include <algorithm>

#include <QInputDialog>
#include <QLabel>
#include <QPlainTextEdit>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

#include "panels/runs/grid_page.h"
#include "panels/runs/health_card.h"
#include "panels/runs/labels_page.h"
#include "panels/runs/run_charts.h"
#include "panels/runs/run_details.h"
#include "panels/runs/runs_table.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/empty_state.h"
#include "widgets/text_table.h"
#include "widgets/theme.h"
#include "widgets/toast.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr int kMostCompared = 8;

bool isGoing(RunState state) {
    return state == RunState::Queued || state == RunState::Preparing || state == RunState::Running || state == RunState::Paused || state == RunState::Stopping;
}

}  // namespace

RunsPanel::RunsPanel(bridge::Services& services, QWidget* parent) : PanelPage(parent), services_(services), provider_(std::make_shared<RunsTable>()), sequences_(bridge::readSequences(bridge::Services::resourcesFolder())) {
    setObjectName(QStringLiteral("runs"));
    buildActions();
    stack_ = new QStackedWidget(this);
    auto* empty = new w::EmptyState(QStringLiteral("runs.empty"), QStringLiteral("chart-line"), tr("No runs yet"),
                                    tr("A run is one training from start to end. Its curves, samples and checkpoints stay here."), stack_);
    empty->setAction(tr("Set up a training"), QStringLiteral("player-play"));
    connect(empty, &w::EmptyState::actionTriggered, this, [this] { Q_EMIT openRequested(QStringLiteral("train"), {}); });
    stack_->addWidget(empty);
    auto* splitter = new QSplitter(Qt::Vertical, stack_);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildTable());
    splitter->addWidget(buildPages());
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({190, 520});
    stack_->addWidget(splitter);
    w::column(this)->addWidget(stack_);

    bridge::Runs& runs = services_.runs();
    connect(&runs, &bridge::Runs::changed, this, &RunsPanel::listRuns);
    connect(&runs, &bridge::Runs::started, this, [this](const QString& id) {
        // The next run of a grid takes over from the one before it, but not from what a person has chosen to look at.
        if (chosen_.isEmpty() || lastStarted_.isEmpty() || chosen_ == QStringList{lastStarted_}) wanted_ = {id};
        lastStarted_ = id;
        listRuns();
    });
    connect(&runs, &bridge::Runs::startFailed, this, [this](const QString& sentence) { sentence_->setText(sentence); });
    connect(&runs, &bridge::Runs::failed, this, [this](const QString& sentence) { sentence_->setText(sentence); });
    connect(&runs, &bridge::Runs::measured, this, [this](const QString& id, const std::vector<MetricPoint>& points) {
        if (!chosen_.contains(id)) return;
        if (shown_.contains(id)) {
            charts_->append(id, points);
            if (chosen_.size() == 1) health_->append(points);
        } else waiting_[id].insert(waiting_[id].end(), points.begin(), points.end());  // until its history is there
        if (std::any_of(points.begin(), points.end(), [](const MetricPoint& point) { return point.split == "validation"; })) {
            loadLabels();
            loadGrid();
        }
    });
    connect(&runs, &bridge::Runs::happened, this, [this](const QString& id, const std::vector<RunEvent>& events) {
        if (shown_.contains(id)) charts_->addEvents(id, events);
    });
    connect(&runs, &bridge::Runs::sampled, this, [this](const QString& id, const std::vector<SampleOutput>& samples) {
        if (!chosen_.isEmpty() && chosen_.first() == id) samples_->add(samples);
    });
    connect(&runs, &bridge::Runs::progressed, this, [this](const QString& id, const StepProgress& progress) {
        for (std::size_t row = 0; row < provider_->runs.size(); ++row) {
            if (bridge::text(provider_->runs[row].id) != id) continue;
            provider_->runs[row].step = progress.step;
            provider_->runs[row].totalSteps = progress.totalSteps;
            table_->textModel()->refresh(int(row), int(row));
        }
    });
    connect(&runs, &bridge::Runs::stateChanged, this, [this](const QString& id, RunState state, const QString& sentence) {
        for (RunInfo& run : provider_->runs)
            if (bridge::text(run.id) == id) {
                run.state = state;
                run.sentence = bridge::utf8(sentence);
            }
        table_->textModel()->refresh();
        updateActions();
        if (!gridOf_.isEmpty()) loadGrid();
        if (isGoing(state) || !chosen_.contains(id)) return;
        load(id);
        loadLabels();
    });
    connect(&runs, &bridge::Runs::removed, this, [this](const QString& id) {
        w::Toast::showUndo(this, tr("%1 was removed.").arg(id), [this, id] { services_.runs().restore(id); });
    });
    listRuns();
}

void RunsPanel::buildActions() {
    actions_ = new QWidget(this);
    auto* bar = w::row(actions_, 8);
    const auto add = [&](const char* name, const QString& text, const char* icon, w::ButtonKind kind = w::ButtonKind::Normal) {
        auto* made = w::button(QStringLiteral("runs.") + QLatin1String(name), text, kind, QLatin1String(icon), actions_);
        made->setVisible(false);
        bar->addWidget(made);
        return made;
    };
    remove_ = add("remove", tr("Remove"), "trash", w::ButtonKind::Quiet);
    again_ = add("again", tr("Use settings"), "adjustments");
    pause_ = add("pause", tr("Pause"), "player-pause");
    stop_ = add("stop", tr("Stop and save"), "player-stop");
    continue_ = add("continue", tr("Continue"), "player-play", w::ButtonKind::Primary);
    try_ = add("try", tr("Try it"), "sparkles", w::ButtonKind::Primary);
    next_ = add("nextStep", {}, "arrow-right", w::ButtonKind::Primary);
    connect(pause_, &QPushButton::clicked, this, [this] {
        if (services_.runs().activeState() == RunState::Paused) services_.runs().resume();
        else services_.runs().pause();
    });
    connect(stop_, &QPushButton::clicked, this, [this] { services_.runs().stop(); });
    connect(continue_, &QPushButton::clicked, this, [this] { if (const RunInfo* run = current()) services_.runs().continueRun(bridge::text(run->id)); });
    connect(again_, &QPushButton::clicked, this, &RunsPanel::useSettings);
    connect(remove_, &QPushButton::clicked, this, &RunsPanel::remove);
    connect(try_, &QPushButton::clicked, this, &RunsPanel::tryIt);
    connect(next_, &QPushButton::clicked, this, &RunsPanel::openNextStep);
}

QWidget* RunsPanel::buildTable() {
    table_ = new w::TextTable(this);
    table_->setObjectName(QStringLiteral("runs.table"));
    table_->setAccessibleName(tr("Runs"));
    table_->setProvider(provider_);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setMinimumHeight(120);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunsPanel::selectionChanged);
    return table_;
}

QWidget* RunsPanel::buildPages() {
    auto* side = new QWidget(this);
    auto* layout = w::column(side, 8);
    sentence_ = w::label({}, w::TextRole::Secondary, side);
    sentence_->setObjectName(QStringLiteral("runs.sentence"));
    sentence_->setWordWrap(true);
    sentence_->setVisible(false);
    layout->addWidget(sentence_);
    tabs_ = new QTabWidget(side);
    tabs_->setObjectName(QStringLiteral("runs.tabs"));
    tabs_->setDocumentMode(true);
    auto* page = new QWidget(tabs_);
    auto* pageLayout = w::column(page, 8);
    health_ = new HealthCard(page);
    charts_ = new RunCharts(page);
    pageLayout->addWidget(health_);
    pageLayout->addWidget(charts_, 1);
    labels_ = new LabelsPage(tabs_);
    grid_ = new GridPage(tabs_);
    samples_ = new SamplesPage(tabs_);
    checkpoints_ = new CheckpointsPage(tabs_);
    settings_ = new SettingsPage(tabs_);
    log_ = new QPlainTextEdit(tabs_);
    log_->setObjectName(QStringLiteral("runs.log"));
    log_->setReadOnly(true);
    log_->setFont(w::fontOf(w::FontRole::Mono));
    tabs_->addTab(page, tr("Charts"));
    tabs_->addTab(labels_, tr("Labels"));
    tabs_->setTabVisible(tabs_->indexOf(labels_), false);
    tabs_->addTab(grid_, tr("Grid"));
    tabs_->setTabVisible(tabs_->indexOf(grid_), false);
    tabs_->addTab(samples_, tr("Samples"));
    tabs_->addTab(checkpoints_, tr("Checkpoints"));
    tabs_->addTab(settings_, tr("Settings"));
    tabs_->addTab(log_, tr("Log"));
    layout->addWidget(tabs_, 1);
    connect(grid_, &GridPage::runsChosen, this, [this](const QStringList& ids) {
        wanted_ = ids;
        listRuns();
        tabs_->setCurrentIndex(0);
    });
    connect(health_, &HealthCard::coefficientAsked, this, &RunsPanel::askCoefficient);
    connect(checkpoints_, &CheckpointsPage::useRequested, this, [this](const QString& folder) {
        services_.models().add(folder, chosen_.value(0) + QLatin1Char(' ') + folder.section(QLatin1Char('/'), -1));
        Q_EMIT openRequested(QStringLiteral("playground"), {{QStringLiteral("model"), chosen_.value(0) + QLatin1Char(' ') + folder.section(QLatin1Char('/'), -1)}});
    });
    return side;
}

QList<QWidget*> RunsPanel::headerWidgets() { return {actions_}; }

void RunsPanel::openWith(const QVariantMap& arguments) {
    const QString run = arguments.value(QStringLiteral("run")).toString();
    wanted_ = run.isEmpty() ? QStringList() : QStringList{run};
    listRuns();
}

void RunsPanel::listRuns() {
    const QStringList before = wanted_.isEmpty() ? chosen_ : wanted_;
    provider_->runs = services_.runs().list();
    table_->textModel()->rowsChanged();
    table_->fitColumns(240);
    stack_->setCurrentIndex(provider_->runs.empty() ? 0 : 1);
    if (provider_->runs.empty()) return updateActions();
    table_->clearSelection();
    bool isFound = false;
    for (std::size_t row = 0; row < provider_->runs.size(); ++row) {
        if (!before.contains(bridge::text(provider_->runs[row].id))) continue;
        isFound = true;
        table_->selectionModel()->select(table_->viewIndex(int(row)), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
    if (isFound) {
        if (!wanted_.isEmpty()) table_->scrollTo(table_->viewIndex(table_->selectedRows().value(0)));
        wanted_.clear();
    }
    else table_->selectProviderRow(0);
    selectionChanged();
}

void RunsPanel::selectionChanged() {
    QStringList chosen;
    std::vector<RunInfo> runs;
    for (const int row : table_->selectedRows()) {
        if (row >= int(provider_->runs.size()) || chosen.size() == kMostCompared) continue;
        chosen << bridge::text(provider_->runs[std::size_t(row)].id);
        runs.push_back(provider_->runs[std::size_t(row)]);
    }
    updateActions();
    if (chosen == chosen_) return;
    chosen_ = chosen;
    ++round_;
    charts_->clear();
    health_->clear();
    shown_.clear();
    waiting_.clear();
    settings_->setRuns(runs);
    for (const QString& id : chosen_) load(id);
    loadGrid();
    if (chosen_.value(0) != labelsOf_ || chosen_.size() > 1) loadLabels();  // a list filled anew must not undo what was moved
    updateActions();
}

void RunsPanel::load(const QString& id) {
    ++loading_;
    const int mine = round_;
    services_.runs().history(
        this, id,
        [this, id, mine](const bridge::RunHistory& history) {
            --loading_;
            if (mine == round_) show(id, history);
        },
        [this](const QString& sentence) {
            --loading_;
            sentence_->setText(sentence);
            sentence_->setVisible(true);
        });
}

void RunsPanel::show(const QString& id, const bridge::RunHistory& history) {
    charts_->setRun(id, history.points, history.events);
    std::map<std::string, std::int64_t> last;
    for (const MetricPoint& point : history.points) last[point.split] = point.step;
    std::vector<MetricPoint> newer;
    for (const MetricPoint& point : waiting_[id])
        if (last.count(point.split) == 0 || point.step > last[point.split]) newer.push_back(point);
    charts_->append(id, newer);
    if (chosen_.size() == 1) {
        showHealth(id, history);
        health_->append(newer);
    }
    waiting_.erase(id);
    shown_ << id;
    if (chosen_.value(0) != id) return;
    samples_->setSamples(history.samples);
    checkpoints_->setCheckpoints(history.checkpoints);
    QStringList lines;
    for (const LogLine& line : history.logs) lines << localTime(line.time) + QStringLiteral("  ") + bridge::text(line.sentence);
    log_->setPlainText(lines.join(QLatin1Char('\n')));
}

/// The page of labels is there for one run of the task multi-label, and follows each of its evaluations.
void RunsPanel::loadLabels() {
    if (chosen_.isEmpty()) return;  // the table is being filled anew; hiding the page now would throw the person off it
    const QString id = chosen_.size() == 1 ? chosen_.first() : QString();
    const auto found = std::find_if(provider_->runs.begin(), provider_->runs.end(), [&](const RunInfo& run) { return bridge::text(run.id) == id; });
    const bool isThere = found != provider_->runs.end() && found->task == "multi-label";
    tabs_->setTabVisible(tabs_->indexOf(labels_), isThere);
    labelsOf_ = isThere ? id : QString();
    if (!isThere) return;
    ++loading_;
    services_.runs().labelBench(
        this, id,
        [this, id](const std::shared_ptr<LabelBench>& bench) {
            --loading_;
            if (id != labelsOf_) return;
            labels_->setBench(bench);
            labels_->setRunning(services_.runs().activeId() == id);
        },
        [this, id](const QString& sentence) {
            --loading_;
            if (id == labelsOf_) labels_->showSentence(sentence);
        });
}

/// The page of the grid is there for the runs of one, and follows their evaluations.
void RunsPanel::loadGrid() {
    if (chosen_.isEmpty()) return;
    const QString id = chosen_.first();
    gridOf_ = id;
    ++loading_;
    services_.runs().grid(
        this, id,
        [this, id](const GridTable& table) {
            --loading_;
            if (id != gridOf_) return;
            if (table.rows.empty()) gridOf_.clear();
            else grid_->setTable(table);
            tabs_->setTabVisible(tabs_->indexOf(grid_), !table.rows.empty());
        },
        [this, id](const QString& sentence) {
            --loading_;
            if (id == gridOf_) sentence_->setText(sentence);
        });
}

const RunInfo* RunsPanel::current() const { return chosen_.size() == 1 ? services_.runs().find(chosen_.first()) : nullptr; }

void RunsPanel::updateActions() {
    const QString id = chosen_.value(0);
    const auto found = std::find_if(provider_->runs.begin(), provider_->runs.end(), [&](const RunInfo& run) { return bridge::text(run.id) == id; });
    const bool isOne = chosen_.size() == 1 && found != provider_->runs.end();
    const bool isActive = isOne && services_.runs().activeId() == id;
    const RunState state = isActive ? services_.runs().activeState() : isOne ? found->state : RunState::Finished;
    pause_->setVisible(isActive);
    pause_->setText(state == RunState::Paused ? tr("Go on") : tr("Pause"));
    pause_->setIcon(w::icon(state == RunState::Paused ? QStringLiteral("player-play") : QStringLiteral("player-pause")));
    stop_->setVisible(isActive);
    stop_->setEnabled(state != RunState::Stopping);
    const bool isWaiting = isOne && !isActive && state == RunState::Queued;
    continue_->setText(isWaiting ? tr("Start now") : tr("Continue"));
    continue_->setVisible(isOne && !isActive && (isWaiting || state == RunState::Stopped || state == RunState::Interrupted || state == RunState::Failed));
    continue_->setEnabled(services_.runs().activeId().isEmpty());
    try_->setVisible(isOne && !isActive && state == RunState::Finished);
    const QString next = try_->isVisibleTo(actions_) ? nextStepTitle(*found) : QString();
    next_->setVisible(!next.isEmpty());
    next_->setText(tr("Next: %1").arg(next));
    w::setButtonKind(try_, next.isEmpty() ? w::ButtonKind::Primary : w::ButtonKind::Normal);
    again_->setVisible(isOne);
    health_->setActive(isActive && state != RunState::Stopping);
    remove_->setVisible(isOne && !isActive);
    const QString sentence = isOne ? bridge::text(found->sentence) : QString();
    sentence_->setText(sentence);
    sentence_->setVisible(!sentence.isEmpty());
    w::setTextRole(sentence_, state == RunState::Failed ? w::TextRole::Bad : state == RunState::Interrupted || state == RunState::Paused ? w::TextRole::Warning : w::TextRole::Secondary);
}

void RunsPanel::tryIt() {
    const RunInfo* run = current();
    if (run == nullptr) return;
    const bool isLatex = run->task == "causal-lm" && run->specJson.find("LaTeX") != std::string::npos;
    Q_EMIT openRequested(isLatex ? QStringLiteral("latex") : QStringLiteral("playground"), {{QStringLiteral("model"), bridge::text(run->id)}});
}

void RunsPanel::useSettings() {
    if (const RunInfo* run = current()) Q_EMIT openRequested(QStringLiteral("train"), {{QStringLiteral("spec"), bridge::text(run->specJson)}});
}

QString RunsPanel::nextStepTitle(const RunInfo& run) const {
    const bridge::StepPlace place = bridge::placeOf(sequences_, run);
    if (place.sequence < 0) return {};
    const bridge::Sequence& sequence = sequences_[place.sequence];
    const int next = bridge::nextStep(sequence, services_.runs().list());
    return next < sequence.steps.size() ? sequence.steps[next].title : QString();
}

void RunsPanel::openNextStep() {
    const RunInfo* run = current();
    if (run == nullptr) return;
    const bridge::StepPlace place = bridge::placeOf(sequences_, *run);
    if (place.sequence >= 0) Q_EMIT openRequested(QStringLiteral("train"), {{QStringLiteral("recipe"), sequences_[place.sequence].name}});
}

void RunsPanel::showHealth(const QString& id, const bridge::RunHistory& history) {
    try {
        health_->setRun(parseRunSpec(history.info.specJson, bridge::utf8(id)), history.points);
    } catch (const Error&) {
        health_->clear();  // written by another version
    }
}

void RunsPanel::askCoefficient(double present) {
    auto* dialog = new QInputDialog(this);
    dialog->setObjectName(QStringLiteral("runs.coefficientDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("KL coefficient"));
    dialog->setLabelText(tr("Price of moving away from the reference, from the next update on:"));
    dialog->setInputMode(QInputDialog::DoubleInput);
    dialog->setDoubleRange(0, 1000);
    dialog->setDoubleDecimals(4);
    dialog->setDoubleStep(0.01);
    dialog->setDoubleValue(present);
    connect(dialog, &QInputDialog::doubleValueSelected, this, [this](double value) { services_.runs().change(QStringLiteral("ppo.kl_coef"), value); });
    dialog->open();
}

void RunsPanel::remove() {
    if (const RunInfo* run = current()) services_.runs().remove(bridge::text(run->id));
}

}  // namespace lathe::panels
