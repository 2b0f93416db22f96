// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/train/train_panel.h"

#include <algorithm>

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <lathe/data.h>
#include <lathe/error.h>

#include "panels/train/batch_proofs.h"
#include "panels/train/forecast_card.h"
#include "panels/train/layer_tree.h"
#include "panels/train/sequence_bar.h"
#include "panels/train/spec_fields.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/empty_state.h"
#include "widgets/format.h"
#include "widgets/param_form.h"
#include "widgets/toast.h"
#include "widgets/token_view.h"

namespace lathe::panels {
namespace {

using namespace std::chrono_literals;
namespace w = widgets;

constexpr auto kTypingPause = 300ms;

w::TokenRole roleOf(TokenRole role) {
    switch (role) {
        case TokenRole::Prompt: return w::TokenRole::Prompt;
        case TokenRole::Trained: return w::TokenRole::Trained;
        case TokenRole::Eos: return w::TokenRole::End;
        case TokenRole::Padding: return w::TokenRole::Padding;
        case TokenRole::Cut: break;
    }
    return w::TokenRole::Cut;
}

}  // namespace

TrainPanel::TrainPanel(bridge::Services& services, QWidget* parent)
    : PanelPage(parent), services_(services), recipes_(readRecipes(bridge::Services::resourcesFolder())),
      sequences_(bridge::readSequences(bridge::Services::resourcesFolder())) {
    setObjectName(QStringLiteral("train"));
    buildTimer();
    recipe_ = new QComboBox(this);
    recipe_->setObjectName(QStringLiteral("train.recipe"));
    recipe_->setAccessibleName(tr("Recipe"));
    recipe_->setPlaceholderText(tr("Start from a recipe"));
    for (const Recipe& recipe : recipes_) recipe_->addItem(recipe.title);
    for (const bridge::Sequence& sequence : sequences_) recipe_->addItem(tr("%1, %2 steps").arg(sequence.title).arg(sequence.steps.size()));
    recipe_->setCurrentIndex(-1);

    pages_ = new QStackedWidget(this);
    empty_ = new w::EmptyState(QStringLiteral("train.empty"), QStringLiteral("database"), tr("No data yet"),
                               tr("Training needs a table of examples. The sample teaches a small model to turn English into LaTeX."), pages_);
    empty_->setAction(tr("Use the sample"), QStringLiteral("sparkles"));
    empty_->setSampleAction(tr("Import your own"), QStringLiteral("file-import"));
    pages_->addWidget(empty_);
    auto* main = new QWidget(pages_);
    auto* layout = w::column(main, 12);
    sequenceBar_ = new SequenceBar(main);
    layout->addWidget(sequenceBar_);
    connect(sequenceBar_, &SequenceBar::stepChosen, this, &TrainPanel::openStep);
    connect(sequenceBar_, &SequenceBar::closed, this, [this] {
        sequence_ = -1;
        sequenceBar_->setVisible(false);
        recipe_->setCurrentIndex(-1);
    });
    auto* splitter = new QSplitter(Qt::Horizontal, main);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildForm());
    splitter->addWidget(buildRight());
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({400, 680});
    layout->addWidget(splitter, 1);
    layout->addWidget(buildBottom());
    pages_->addWidget(main);
    w::column(this)->addWidget(pages_);

    connect(empty_, &w::EmptyState::actionTriggered, this, [this] { useRecipe(0); });
    connect(empty_, &w::EmptyState::sampleTriggered, this, [this] { Q_EMIT openRequested(QStringLiteral("data"), {{QStringLiteral("import"), true}}); });
    connect(recipe_, &QComboBox::activated, this, &TrainPanel::useRecipe);
    connect(&services_.models(), &bridge::Models::changed, this, &TrainPanel::listChoices);
    connect(&services_.datasets(), &bridge::Datasets::changed, this, &TrainPanel::listChoices);
    connect(&services_.runs(), &bridge::Runs::started, this, [this](const QString& id) {
        if (isStarting_) Q_EMIT openRequested(QStringLiteral("runs"), {{QStringLiteral("run"), id}});
        isStarting_ = false;
        updateStart();
    });
    connect(&services_.runs(), &bridge::Runs::gridQueued, this, [this](const QStringList& ids) {
        if (!isStarting_) w::Toast::show(this, tr("%n runs wait until the present one has ended.", "", int(ids.size())));
    });
    connect(&services_.runs(), &bridge::Runs::startFailed, this, [this](const QString& sentence) {
        isStarting_ = false;
        error_->setText(sentence);
        updateStart();
    });
    connect(&services_.runs(), &bridge::Runs::stateChanged, this, &TrainPanel::updateStart);
    connect(&services_.runs(), &bridge::Runs::changed, this, &TrainPanel::showSequence);
    setTask(QStringLiteral("causal-lm"));
    loadDraft();
    listChoices();
}

