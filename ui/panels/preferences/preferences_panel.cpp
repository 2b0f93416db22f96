// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/preferences/preferences_panel.h"

#include <algorithm>

#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "panels/preferences/label_canvas.h"
#include "panels/preferences/pair_maker.h"
#include "panels/preferences/quality_card.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/empty_state.h"
#include "widgets/toast.h"

namespace lathe::panels {
namespace {

using namespace std::chrono_literals;
namespace w = widgets;

// The choice stays visible for a moment, so that a wrong key is noticed.
constexpr auto kFlash = 150ms;
// Quality is measured when the hand rests, not at each key.
constexpr auto kMeasurePause = 1s;
constexpr std::size_t kRateOver = 20;
const QString kRaterSetting = QStringLiteral("preferences.rater");

}  // namespace

PreferencesPanel::PreferencesPanel(bridge::Services& services, QWidget* parent) : PanelPage(parent), services_(services) {
    setObjectName(QStringLiteral("preferences"));
    clock_.start();
    maker_ = new PairMaker(services, this);
    buildActions();
    stack_ = new QStackedWidget(this);
    auto* empty = new w::EmptyState(QStringLiteral("preferences.empty"), QStringLiteral("scale"), tr("No pairs yet"),
                                    tr("Import pairs of answers, or let a model write two answers to each of your prompts."), stack_);
    empty->setAction(tr("Import pairs"), QStringLiteral("file-import"));
    empty->setSampleAction(tr("Load the sample"), QStringLiteral("sparkles"));
    connect(empty, &w::EmptyState::actionTriggered, this, &PreferencesPanel::chooseFile);
    connect(empty, &w::EmptyState::sampleTriggered, this, &PreferencesPanel::loadSample);
    stack_->addWidget(empty);
    stack_->addWidget(buildLabelling());
    note_ = w::label({}, w::TextRole::Secondary, this);
    note_->setObjectName(QStringLiteral("preferences.message"));
    note_->setWordWrap(true);
    note_->setVisible(false);
    auto* layout = w::column(this, 8);
    layout->addWidget(stack_, 1);
    layout->addWidget(note_);
    measuring_ = new QTimer(this);
    measuring_->setSingleShot(true);
    measuring_->setInterval(kMeasurePause);
    connect(measuring_, &QTimer::timeout, this, &PreferencesPanel::measure);
    bridge::Preferences& sets = services_.preferences();
    connect(&sets, &bridge::Preferences::changed, this, &PreferencesPanel::listSets);
    connect(&sets, &bridge::Preferences::failed, this, [this](const QString& sentence) { say(sentence, true); });
    connect(&sets, &bridge::Preferences::removed, this, [this](const QString& name) {
        w::Toast::showUndo(this, tr("The set %1 was removed.").arg(name), [this, name] { services_.preferences().restore(name); });
    });
    connect(maker_, &PairMaker::progressed, this, &PreferencesPanel::showMaking);
    connect(maker_, &PairMaker::failed, this, [this](const QString& sentence) { say(sentence, true); });
    sets.refresh();
}

void PreferencesPanel::buildActions() {
    set_ = new QComboBox(this);
    set_->setObjectName(QStringLiteral("preferences.set"));
    set_->setAccessibleName(tr("Set of pairs"));
    set_->setMinimumWidth(150);
    connect(set_, &QComboBox::activated, this, [this] { openSet(set_->currentText()); });
    rater_ = new QLineEdit(this);
    rater_->setObjectName(QStringLiteral("preferences.rater"));
    rater_->setAccessibleName(tr("Your name"));
    rater_->setPlaceholderText(tr("Your name"));
    rater_->setToolTip(tr("Labels of several people are kept apart by name"));
    rater_->setMaximumWidth(110);
    const QString known = services_.setting(kRaterSetting);
    rater_->setText(known.isEmpty() ? qEnvironmentVariable("USER", QStringLiteral("me")) : known);
    connect(rater_, &QLineEdit::editingFinished, this, [this] {
        if (!services_.session().isReadOnly()) services_.setSetting(kRaterSetting, rater());
        load();
    });
    import_ = w::button(QStringLiteral("preferences.import"), tr("Import"), w::ButtonKind::Normal, QStringLiteral("file-import"), this);
    connect(import_, &QPushButton::clicked, this, &PreferencesPanel::chooseFile);
    make_ = w::button(QStringLiteral("preferences.make"), tr("Make pairs"), w::ButtonKind::Normal, QStringLiteral("wand"), this);
    connect(make_, &QPushButton::clicked, this, &PreferencesPanel::makePairs);
    export_ = w::button(QStringLiteral("preferences.export"), tr("Export"), w::ButtonKind::Normal, QStringLiteral("file-export"), this);
    connect(export_, &QPushButton::clicked, this, &PreferencesPanel::exportPairs);
    trainReward_ = w::button(QStringLiteral("preferences.trainReward"), tr("Train reward model"), w::ButtonKind::Primary, QStringLiteral("player-play"), this);
    connect(trainReward_, &QPushButton::clicked, this, [this] { train(QStringLiteral("reward")); });
    trainDpo_ = w::button(QStringLiteral("preferences.trainDpo"), tr("Train DPO"), w::ButtonKind::Normal, QStringLiteral("player-play"), this);
    connect(trainDpo_, &QPushButton::clicked, this, [this] { train(QStringLiteral("dpo")); });
    runPpo_ = w::button(QStringLiteral("preferences.runPpo"), tr("Run PPO"), w::ButtonKind::Normal, QStringLiteral("player-play"), this);
    runPpo_->setToolTip(tr("The model answers these prompts and learns from what the reward model says of its answers"));
    connect(runPpo_, &QPushButton::clicked, this, [this] { train(QStringLiteral("ppo")); });
}

QWidget* PreferencesPanel::buildLabelling() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setObjectName(QStringLiteral("preferences.splitter"));
    splitter->setChildrenCollapsible(false);
    canvas_ = new LabelCanvas(splitter);
    splitter->addWidget(canvas_);
    splitter->addWidget(buildSide());
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({730, 310});
    connect(canvas_, &LabelCanvas::judged, this, &PreferencesPanel::judge);
    connect(canvas_, &LabelCanvas::remarked, this, &PreferencesPanel::remark);
    connect(canvas_, &LabelCanvas::undoAsked, this, &PreferencesPanel::undo);
    return splitter;
}

