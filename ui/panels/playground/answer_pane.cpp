// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/playground/answer_pane.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QTextBrowser>
#include <QToolButton>
#include <QVBoxLayout>

#include "panels/playground/beam_list.h"
#include "panels/playground/label_bars.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/diff_view.h"
#include "widgets/format.h"
#include "widgets/theme.h"
#include "widgets/token_view.h"

namespace lathe::panels {
namespace {

namespace w = widgets;

w::TokenItem itemOf(const GeneratedToken& token, const QString& tip) {
    w::TokenItem item;
    item.text = bridge::text(token.text);
    item.id = token.id;
    item.strength = token.probability;
    item.tip = tip;
    return item;
}

}  // namespace

AnswerPane::AnswerPane(bridge::Services& services, int number, QWidget* parent)
    : QFrame(parent), services_(services), prefix_(QStringLiteral("playground.pane%1").arg(number)) {
    setObjectName(prefix_);
    auto* outer = w::column(this);
    auto* card = new w::Card(this);
    outer->addWidget(card);
    auto* bar = w::row(nullptr, 8);
    model_ = new QComboBox(card);
    model_->setObjectName(prefix_ + QStringLiteral(".model"));
    model_->setAccessibleName(tr("Model of pane %1").arg(number));
    model_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    model_->setMinimumContentsLength(10);
    view_ = new QComboBox(card);
    view_->setObjectName(prefix_ + QStringLiteral(".view"));
    view_->setAccessibleName(tr("How the answer is shown"));
    view_->addItems({tr("Text"), tr("Tokens"), tr("Beams")});
    close_ = w::iconButton(prefix_ + QStringLiteral(".close"), QStringLiteral("x"), tr("Close this pane"), card);
    bar->addWidget(model_, 1);
    bar->addWidget(view_);
    bar->addWidget(close_);
    card->body()->addLayout(bar);

    pages_ = new QStackedWidget(card);
    text_ = new QTextBrowser(pages_);
    text_->setObjectName(prefix_ + QStringLiteral(".text"));
    text_->setAccessibleName(tr("Answer"));
    text_->setOpenLinks(false);
    tokens_ = new w::TokenView(pages_);
    tokens_->setObjectName(prefix_ + QStringLiteral(".tokens"));
    tokens_->setLegendShown(false);
    beams_ = new BeamList(pages_);
    beams_->setObjectName(prefix_ + QStringLiteral(".beams"));
    pages_->addWidget(text_);
    pages_->addWidget(tokens_);
    pages_->addWidget(beams_);
    labels_ = new LabelBars(pages_);
    labels_->setObjectName(prefix_ + QStringLiteral(".labels"));
    pages_->addWidget(labels_);
    card->body()->addWidget(pages_, 1);
    alternatives_ = w::label({}, w::TextRole::Mono, card);
    alternatives_->setWordWrap(true);
    alternatives_->setVisible(false);
    card->body()->addWidget(alternatives_);
    note_ = w::label(tr("The answer comes here."), w::TextRole::Secondary, card);
    note_->setObjectName(prefix_ + QStringLiteral(".note"));
    note_->setWordWrap(true);
    card->body()->addWidget(note_);

    connect(view_, &QComboBox::currentIndexChanged, this, &AnswerPane::showPage);
    connect(model_, &QComboBox::currentIndexChanged, this, &AnswerPane::showPage);
    connect(close_, &QToolButton::clicked, this, &AnswerPane::closeRequested);
    connect(tokens_, &w::TokenView::tokenHovered, this, [this](int index) {
        alternatives_->setText(index >= 0 && index < int(streamed_.size()) ? tokenTip(streamed_[std::size_t(index)]) : QString());
    });
    connect(beams_, &BeamList::beamChosen, this, [this](int index) {
        answer_ = bridge::text(sequences_[std::size_t(index)].text);
        showAnswer();
        view_->setCurrentIndex(kText);
    });
    connect(&services_.models(), &bridge::Models::changed, this, &AnswerPane::listModels);
    listModels();
}

QString AnswerPane::model() const { return model_->currentData().toString(); }

void AnswerPane::setModel(const QString& name) {
    wanted_ = name;
    listModels();
}

void AnswerPane::setClosable(bool isClosable) { close_->setVisible(isClosable); }

void AnswerPane::listModels() {
    const QString before = wanted_.isEmpty() ? model() : wanted_;
    model_->clear();
    for (const ModelInfo& info : services_.models().list())
        if ((info.head == "language-model" || info.head == "classification") && info.isPresent) model_->addItem(bridge::text(info.name), bridge::text(info.name));
    model_->setCurrentIndex(std::max(model_->findData(before), model_->count() > 0 ? 0 : -1));
    if (model_->findData(wanted_) >= 0) wanted_.clear();
}

bool AnswerPane::isClassifier() const {
    const QString name = model();
    const auto& models = services_.models().list();
    return std::any_of(models.begin(), models.end(), [&](const ModelInfo& info) { return info.head == "classification" && bridge::text(info.name) == name; });
}

void AnswerPane::showPage() {
    const bool isLabels = isClassifier();
    view_->setVisible(!isLabels);
    pages_->setCurrentIndex(isLabels ? int(kLabels) : view_->currentIndex());
    alternatives_->setVisible(!isLabels && view_->currentIndex() == kTokens);
}

void AnswerPane::classify(const QString& text) {
    const int mine = generation_;
    isClassifying_ = true;
    work_ = services_.generators().classify(
        this, model(), text,
        [this, mine](const Predictions& predictions) {
            if (mine != generation_) return;
            isWorking_ = isClassifying_ = false;
            labels_->setPredictions(predictions);
            answer_ = labels_->predicted().join(QStringLiteral(", "));
            note_->setText(answer_.isEmpty() ? tr("No label reaches its threshold.") : tr("Predicted: %1").arg(answer_));
            Q_EMIT finished();
        },
        [this, mine](const QString& sentence) {
            if (mine != generation_) return;
            isWorking_ = isClassifying_ = false;
            w::setTextRole(note_, w::TextRole::Bad);
            note_->setText(sentence);
            Q_EMIT finished();
        });
}

void AnswerPane::ask(const QString& prompt, bool isChat, const GenerationOptions& options) {
    stop();
    const int mine = ++generation_;
    streamed_.clear();
    sequences_.clear();
    answer_.clear();
    other_.clear();
    tokens_->clear();
    beams_->clear();
    labels_->clear();
    text_->clear();
    isWorking_ = true;
    w::setTextRole(note_, w::TextRole::Secondary);
    note_->setText(tr("Working …"));
    if (isClassifier()) return classify(prompt);
    if (options.numBeams > 1 && view_->currentIndex() == kTokens) view_->setCurrentIndex(kBeams);
    bridge::Generators::Request request;
    request.model = model();
    request.prompt = prompt;
    if (isChat) request.chat = {{"user", bridge::utf8(prompt)}};
    request.options = options;
    work_ = services_.generators().generate(
        this, request, [this, mine](const GeneratedToken& token) { if (mine == generation_) add(token); },
        [this, mine](const GenerationResult& result) { if (mine == generation_) show(result); },
        [this, mine](const QString& sentence) {
            if (mine != generation_) return;
            isWorking_ = false;
            w::setTextRole(note_, w::TextRole::Bad);
            note_->setText(sentence);
            Q_EMIT finished();
        });
}

void AnswerPane::stop() {
    if (!work_ || !isWorking_) return;
    work_->cancel();
    if (!isClassifying_) return;  // a generation still tells what it wrote so far
    isWorking_ = isClassifying_ = false;
    note_->setText(tr("Stopped."));
    Q_EMIT finished();
}

void AnswerPane::add(const GeneratedToken& token) {
    streamed_.push_back(token);
    tokens_->append({itemOf(token, tokenTip(token))});
    answer_ += bridge::text(token.text);
    showAnswer();
}

void AnswerPane::show(const GenerationResult& result) {
    isWorking_ = false;
    sequences_ = result.sequences;
    if (!sequences_.empty()) answer_ = bridge::text(sequences_.front().text);
    beams_->setBeams(sequences_);
    showAnswer();
    const auto count = sequences_.empty() ? 0 : qint64(sequences_.front().ids.size());
    note_->setText(tr("%1 tokens, %2 tokens/s%3").arg(w::formatCount(count), w::formatNumber(result.tokensPerSecond, 3), result.wasStopped ? tr(", stopped") : QString()));
    Q_EMIT finished();
}

void AnswerPane::compareWith(const QString& other) {
    other_ = other;
    showAnswer();
}

void AnswerPane::showAnswer() {
    if (other_.isEmpty()) {
        text_->setPlainText(answer_);
        return;
    }
    const w::Tokens& colours = w::tokens(palette());
    QString html;
    for (const w::DiffPiece& piece : w::wordDiff(other_, answer_)) {
        if (piece.kind == w::DiffKind::Removed) continue;
        QString plain = piece.text.toHtmlEscaped();
        plain.replace(QLatin1Char('\n'), QStringLiteral("<br>"));
        if (piece.kind == w::DiffKind::Added) plain = QStringLiteral("<span style=\"background:%1;text-decoration:underline\">%2</span>").arg(colours.accentSoft.name(), plain);
        html += plain;
    }
    text_->setHtml(html);
}

QString AnswerPane::tokenTip(const GeneratedToken& token) const {
    QStringList lines{tr("%1   %2").arg(w::visibleTokenText(bridge::text(token.text)), w::formatShare(token.probability))};
    QStringList others;
    for (const TokenAlternative& other : token.alternatives) others << QStringLiteral("%1 %2").arg(w::visibleTokenText(bridge::text(other.text)), w::formatShare(other.probability));
    if (!others.isEmpty()) lines << others.join(QStringLiteral("   "));
    return lines.join(QLatin1Char('\n'));
}

}  // namespace lathe::panels