void TrainPanel::buildTimer() {
    wait_ = new QTimer(this);
    wait_->setSingleShot(true);
    wait_->setInterval(kTypingPause);
    connect(wait_, &QTimer::timeout, this, &TrainPanel::refresh);
}

QWidget* TrainPanel::buildForm() {
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("train.formArea"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(340);
    form_ = new w::ParamForm(QStringLiteral("train"), scroll);
    scroll->setWidget(form_);
    connect(form_, &w::ParamForm::valueChanged, this, [this](const QString& id, const QVariant&) { fieldChanged(id); });
    connect(form_, &w::ParamForm::validityChanged, this, &TrainPanel::updateStart);
    return scroll;
}

QWidget* TrainPanel::buildRight() {
    auto* right = new QWidget(this);
    auto* layout = w::column(right, 12);
    auto* card = new w::Card(tr("What will be trained"), right);
    previewRow_ = new QSpinBox(card);
    previewRow_->setObjectName(QStringLiteral("train.previewRow"));
    previewRow_->setAccessibleName(tr("Row shown"));
    previewRow_->setPrefix(tr("Row "));
    previewRow_->setRange(1, 1);
    connect(previewRow_, &QSpinBox::valueChanged, wait_, [this] { wait_->start(); });
    card->addHeaderWidget(previewRow_);
    preview_ = new w::TokenView(card);
    preview_->setObjectName(QStringLiteral("train.preview"));
    preview_->setMinimumHeight(112);
    preview_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);  // it takes what the cards below leave
    card->body()->addWidget(preview_, 1);
    previewNote_ = w::label({}, w::TextRole::Secondary, card);
    previewNote_->setObjectName(QStringLiteral("train.previewNote"));
    previewNote_->setWordWrap(true);
    card->body()->addWidget(previewNote_);
    layout->addWidget(card, 1);
    forecast_ = new ForecastCard(right);
    connect(forecast_, &ForecastCard::probeRequested, this, &TrainPanel::probe);
    layout->addWidget(forecast_);
    auto* checks = new w::Card(tr("Before the start"), right);
    checks->setObjectName(QStringLiteral("train.checks"));
    checks_ = w::column(nullptr, 4);
    checks->body()->addLayout(checks_);
    layout->addWidget(checks);
    // Many checks, or a large font, must not squeeze the numbers above them.
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(right);
    return scroll;
}

QWidget* TrainPanel::buildBottom() {
    auto* bar = new QWidget(this);
    auto* layout = w::row(bar, 8);
    auto* spec = w::button(QStringLiteral("train.copySpec"), tr("Copy spec"), w::ButtonKind::Quiet, QStringLiteral("copy"), bar);
    auto* command = w::button(QStringLiteral("train.copyCommand"), tr("Copy command"), w::ButtonKind::Quiet, QStringLiteral("terminal-2"), bar);
    connect(spec, &QPushButton::clicked, this, &TrainPanel::copySpec);
    connect(command, &QPushButton::clicked, this, &TrainPanel::copyCommand);
    error_ = w::label({}, w::TextRole::Bad, bar);
    error_->setObjectName(QStringLiteral("train.error"));
    error_->setWordWrap(true);
    start_ = w::button(QStringLiteral("train.start"), tr("Start training"), w::ButtonKind::Primary, QStringLiteral("player-play"), bar);
    start_->setToolTip(tr("Ctrl+Return"));
    connect(start_, &QPushButton::clicked, this, &TrainPanel::start);
    layout->addWidget(spec);
    layout->addWidget(command);
    grid_ = w::button(QStringLiteral("train.grid"), tr("Train a grid …"), w::ButtonKind::Normal, QStringLiteral("table"), bar);
    grid_->setToolTip(tr("A few values each of some settings, such as learning rate, last layers and dedup threshold: one run for each combination."));
    connect(grid_, &QPushButton::clicked, this, &TrainPanel::askGrid);
    pairs_ = w::button(QStringLiteral("train.pairs"), {}, w::ButtonKind::Normal, QStringLiteral("scale"), bar);
    pairs_->setVisible(false);
    connect(pairs_, &QPushButton::clicked, this, &TrainPanel::makePairs);
    layout->addWidget(error_, 1);
    layout->addWidget(pairs_);
    layout->addWidget(grid_);
    layout->addWidget(start_);
    return bar;
}