QWidget* PreferencesPanel::buildSide() {
    auto* side = new QWidget(this);
    side->setMinimumWidth(304);
    auto* layout = w::column(side, 12);
    auto* card = new w::Card(tr("Progress"), side);
    progress_ = new QProgressBar(card);
    progress_->setObjectName(QStringLiteral("preferences.progress"));
    progress_->setAccessibleName(tr("Labelled pairs"));
    card->body()->addWidget(progress_);
    counts_ = w::label({}, w::TextRole::Secondary, card);
    counts_->setObjectName(QStringLiteral("preferences.counts"));
    counts_->setWordWrap(true);
    card->body()->addWidget(counts_);
    rate_ = w::label({}, w::TextRole::Secondary, card);
    rate_->setObjectName(QStringLiteral("preferences.rate"));
    card->body()->addWidget(rate_);
    making_ = w::label({}, w::TextRole::Secondary, card);
    making_->setObjectName(QStringLiteral("preferences.making"));
    making_->setWordWrap(true);
    making_->setVisible(false);
    card->body()->addWidget(making_);
    mode_ = new QComboBox(card);
    mode_->setObjectName(QStringLiteral("preferences.labelMode"));
    mode_->setAccessibleName(tr("How to label"));
    mode_->addItem(tr("Choose the better answer"));
    mode_->addItem(tr("Rate each from 1 to 10"));
    connect(mode_, &QComboBox::activated, this, [this](int index) {
        if (const LabelSet* set = services_.preferences().find(chosen_)) changeSet(index == 1 ? LabelMode::Ratings : LabelMode::Pairs, set->queue.order);
    });
    card->body()->addWidget(mode_);
    rewardModel_ = new QComboBox(card);
    rewardModel_->setObjectName(QStringLiteral("preferences.order"));
    rewardModel_->setAccessibleName(tr("Order of the pairs"));
    connect(rewardModel_, &QComboBox::activated, this, &PreferencesPanel::scoreByModel);
    card->body()->addWidget(rewardModel_);
    layout->addWidget(card);
    quality_ = new QualityCard(side);
    layout->addWidget(quality_);
    auto* training = new w::Card(tr("Train with these pairs"), side);
    for (QPushButton* each : {trainReward_, trainDpo_, runPpo_}) training->body()->addWidget(each);
    layout->addWidget(training);
    layout->addStretch(1);
    return side;
}

