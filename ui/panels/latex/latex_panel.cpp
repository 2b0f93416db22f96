// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/latex/latex_panel.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "panels/latex/table_mode.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/key_hint.h"
#include "widgets/latex_view.h"
#include "widgets/theme.h"
#include "widgets/toast.h"

namespace lathe::panels {
namespace {

using namespace std::chrono_literals;
namespace w = widgets;

// Long enough not to start at every letter, short enough to feel live.
constexpr auto kTypingPause = 450ms;
constexpr int kMaxNewTokens = 96;

QString exampleText() { return QStringLiteral("g of x equals integral from 0 to 1 of x squared"); }

}  // namespace

LatexPanel::LatexPanel(bridge::Services& services, QWidget* parent) : PanelPage(parent), services_(services) {
    setObjectName(QStringLiteral("latex"));
    model_ = new QComboBox(this);
    model_->setObjectName(QStringLiteral("latex.model"));
    model_->setAccessibleName(tr("Model"));
    model_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    model_->setMinimumWidth(220);
    beams_ = new QComboBox(this);
    beams_->setObjectName(QStringLiteral("latex.beams"));
    beams_->setAccessibleName(tr("Beams"));
    for (const int count : {1, 2, 4, 8}) beams_->addItem(tr("%n beam(s)", nullptr, count), count);
    beams_->setCurrentIndex(2);
    tableSwitch_ = new QToolButton(this);
    tableSwitch_->setObjectName(QStringLiteral("latex.tableMode"));
    tableSwitch_->setText(tr("Check a table"));
    tableSwitch_->setIcon(w::icon(QStringLiteral("table")));
    tableSwitch_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    tableSwitch_->setCheckable(true);

    modes_ = new QStackedWidget(this);
    modes_->addWidget(buildTyping());
    table_ = new TableMode(services_, this);
    modes_->addWidget(table_);
    w::column(this)->addWidget(modes_);

    pause_ = new QTimer(this);
    pause_->setSingleShot(true);
    pause_->setInterval(kTypingPause);
    connect(pause_, &QTimer::timeout, this, &LatexPanel::convert);
    connect(english_, &QPlainTextEdit::textChanged, pause_, qOverload<>(&QTimer::start));
    connect(convert_, &QPushButton::clicked, this, &LatexPanel::convert);
    connect(source_, &QPlainTextEdit::textChanged, this, [this] {
        formula_->setTex(source_->toPlainText().trimmed());
        correct_->setEnabled(!source_->toPlainText().trimmed().isEmpty() && !english_->toPlainText().trimmed().isEmpty());
    });
    connect(formula_, &w::LatexView::rendered, this, [this] {
        if (!formula_->error().isEmpty()) say(formula_->error(), true);
        else if (note_->property("role").toInt() == int(w::TextRole::Bad)) say({}, false);
    });
    connect(correct_, &QPushButton::clicked, this, &LatexPanel::keepCorrection);
    connect(model_, &QComboBox::activated, this, [this] { chooseModel(model_->currentData().toString()); convert(); });
    connect(beams_, &QComboBox::activated, this, &LatexPanel::convert);
    connect(tableSwitch_, &QToolButton::toggled, this, [this](bool isOn) { modes_->setCurrentIndex(isOn ? 1 : 0); });
    connect(&services_.models(), &bridge::Models::changed, this, &LatexPanel::listModels);
    connect(&services_.runs(), &bridge::Runs::changed, this, [this] { chooseModel(model_->currentData().toString()); });
    listModels();
}

QWidget* LatexPanel::buildTyping() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildEnglish());
    splitter->addWidget(buildFormula());
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    splitter->setSizes({420, 620});
    return splitter;
}

QWidget* LatexPanel::buildEnglish() {
    auto* card = new w::Card(tr("English"), this);
    english_ = new QPlainTextEdit(card);
    english_->setObjectName(QStringLiteral("latex.english"));
    english_->setAccessibleName(tr("English text"));
    english_->setPlaceholderText(exampleText());
    english_->setTabChangesFocus(true);
    card->body()->addWidget(english_, 1);
    card->body()->addWidget(w::helpLine(tr("Say a formula in words. It is converted when you pause."), card));
    auto* buttons = w::row(nullptr, 8);
    auto* example = w::button(QStringLiteral("latex.example"), tr("Example"), w::ButtonKind::Quiet, QStringLiteral("bulb"), card);
    connect(example, &QPushButton::clicked, this, [this] { english_->setPlainText(exampleText()); convert(); });
    convert_ = w::button(QStringLiteral("latex.convert"), tr("Convert"), w::ButtonKind::Primary, QStringLiteral("arrow-right"), card);
    convert_->setToolTip(tr("Ctrl+Return"));
    buttons->addWidget(example);
    buttons->addStretch();
    buttons->addWidget(convert_);
    card->body()->addLayout(buttons);
    return card;
}