QList<QWidget*> TrainPanel::headerWidgets() { return {recipe_}; }
QList<w::KeyBinding> TrainPanel::keyBindings() const { return {{QStringLiteral("Ctrl+Return"), tr("Start training")}}; }

void TrainPanel::openWith(const QVariantMap& arguments) {
    const QString spec = arguments.value(QStringLiteral("spec")).toString();
    if (!spec.isEmpty()) {
        try {
            const RunSpec given = parseRunSpec(bridge::utf8(spec), "the spec");
            // It says itself how it splits.
            if (const DatasetInfo* dataset = given.dataset.name ? services_.datasets().find(bridge::text(*given.dataset.name)) : nullptr)
                splitTakenOf_ = bridge::text(dataset->fingerprint);
            setSpec(given);
        } catch (const Error& error) {
            error_->setText(bridge::text(error.what()));
        }
    }
    const QString recipe = arguments.value(QStringLiteral("recipe")).toString();
    for (int i = 0; i < recipes_.size(); ++i)
        if (bridge::text(recipes_[i].spec.name) == recipe) useRecipe(i);
    for (int i = 0; i < sequences_.size(); ++i)
        if (sequences_[i].name == recipe) openSequence(i);
    for (const char* key : {"model", "dataset"}) {
        const QString value = arguments.value(QLatin1String(key)).toString();
        if (!value.isEmpty()) form_->setValue(key == std::string_view("model") ? QStringLiteral("model") : QStringLiteral("dataset.name"), value);
    }
}

void TrainPanel::setTask(const QString& task) {
    if (task == task_) return;
    task_ = task;
    form_->setFields(specFields(task));
    layers_ = new LayerTree(form_);
    form_->placeBelow(QStringLiteral("trainable.mode"), layers_);
    layersOf_.clear();
    connect(layers_, &LayerTree::edited, this, [this](const QStringList& freeze) {
        form_->setValue(QStringLiteral("trainable.mode"), QStringLiteral("pattern"));
        form_->setValue(QStringLiteral("trainable.freeze"), freeze);
    });
    accumulation_ = new BatchProof(BatchProof::Kind::Accumulation, services_, [this] { return currentSpec(); }, form_);
    form_->placeBelow(QStringLiteral("training.gradient_accumulation_steps"), accumulation_);
    precision_ = new BatchProof(BatchProof::Kind::Precision, services_, [this] { return currentSpec(); }, form_);
    form_->placeBelow(QStringLiteral("training.precision"), precision_);
    splitNote_ = w::label({}, w::TextRole::Secondary, form_);
    splitNote_->setObjectName(QStringLiteral("train.splitNote"));
    splitNote_->setWordWrap(true);
    splitNote_->setVisible(false);
    form_->placeBelow(QStringLiteral("dataset.name"), splitNote_);
    form_->setValues({{QStringLiteral("task"), task}});
    listChoices();
}

void TrainPanel::setSpec(const RunSpec& spec) {
    setTask(bridge::text(spec.task));
    form_->setValues(valuesOf(spec));
    wantedDataset_ = spec.dataset.name ? bridge::text(*spec.dataset.name) : QString();
    listChoices();
}

std::optional<RunSpec> TrainPanel::currentSpec() {
    try {
        error_->clear();
        return specFrom(task_, form_->values());
    } catch (const Error& error) {
        error_->setText(bridge::text(error.what()));
        return std::nullopt;
    }
}

