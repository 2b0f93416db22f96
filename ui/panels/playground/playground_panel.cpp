// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/playground/playground_panel.h"

#include <algorithm>

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include "panels/playground/answer_pane.h"
#include "panels/playground/decoding.h"
#include "widgets/card.h"
#include "widgets/controls.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr int kMostPanes = 4;

}  // namespace

PlaygroundPanel::PlaygroundPanel(bridge::Services& services, QWidget* parent) : PanelPage(parent), services_(services) {
    setObjectName(QStringLiteral("playground"));
    addPane_ = w::button(QStringLiteral("playground.addPane"), tr("Add pane"), w::ButtonKind::Normal, QStringLiteral("plus"), this);
    addPane_->setToolTip(tr("Another model on the same prompt and seed, up to four"));
    differences_ = new QCheckBox(tr("Show differences"), this);
    differences_->setObjectName(QStringLiteral("playground.differences"));
    differences_->setToolTip(tr("Marks words that the first pane's answer has not"));

    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildSettings());
    auto* right = new QWidget(splitter);
    auto* layout = w::column(right, 12);
    panes_ = new QSplitter(Qt::Horizontal, right);
    panes_->setChildrenCollapsible(false);
    layout->addWidget(panes_, 1);
    layout->addWidget(buildPrompt());
    splitter->addWidget(right);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({280, 800});
    w::column(this)->addWidget(splitter);

    connect(addPane_, &QPushButton::clicked, this, &PlaygroundPanel::addPane);
    connect(differences_, &QCheckBox::toggled, this, &PlaygroundPanel::paneFinished);
    connect(generate_, &QPushButton::clicked, this, &PlaygroundPanel::generate);
    connect(prompt_, &QPlainTextEdit::textChanged, this, [this] { generate_->setEnabled(!prompt_->toPlainText().isEmpty()); });
    addPane();
}

QWidget* PlaygroundPanel::buildSettings() {
    auto* card = new w::Card(tr("Decoding"), this);
    card->setMinimumWidth(250);
    preset_ = new QComboBox(card);
    preset_->setObjectName(QStringLiteral("playground.preset"));
    preset_->setAccessibleName(tr("Preset"));
    for (const DecodingPreset& preset : decodingPresets()) preset_->addItem(preset.name, preset.values);
    card->body()->addWidget(preset_);
    form_ = new w::ParamForm(QStringLiteral("playground"), card);
    form_->setFields(decodingFields());
    form_->setValues(decodingPresets().first().values);
    auto* scroll = new QScrollArea(card);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(form_);
    card->body()->addWidget(scroll, 1);
    connect(preset_, &QComboBox::activated, this, [this] {
        const QVariantMap values = preset_->currentData().toMap();
        for (auto value = values.begin(); value != values.end(); ++value) form_->setValue(value.key(), value.value());
    });
    return card;
}

QWidget* PlaygroundPanel::buildPrompt() {
    auto* card = new w::Card(tr("Prompt"), this);
    chat_ = new QCheckBox(tr("As a chat message"), card);
    chat_->setObjectName(QStringLiteral("playground.chat"));
    chat_->setToolTip(tr("Puts the prompt into the model's chat template"));
    card->addHeaderWidget(chat_);
    prompt_ = new QPlainTextEdit(card);
    prompt_->setObjectName(QStringLiteral("playground.prompt"));
    prompt_->setAccessibleName(tr("Prompt"));
    prompt_->setPlaceholderText(tr("Write something for the model to continue."));
    prompt_->setTabChangesFocus(true);
    prompt_->setFixedHeight(96);
    card->body()->addWidget(prompt_);
    auto* buttons = w::row(nullptr, 8);
    buttons->addWidget(w::helpLine(tr("Ctrl+Return generates, Esc stops. All panes use the same seed."), card), 1);
    generate_ = w::button(QStringLiteral("playground.generate"), tr("Generate"), w::ButtonKind::Primary, QStringLiteral("player-play"), card);
    generate_->setEnabled(false);
    buttons->addWidget(generate_);
    card->body()->addLayout(buttons);
    return card;
}

QList<QWidget*> PlaygroundPanel::headerWidgets() { return {differences_, addPane_}; }

QList<w::KeyBinding> PlaygroundPanel::keyBindings() const {
    return {{QStringLiteral("Ctrl+Return"), tr("Generate")}, {QStringLiteral("Esc"), tr("Stop generating")}};
}

bool PlaygroundPanel::isSettled() const {
    return std::none_of(list_.begin(), list_.end(), [](const AnswerPane* pane) { return pane->isWorking(); });
}

void PlaygroundPanel::openWith(const QVariantMap& arguments) {
    const QString model = arguments.value(QStringLiteral("model")).toString();
    if (!model.isEmpty()) list_.first()->setModel(model);
    const QString prompt = arguments.value(QStringLiteral("prompt")).toString();
    if (!prompt.isEmpty()) prompt_->setPlainText(prompt);
    prompt_->setFocus();
}

void PlaygroundPanel::addPane() {
    if (list_.size() >= kMostPanes) return;
    auto* pane = new AnswerPane(services_, ++numbered_, panes_);
    panes_->addWidget(pane);
    list_ << pane;
    connect(pane, &AnswerPane::finished, this, &PlaygroundPanel::paneFinished);
    connect(pane, &AnswerPane::closeRequested, this, [this, pane] { removePane(pane); });
    for (AnswerPane* each : list_) each->setClosable(list_.size() > 1);
    addPane_->setEnabled(list_.size() < kMostPanes);
}

void PlaygroundPanel::removePane(AnswerPane* pane) {
    pane->stop();
    list_.removeOne(pane);
    pane->deleteLater();
    for (AnswerPane* each : list_) each->setClosable(list_.size() > 1);
    addPane_->setEnabled(true);
    paneFinished();
}

void PlaygroundPanel::generate() {
    if (!isSettled()) return stop();
    if (prompt_->toPlainText().isEmpty() || !form_->isValid()) return;
    const GenerationOptions options = optionsFrom(form_->values());
    for (AnswerPane* pane : list_) pane->ask(prompt_->toPlainText(), chat_->isChecked(), options);
    generate_->setText(tr("Stop"));
}

void PlaygroundPanel::stop() {
    for (AnswerPane* pane : list_) pane->stop();
}

void PlaygroundPanel::paneFinished() {
    if (!isSettled()) return;
    generate_->setText(tr("Generate"));
    for (AnswerPane* pane : list_) pane->compareWith(differences_->isChecked() && pane != list_.first() ? list_.first()->answer() : QString());
}

void PlaygroundPanel::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() == Qt::ControlModifier && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) return generate();
    if (event->key() == Qt::Key_Escape) return stop();
    PanelPage::keyPressEvent(event);
}

}  // namespace lathe::panels