QList<QWidget*> PreferencesPanel::headerWidgets() { return {set_, rater_, import_, make_, export_}; }

QList<w::KeyBinding> PreferencesPanel::keyBindings() const {
    return {{QStringLiteral("← / 1"), tr("The left answer is better")}, {QStringLiteral("→ / 2"), tr("The right answer is better")}, {QStringLiteral("↓ / 3"), tr("Equally good")},
            {QStringLiteral("4"), tr("Both bad")}, {QStringLiteral("Space"), tr("Skip")}, {QStringLiteral("Backspace"), tr("Undo the last label")}, {QStringLiteral("F"), tr("Flag for a later look")},
            {QStringLiteral("N"), tr("Write a note")}, {QStringLiteral("1 … 9, 0"), tr("Rating mode: rate the left, then the right answer; 0 is ten")}};
}

void PreferencesPanel::showEvent(QShowEvent* event) {
    PanelPage::showEvent(event);
    canvas_->setFocus();
}

QString PreferencesPanel::rater() const {
    const QString name = rater_->text().trimmed();
    return name.isEmpty() ? QStringLiteral("me") : name;
}

void PreferencesPanel::openWith(const QVariantMap& arguments) {
    const auto value = [&](const char* key) { return arguments.value(QLatin1String(key)).toString(); };
    if (!value("set").isEmpty()) openSet(value("set"));
    else if (!value("file").isEmpty()) importFrom(value("file"), QFileInfo(value("file")).completeBaseName());
    else if (!value("dataset").isEmpty()) importFrom(value("dataset"), value("dataset"));
    else if (!value("answerA").isEmpty()) addPair(arguments);
}

void PreferencesPanel::listSets() {
    isListed_ = true;
    const auto& sets = services_.preferences().list();
    stack_->setCurrentIndex(sets.empty() ? 0 : 1);
    for (QWidget* each : std::initializer_list<QWidget*>{set_, rater_, export_, trainReward_, trainDpo_, runPpo_}) each->setVisible(!sets.empty());
    set_->clear();
    for (const LabelSet& set : sets) set_->addItem(bridge::text(set.name));
    if (sets.empty()) return;
    const QString name = !wanted_.isEmpty() && set_->findText(wanted_) >= 0 ? wanted_ : set_->findText(chosen_) >= 0 ? chosen_ : set_->itemText(0);
    if (name == wanted_) wanted_.clear();
    set_->setCurrentText(name);
    // Pairs that came in need no new look at the pair that is being judged.
    if (name != chosen_ || !canvas_->task()) openSet(name);
}