void TrainPanel::listChoices() {
    QList<w::FieldChoice> models;
    for (const ModelInfo& info : services_.models().list())
        if (info.isPresent) models << w::FieldChoice{bridge::text(info.name), bridge::text(info.name), tr("%1, %2 parameters").arg(bridge::text(info.family), w::formatShortCount(double(info.parameters)))};
    if (!models.isEmpty()) form_->setChoices(QStringLiteral("model"), models);
    QList<w::FieldChoice> datasets;
    for (const DatasetInfo& info : services_.datasets().list())
        datasets << w::FieldChoice{bridge::text(info.name), bridge::text(info.name), tr("%1 rows, version %2").arg(w::formatCount(info.rows)).arg(info.version)};
    form_->setChoices(QStringLiteral("dataset.name"), datasets);
    // A recipe names its dataset before it has been imported.
    if (form_->value(QStringLiteral("dataset.name")).toString().isEmpty() && services_.datasets().find(wantedDataset_) != nullptr)
        form_->setValues({{QStringLiteral("dataset.name"), wantedDataset_}});
    pages_->setCurrentIndex(datasets.isEmpty() ? 0 : 1);
    fieldChanged({});
}

void TrainPanel::useRecipe(int index) {
    if (index >= recipes_.size()) return openSequence(index - int(recipes_.size()));
    if (index < 0) return;
    useSample(recipes_[index].sampleFile, recipes_[index].spec);
}

void TrainPanel::useSample(const QString& sampleFile, const RunSpec& asked) {
    const int round = ++sampleRound_;
    if (sampleFile.isEmpty()) return setSpec(asked);
    services_.ensureSample(
        this, sampleFile,
        [this, asked, round](const QString& dataset) {
            if (round != sampleRound_) return;  // another recipe was chosen while this one's sample was read
            RunSpec spec = asked;
            spec.dataset.name = bridge::utf8(dataset);
            pages_->setCurrentIndex(1);
            setSpec(spec);
        },
        [this](const QString& sentence) { error_->setText(sentence); empty_->setLine(sentence); });
}

void TrainPanel::openSequence(int index) {
    if (index < 0 || index >= sequences_.size()) return;
    sequence_ = index;
    const int last = int(sequences_[index].steps.size()) - 1;
    openStep(std::min(last, bridge::nextStep(sequences_[index], services_.runs().list())));
}

void TrainPanel::openStep(int step) {
    if (sequence_ < 0) return;
    const bridge::Sequence& sequence = sequences_[sequence_];
    const auto spec = bridge::specOfStep(sequence, step, services_.runs().list());
    if (spec) {
        step_ = step;
        useSample(sequence.steps[step].sampleFile, *spec);
    }
    showSequence();
}

void TrainPanel::showSequence() {
    if (sequence_ >= 0) sequenceBar_->show(sequences_[sequence_], step_, services_.runs().list());
}

void TrainPanel::fieldChanged(const QString& id) {
    const QVariantMap values = form_->values();
    const QString task = values.value(QStringLiteral("task")).toString();
    if (id == QStringLiteral("task") && !task.isEmpty() && task != task_) {
        // What both tasks know stays as it was typed.
        setTask(task);
        form_->setValues(values);
    }
    if (accumulation_ != nullptr) {
        accumulation_->clearResult();
        precision_->clearResult();
        const qlonglong batch = values.value(QStringLiteral("training.per_device_train_batch_size")).toLongLong();
        const qlonglong steps = values.value(QStringLiteral("training.gradient_accumulation_steps")).toLongLong();
        accumulation_->setLine(tr("Effective batch: %1 × %2 = %3 rows an update").arg(batch).arg(steps).arg(batch * steps));
    }
    takeUpSplitColumn();
    listLayers();
    showLayers();
    wait_->start();
}

void TrainPanel::takeUpSplitColumn() {
    const QString field = QStringLiteral("dataset.split.column");
    const QString name = QLatin1String(kSplitColumn);
    const DatasetInfo* dataset = services_.datasets().find(form_->value(QStringLiteral("dataset.name")).toString());
    const bool hasColumn = dataset != nullptr && std::find(dataset->columns.begin(), dataset->columns.end(), kSplitColumn) != dataset->columns.end();
    const QString now = form_->value(field).toString();
    // Once a version: who clears the field afterwards means it.
    if (dataset != nullptr && splitTakenOf_ != bridge::text(dataset->fingerprint)) {
        splitTakenOf_ = bridge::text(dataset->fingerprint);
        if (hasColumn && now.isEmpty()) form_->setValues({{field, name}});
        if (!hasColumn && now == name) form_->setValues({{field, QVariant()}});
    }
    const QString column = form_->value(field).toString();
    splitNote_->setVisible(!column.isEmpty());
    splitNote_->setText(tr("Its column \"%1\" says which rows train and which validate.").arg(column));
}