QWidget* LatexPanel::buildFormula() {
    auto* side = new QWidget(this);
    auto* layout = w::column(side, 12);
    auto* card = new w::Card(tr("Formula"), side);
    formula_ = new w::LatexView(card);
    formula_->setObjectName(QStringLiteral("latex.formula"));
    formula_->setScale(2.6);
    formula_->setMinimumHeight(180);
    card->body()->addWidget(formula_, 1);
    note_ = w::label({}, w::TextRole::Secondary, card);
    note_->setObjectName(QStringLiteral("latex.note"));
    note_->setWordWrap(true);
    card->body()->addWidget(note_);
    layout->addWidget(card, 3);

    auto* others = new w::Card(tr("Other beams"), side);
    others->addHeaderWidget(new w::KeyHint({QStringLiteral("Alt+1"), QStringLiteral("Alt+4")}, tr("take one"), others));
    alternatives_ = w::row(nullptr, 8);
    others->body()->addLayout(alternatives_);
    others->setObjectName(QStringLiteral("latex.alternatives"));
    others->setVisible(false);
    layout->addWidget(others);

    auto* sourceCard = new w::Card(tr("LaTeX source"), side);
    source_ = new QPlainTextEdit(sourceCard);
    source_->setObjectName(QStringLiteral("latex.source"));
    source_->setAccessibleName(tr("LaTeX source"));
    source_->setFont(w::fontOf(w::FontRole::Mono));
    source_->setTabChangesFocus(true);
    source_->setMaximumHeight(88);
    source_->setPlaceholderText(tr("The formula's source; edit it and the picture follows."));
    sourceCard->body()->addWidget(source_);
    auto* buttons = w::row(nullptr, 8);
    auto* copy = w::button(QStringLiteral("latex.copyTex"), tr("Copy TeX"), w::ButtonKind::Quiet, QStringLiteral("copy"), sourceCard);
    connect(copy, &QPushButton::clicked, formula_, &w::LatexView::copyTex);
    auto* copyPicture = w::button(QStringLiteral("latex.copyPng"), tr("Copy picture"), w::ButtonKind::Quiet, QStringLiteral("photo"), sourceCard);
    connect(copyPicture, &QPushButton::clicked, formula_, &w::LatexView::copyPng);
    correct_ = w::button(QStringLiteral("latex.correct"), tr("Keep as correct"), w::ButtonKind::Normal, QStringLiteral("check"), sourceCard);
    correct_->setToolTip(tr("Adds this pair to the dataset for the next training"));
    correct_->setEnabled(false);
    buttons->addWidget(copy);
    buttons->addWidget(copyPicture);
    buttons->addStretch();
    buttons->addWidget(correct_);
    sourceCard->body()->addLayout(buttons);
    layout->addWidget(sourceCard);
    return side;
}

QList<QWidget*> LatexPanel::headerWidgets() { return {model_, beams_, tableSwitch_}; }

QList<w::KeyBinding> LatexPanel::keyBindings() const {
    return {{QStringLiteral("Ctrl+Return"), tr("Convert now")}, {QStringLiteral("Alt+1 … Alt+4"), tr("Take one of the other beams")}};
}

void LatexPanel::openWith(const QVariantMap& arguments) {
    const QString wanted = arguments.value(QStringLiteral("model")).toString();
    if (!wanted.isEmpty()) {
        wantedModel_ = wanted;
        listModels();
    }
    english_->setFocus();
}

void LatexPanel::listModels() {
    const QString before = wantedModel_.isEmpty() ? model_->currentData().toString() : wantedModel_;
    QString newestRun;
    model_->clear();
    for (const ModelInfo& info : services_.models().list()) {
        if (info.head != "language-model" || !info.isPresent) continue;
        model_->addItem(bridge::text(info.name), bridge::text(info.name));
        if (info.origin == "run" && newestRun.isEmpty()) newestRun = bridge::text(info.name);
    }
    isListed_ = model_->count() > 0;
    // A tuned model is what a person comes here to try; the newest one unless they chose otherwise.
    int index = model_->findData(before);
    if (index < 0 && !newestRun.isEmpty()) index = model_->findData(newestRun);
    model_->setCurrentIndex(std::max(index, model_->count() > 0 ? 0 : -1));
    if (model_->findData(wantedModel_) >= 0) wantedModel_.clear();
    convert_->setEnabled(model_->count() > 0);
    chooseModel(model_->currentData().toString());
}

void LatexPanel::chooseModel(const QString& name) {
    converter_ = converterFor(services_, name);
    table_->setModel(name, converter_);
}