void PreferencesPanel::openSet(const QString& name) {
    const LabelSet* set = services_.preferences().find(name);
    if (set == nullptr) {
        wanted_ = name;
        return;
    }
    chosen_ = name;
    set_->setCurrentText(name);
    mode_->setCurrentIndex(set->mode == LabelMode::Ratings ? 1 : 0);
    rewardModel_->clear();
    rewardModel_->addItem(tr("In random order"));
    for (const RunInfo& run : services_.runs().list())
        if (run.task == "reward" && run.state == RunState::Finished) rewardModel_->addItem(tr("By doubt of %1").arg(bridge::text(run.id)), bridge::text(run.id));
    rewardModel_->setVisible(rewardModel_->count() > 1);
    if (set->queue.order == LabelOrder::Uncertain) rewardModel_->setCurrentIndex(rewardModel_->count() - 1);
    load();
    measure();
}

void PreferencesPanel::load() {
    if (chosen_.isEmpty()) return;
    isLoading_ = true;
    work_ = services_.preferences().state(
        this, chosen_, rater(), [this](const LabelState& state) { isLoading_ = false; show(state); },
        [this](const QString& sentence) { isLoading_ = false; say(sentence, true); });
}

void PreferencesPanel::show(const LabelState& state) {
    const LabelSet* set = services_.preferences().find(chosen_);
    if (state.task) canvas_->showPair(*state.task, set != nullptr ? set->mode : LabelMode::Pairs);
    else canvas_->showNothing(state.progress.items == 0 ? tr("This set has no pairs yet.") : tr("All pairs are labelled. Train a reward model with them, or make more pairs."));
    canvas_->setCanUndo(state.canUndo);
    const LabelProgress& now = state.progress;
    progress_->setRange(0, int(std::max<std::int64_t>(1, now.items)));
    progress_->setValue(int(now.judged));
    counts_->setText(tr("%1 of %2 pairs, %3 left. %4 skipped, %5 flagged, %6 today.").arg(now.judged).arg(now.items).arg(now.items - now.judged).arg(now.skipped).arg(now.flagged).arg(now.today));
    rate_->clear();
    if (labelled_.size() < 2 || labelled_.back() == labelled_.front()) return;
    const double minutes = double(labelled_.back() - labelled_.front()) / 60'000;
    rate_->setText(tr("%1 labels a minute").arg(double(labelled_.size() - 1) / minutes, 0, 'f', 0));
}

void PreferencesPanel::showAfterFlash(const LabelState& state) {
    QTimer::singleShot(kFlash, this, [this, state, set = chosen_] { if (set == chosen_) show(state); });
}

void PreferencesPanel::judge(const LabelEvent& given) {
    LabelEvent event = given;
    event.rater = bridge::utf8(rater());
    services_.preferences().judge(
        this, chosen_, event,
        [this](const LabelState& state) {
            labelled_.push_back(clock_.elapsed());
            if (labelled_.size() > kRateOver) labelled_.pop_front();
            showAfterFlash(state);
            measuring_->start();
        },
        [this](const QString& sentence) {
            canvas_->unlock();
            say(sentence, true);
        });
}

void PreferencesPanel::remark(const LabelEvent& given) {
    LabelEvent event = given;
    event.rater = bridge::utf8(rater());
    services_.preferences().judge(
        this, chosen_, event, [this](const LabelState&) { measuring_->start(); }, [this](const QString& sentence) { say(sentence, true); });
}

void PreferencesPanel::undo() {
    services_.preferences().undo(
        this, chosen_, rater(),
        [this](const LabelState& state) {
            if (!labelled_.empty()) labelled_.pop_back();
            show(state);
            measuring_->start();
        },
        [this](const QString& sentence) {
            canvas_->unlock();
            say(sentence, true);
        });
}

void PreferencesPanel::measure() {
    services_.preferences().quality(
        this, chosen_, [this](const LabelQuality& quality, const PairReport& pairs) { quality_->show(quality, pairs); }, [this](const QString& sentence) { say(sentence, true); });
}

void PreferencesPanel::say(const QString& sentence, bool isBad) {
    note_->setText(sentence);
    note_->setVisible(!sentence.isEmpty());
    w::setTextRole(note_, isBad ? w::TextRole::Bad : w::TextRole::Secondary);
}

}  // namespace lathe::panels