void TrainPanel::listLayers() {
    const QString model = form_->value(QStringLiteral("model")).toString();
    if (model.isEmpty() || model == layersOf_) return;
    layersOf_ = model;
    services_.models().layers(this, model, [this, model](const std::vector<LayerInfo>& layers) {
        if (model != layersOf_) return;
        layers_->setLayers(layers);
        showLayers();
    }, [this](const QString&) { layers_->setLayers({}); });
}

void TrainPanel::showLayers() {
    const QString mode = form_->value(QStringLiteral("trainable.mode")).toString();
    layers_->setVisible(mode == QStringLiteral("last_layers") || mode == QStringLiteral("pattern"));
    if (mode == QStringLiteral("last_layers"))
        layers_->showLastLayers(form_->value(QStringLiteral("trainable.last_layers")).toInt(), form_->value(QStringLiteral("trainable.train_embeddings")).toBool());
    else if (mode == QStringLiteral("pattern")) layers_->showPatterns(form_->value(QStringLiteral("trainable.freeze")).toStringList());
}

void TrainPanel::refresh() {
    for (const bridge::WorkPtr& work : works_) work->cancel();
    works_.clear();
    pending_ = 0;
    const std::optional<RunSpec> spec = currentSpec();
    if (!spec || !spec->dataset.name || spec->dataset.name->empty()) return updateStart();
    saveDraft();
    if (const DatasetInfo* dataset = services_.datasets().find(bridge::text(*spec->dataset.name)))
        previewRow_->setMaximum(int(std::clamp<std::int64_t>(dataset->rows, 1, std::numeric_limits<int>::max())));
    if (spec->dataset.dedupThreshold && checks_->count() == 0)  // the first time takes some seconds
        checks_->addWidget(w::label(tr("Looking for near-copies …"), w::TextRole::Secondary, this));
    const int mine = ++round_;
    pending_ = 3;
    const auto ended = [this, mine] { if (mine == round_) --pending_; };
    works_.push_back(services_.runs().previewRow(this, *spec, previewRow_->value() - 1, [this, ended](const std::vector<TokenView>& tokens) { ended(); showPreview(tokens); },
                                                 [this, ended](const QString& sentence) { ended(); preview_->clear(); previewNote_->setText(sentence); }));
    works_.push_back(services_.runs().check(this, *spec, [this, ended](const std::vector<SpecCheck>& checks) { ended(); showChecks(checks); },
                                            [this, ended](const QString& sentence) { ended(); error_->setText(sentence); }));
    works_.push_back(services_.runs().forecast(this, *spec, Session::Probe::No, [this, ended](const Forecast& forecast) { ended(); forecast_->show(forecast, form_->value(QStringLiteral("model")).toString()); },
                                               [this, ended](const QString& sentence) { ended(); forecast_->showError(sentence); }));
    updateStart();
}

void TrainPanel::showPreview(const std::vector<TokenView>& tokens) {
    QList<w::TokenItem> items;
    int trained = 0, cut = 0, labels = 0;
    for (const TokenView& token : tokens) {
        w::TokenItem item;
        item.text = bridge::text(token.text);
        item.role = roleOf(token.role);
        item.id = token.id;
        items << item;
        trained += token.role == TokenRole::Trained || token.role == TokenRole::Eos;
        cut += token.role == TokenRole::Cut;
        labels += token.id == kLabelId;
    }
    preview_->setTokens(items);
    QString note = tr("%1 tokens, %2 of them trained").arg(items.size()).arg(trained);
    if (task_ == QStringLiteral("multi-label")) note = tr("%1 tokens are read, %n labels are learnt", "", labels).arg(items.size() - labels);
    if (cut > 0) note += tr("; %1 are cut off at the maximum length").arg(cut);
    previewNote_->setText(note + QLatin1Char('.'));
}