void LatexPanel::convert() {
    pause_->stop();
    const QString english = english_->toPlainText().simplified();
    if (work_) work_->cancel();
    ++generation_;
    if (english.isEmpty() || model_->currentIndex() < 0) return;
    bridge::Generators::Request request;
    request.model = model_->currentData().toString();
    request.prompt = converter_.promptFor(english);
    request.options.maxNewTokens = kMaxNewTokens;
    request.options.numBeams = beams_->currentData().toInt();
    request.options.numReturnSequences = request.options.numBeams;
    request.options.earlyStopping = EarlyStopping::Yes;
    request.options.stopStrings = {"\n"};
    isWorking_ = true;
    say(tr("Converting with %1 …").arg(request.model), false);
    const int mine = generation_;
    work_ = services_.generators().generate(
        this, request, {}, [this, mine](const GenerationResult& result) { if (mine == generation_) show(result); },
        [this, mine](const QString& sentence) {
            if (mine != generation_) return;
            isWorking_ = false;
            say(sentence, true);
        });
}

void LatexPanel::show(const GenerationResult& result) {
    isWorking_ = false;
    answers_.clear();
    for (const GeneratedText& sequence : result.sequences) {
        const QString answer = Converter::answerOf(bridge::text(sequence.text));
        if (!answer.isEmpty() && std::find(answers_.begin(), answers_.end(), answer) == answers_.end()) answers_.push_back(answer);
    }
    say(tr("%1 tokens/s").arg(w::formatNumber(result.tokensPerSecond, 3)), false);
    takeAlternative(0);
}

void LatexPanel::takeAlternative(int index) {
    if (index < 0 || index >= int(answers_.size())) {
        if (index == 0) say(tr("The model answered with nothing. Train it on the sample first, or choose a trained model."), true);
        return;
    }
    std::rotate(answers_.begin(), answers_.begin() + index, answers_.begin() + index + 1);
    source_->setPlainText(answers_.front());
    while (QLayoutItem* item = alternatives_->takeAt(0)) {
        if (item->widget() != nullptr) item->widget()->deleteLater();
        delete item;
    }
    const int shown = std::min(int(answers_.size()) - 1, 4);
    for (int i = 1; i <= shown; ++i) {
        auto* take = new QToolButton(this);
        take->setObjectName(QStringLiteral("latex.alternative%1").arg(i));
        take->setAccessibleName(answers_[std::size_t(i)]);
        take->setToolTip(QStringLiteral("Alt+%1   %2").arg(i).arg(answers_[std::size_t(i)]));
        take->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        take->setProperty("role", QStringLiteral("formula"));
        auto* view = new w::LatexView(take);
        view->setScale(1.1);
        view->setTex(answers_[std::size_t(i)]);
        view->setAttribute(Qt::WA_TransparentForMouseEvents);
        w::row(take, 0, 8)->addWidget(view);
        connect(take, &QToolButton::clicked, this, [this, i] { takeAlternative(i); });
        alternatives_->addWidget(take);
    }
    if (auto* card = findChild<w::Card*>(QStringLiteral("latex.alternatives"))) card->setVisible(shown > 0);
}

void LatexPanel::keepCorrection() {
    QString dataset = converter_.dataset;
    if (dataset.isEmpty() || services_.datasets().find(dataset) == nullptr) dataset = QStringLiteral("english_to_latex");
    if (services_.datasets().find(dataset) == nullptr) {
        say(tr("There is no dataset to put the pair into. Import one with the columns %1 and %2 first.").arg(converter_.source, converter_.target), true);
        return;
    }
    const QString english = english_->toPlainText().simplified();
    services_.datasets().appendRow(
        this, dataset, {{converter_.source, english}, {converter_.target, source_->toPlainText().trimmed()}}, QStringLiteral("correction"),
        [this, dataset](const DatasetInfo& info) {
            w::Toast::showUndo(this, tr("Added to %1, which has %2 rows now.").arg(dataset, w::formatCount(info.rows)),
                               [this, dataset] { services_.datasets().undoVersion(dataset); });
        },
        [this](const QString& sentence) { say(sentence, true); });
}

void LatexPanel::say(const QString& sentence, bool isBad) {
    note_->setText(sentence);
    w::setTextRole(note_, isBad ? w::TextRole::Bad : w::TextRole::Secondary);
}

void LatexPanel::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() == Qt::ControlModifier && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) return convert();
    if (event->modifiers() == Qt::AltModifier && event->key() >= Qt::Key_1 && event->key() <= Qt::Key_4) return takeAlternative(event->key() - Qt::Key_0);
    PanelPage::keyPressEvent(event);
}

}  // namespace lathe::panels