void TrainPanel::showChecks(const std::vector<SpecCheck>& checks) {
    while (QLayoutItem* item = checks_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    isBlocked_ = false;
    std::vector<SpecCheck> shown = checks;
    if (shown.empty()) shown.push_back({CheckLevel::Good, bridge::utf8(tr("Nothing stands in the way.")), {}});
    for (const SpecCheck& check : shown) {
        auto* line = new QWidget(this);
        auto* layout = w::row(line, 8);
        const bool isBad = check.level == CheckLevel::Blocking;
        const bool isWarning = check.level == CheckLevel::Warning;
        isBlocked_ = isBlocked_ || isBad;
        auto* mark = new QLabel(line);
        mark->setPixmap(w::icon(isBad ? QStringLiteral("circle-x") : isWarning ? QStringLiteral("alert-triangle") : QStringLiteral("circle-check"),
                                isBad ? w::IconTone::Bad : isWarning ? w::IconTone::Warning : w::IconTone::Good).pixmap(16, 16));
        auto* text = w::label(bridge::text(check.sentence), w::TextRole::Body, line);
        text->setWordWrap(true);
        layout->addWidget(mark, 0, Qt::AlignTop);
        layout->addWidget(text, 1);
        checks_->addWidget(line);
        if (!check.param.empty() && isBad) form_->setError(bridge::text(check.param), bridge::text(check.sentence));
    }
    updateStart();
}

void TrainPanel::probe() {
    const std::optional<RunSpec> spec = currentSpec();
    if (!spec) return;
    forecast_->setProbing(true);
    ++pending_;
    const auto ended = [this] { --pending_; forecast_->setProbing(false); };
    services_.runs().forecast(this, *spec, Session::Probe::Yes, [this, ended](const Forecast& forecast) { ended(); forecast_->show(forecast, form_->value(QStringLiteral("model")).toString()); },
                              [this, ended](const QString& sentence) { ended(); forecast_->showError(sentence); });
}

void TrainPanel::start() {
    const std::optional<RunSpec> spec = currentSpec();
    if (!spec || !start_->isEnabled()) return;
    isStarting_ = true;
    saveDraft();
    updateStart();
    services_.generators().clear();  // their memory is the training's now
    services_.runs().start(*spec);
}

void TrainPanel::updateStart() {
    const bool isBusy = !services_.runs().activeId().isEmpty();
    const bool hasData = !form_->value(QStringLiteral("dataset.name")).toString().isEmpty();
    start_->setEnabled(!isBusy && !isStarting_ && !isBlocked_ && hasData && form_->isValid());
    grid_->setEnabled(!isStarting_ && !isBlocked_ && hasData && form_->isValid());
    updatePairs();
    start_->setText(isStarting_ ? tr("Starting …") : tr("Start training"));
    start_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));  // Qt takes it away with each new text
    QString why;
    if (isBusy) why = tr("A run is working already; it can be watched in Runs.");
    else if (!hasData) why = tr("Choose a dataset first.");
    else if (isBlocked_) why = tr("Something must be put right first; see the checks.");
    start_->setToolTip(why.isEmpty() ? tr("Ctrl+Return") : why);
    if (error_->text().isEmpty() || isBusy) error_->setText(isBusy ? why : error_->text());
    w::setTextRole(error_, isBusy ? w::TextRole::Secondary : w::TextRole::Bad);
}

void TrainPanel::copySpec() {
    if (const std::optional<RunSpec> spec = currentSpec()) {
        QGuiApplication::clipboard()->setText(bridge::text(toJson(*spec)));
        w::Toast::show(this, tr("The spec is on the clipboard."));
    }
}

QString TrainPanel::commandText(const RunSpec& spec) const {
    return QStringLiteral("lathe-cli --workspace '%1' train /dev/stdin <<'SPEC'\n%2SPEC\n").arg(services_.workspaceFolder(), bridge::text(toJson(spec)));
}

void TrainPanel::copyCommand() {
    if (const std::optional<RunSpec> spec = currentSpec()) {
        QGuiApplication::clipboard()->setText(commandText(*spec));
        w::Toast::show(this, tr("The command is on the clipboard."));
    }
}

void TrainPanel::loadDraft() {
    const QString draft = services_.setting(QStringLiteral("train.draft"));
    if (draft.isEmpty()) {
        if (!recipes_.isEmpty()) setSpec(recipes_.first().spec);
        return;
    }
    try {
        setSpec(parseRunSpec(bridge::utf8(draft), "the last settings"));
    } catch (const Error&) {
        // Written by another version; the defaults are there.
    }
}

void TrainPanel::saveDraft() {
    try {
        services_.setSetting(QStringLiteral("train.draft"), bridge::text(toJson(specFrom(task_, form_->values()))));
    } catch (const Error&) {
        // Not valid now, or a read-only workspace: the draft stays as it was.
    }
}

}  // namespace lathe::panels
