// SPDX-License-Identifier: GPL-3.0-or-later
// Shows every widget in both themes and saves pictures: ui_gallery FOLDER. For looking at, not a test.
#include "shell/job_status.h"
#include "shell/language.h"
#include "shell/main_window.h"
#include "widgets/badge.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/diff_view.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/histogram_view.h"
#include "widgets/key_hint.h"
#include "widgets/latex_view.h"
#include "widgets/metric_plot.h"
#include "widgets/panel_page.h"
#include "widgets/param_form.h"
#include "widgets/text_table.h"
#include "widgets/theme.h"
#include "widgets/toast.h"
#include "widgets/token_view.h"

#include <QApplication>
#include <QBoxLayout>
#include <QCheckBox>
#include <QDialog>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <cmath>
#include <random>

using namespace lathe;
using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace {

QList<PlotPoint> curve(int count, double start, double end, unsigned seed, int every = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<double> noise(0, 0.12);
    QList<PlotPoint> points;
    for (int i = 0; i < count; i += every) {
        const double share = double(i) / count;
        points.append({double(i), i * 0.42, i * 512.0, share * 5, end + (start - end) * std::exp(-4 * share) * (1 + (every == 1 ? noise(random) : 0))});
    }
    return points;
}

QWidget* buttonsCard() {
    auto* card = new Card(u"Controls"_qs);
    auto* first = row();
    first->addWidget(button(u"g.primary"_qs, u"Start training"_qs, ButtonKind::Primary, u"player-play"_qs));
    first->addWidget(button(u"g.normal"_qs, u"Import"_qs, ButtonKind::Normal, u"file-import"_qs));
    first->addWidget(button(u"g.quiet"_qs, u"Load the sample"_qs, ButtonKind::Quiet));
    first->addWidget(button(u"g.danger"_qs, u"Delete"_qs, ButtonKind::Danger, u"trash"_qs));
    QPushButton* off = button(u"g.off"_qs, u"Disabled"_qs);
    off->setEnabled(false);
    first->addWidget(off);
    first->addWidget(iconButton(u"g.icon"_qs, u"refresh"_qs, u"Refresh"_qs));
    first->addStretch();
    auto* second = row();
    auto* check = new QCheckBox(u"Keep rows whose labels differ"_qs);
    check->setChecked(true);
    second->addWidget(check);
    auto* radio = new QRadioButton(u"Packed"_qs);
    radio->setChecked(true);
    second->addWidget(radio);
    second->addWidget(new QRadioButton(u"Dynamic"_qs));
    auto* spin = new QSpinBox;
    spin->setValue(8);
    second->addWidget(spin);
    second->addStretch();
    auto* third = row();
    for (const auto& [text, tone] : {std::pair(u"queued"_qs, BadgeTone::Neutral), std::pair(u"new"_qs, BadgeTone::Accent), std::pair(u"42 %"_qs, BadgeTone::Running),
                                     std::pair(u"finished"_qs, BadgeTone::Good), std::pair(u"paused"_qs, BadgeTone::Warning), std::pair(u"failed"_qs, BadgeTone::Bad)}) {
        third->addWidget(new Badge(text, tone));
    }
    third->addSpacing(12);
    third->addWidget(new KeyHint({u"←"_qs, u"1"_qs}, u"left is better"_qs));
    third->addWidget(new KeyHint({u"Ctrl+Enter"_qs}));
    third->addStretch();
    auto* bar = new QProgressBar;
    bar->setValue(42);
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setRange(0, 100);
    slider->setValue(60);
    card->body()->addLayout(first);
    card->body()->addLayout(second);
    card->body()->addLayout(third);
    card->body()->addWidget(bar);
    card->body()->addWidget(slider);
    card->body()->addWidget(label(u"Secondary text explains in one line."_qs, TextRole::Secondary));
    card->body()->addWidget(label(u"3 rows do not fit and are left out."_qs, TextRole::Warning));
    return card;
}

QWidget* formulaCard() {
    auto* card = new Card(u"Formulas"_qs);
    for (const QString& tex : {u"\\int_{0}^{\\infty} e^{-x^2}\\,dx=\\frac{\\sqrt{\\pi}}{2}\\quad\\boxed{E=mc^2}"_qs,
                               u"\\left(\\begin{vmatrix} a & b \\\\ c & d \\end{vmatrix}\\right)\\xrightarrow{\\text{넓이 계산}}\\overbrace{x+y+z}^{n}\\underbrace{u+v}_{m}\\cancel{w}\\ \\sqrt[3]{\\frac{1}{1+\\frac{1}{x}}}"_qs,
                               u"\\fcolorbox{red}{yellow}{$\\alpha$}\\ \\color{#2F6FDE}{\\sum_{\\substack{0\\le i\\le m\\\\0<j<n}}P(i,j)}\\ \\ce{2H2 + O2 -> 2H2O}"_qs, u"\\frac{1}{2 + \\foo{x}"_qs}) {
        auto* view = new LatexView;
        view->setTex(tex);
        card->body()->addWidget(view);
    }
    return card;
}

QWidget* plotCard(PlotLink* link, const QString& title, bool isLog) {
    auto* card = new Card;
    auto* plot = new MetricPlot;
    plot->setObjectName(u"g.plot"_qs);
    plot->setTitle(title);
    plot->setUnit(u"nats"_qs);
    plot->setSeries({u"a"_qs, u"english-to-latex"_qs, 0, false});
    plot->setPoints(u"a"_qs, curve(2000, 4.2, 0.6, 1));
    plot->setSeries({u"b"_qs, u"lora r=8"_qs, 1, false});
    plot->setPoints(u"b"_qs, curve(2000, 4.4, 0.9, 2));
    plot->setSeries({u"c"_qs, u"lora r=8, validation"_qs, 2, true});
    plot->setPoints(u"c"_qs, curve(2000, 4.0, 1.1, 3, 400));
    plot->setMarks({{PlotMarkKind::Checkpoint, 400, {}, {}}, {PlotMarkKind::Best, 1200, {}, {}}, {PlotMarkKind::Resume, 1500, {}, {}}});
    plot->setSmoothing(0.9);
    plot->setLogY(isLog);
    plot->setLink(link);
    plot->setMinimumHeight(240);
    card->body()->addWidget(plot);
    return card;
}

QWidget* formCard() {
    auto* card = new Card;
    auto* form = new ParamForm(u"g"_qs);
    FieldSpec rate;
    rate.id = u"learning_rate"_qs;
    rate.type = FieldType::Number;
    rate.label = u"Learning rate"_qs;
    rate.help = u"5e-5 suits full fine-tuning; LoRA takes about 2e-4."_qs;
    rate.group = u"Optimiser"_qs;
    rate.defaultValue = 5e-5;
    rate.minimum = 0;
    rate.isMinimumExclusive = true;
    FieldSpec scheduler;
    scheduler.id = u"lr_scheduler_type"_qs;
    scheduler.type = FieldType::Choice;
    scheduler.label = u"Schedule"_qs;
    scheduler.group = rate.group;
    scheduler.defaultValue = u"linear"_qs;
    scheduler.choices = {{u"linear"_qs, u"Linear decay"_qs, u"Falls in a straight line to zero."_qs}, {u"cosine"_qs, u"Cosine"_qs, {}}};
    FieldSpec layers;
    layers.id = u"last_layers"_qs;
    layers.type = FieldType::Integer;
    layers.label = u"Trainable layers"_qs;
    layers.help = u"The last blocks and the head; the rest is frozen."_qs;
    layers.unit = u"of 30"_qs;
    layers.group = rate.group;
    layers.defaultValue = 3;
    layers.minimum = 1;
    layers.maximum = 30;
    FieldSpec checkpointing;
    checkpointing.id = u"gradient_checkpointing"_qs;
    checkpointing.type = FieldType::Switch;
    checkpointing.label = u"Gradient checkpointing"_qs;
    checkpointing.help = u"Less memory, about a third more time."_qs;
    checkpointing.group = u"Memory"_qs;
    checkpointing.defaultValue = false;
    FieldSpec batch;
    batch.id = u"batch"_qs;
    batch.type = FieldType::Integer;
    batch.label = u"Batch size"_qs;
    batch.group = checkpointing.group;
    batch.defaultValue = 8;
    batch.minimum = 1;
    batch.maximum = 4096;
    batch.unit = u"rows"_qs;
    FieldSpec more = batch;
    more.id = u"more"_qs;
    more.isAdvanced = true;
    form->setFields({rate, scheduler, layers, checkpointing, batch, more});
    form->setValues({{u"learning_rate"_qs, 2e-4}, {u"batch"_qs, 0}});
    card->body()->addWidget(form);
    return card;
}

QWidget* textCard() {
    auto* card = new Card(u"Differences and tokens"_qs);
    auto* diff = new DiffView;
    diff->setCaptions(u"base"_qs, u"checkpoint 1200"_qs);
    diff->setTexts(u"The integral of x squared from 0 to 1 is one half."_qs, u"The integral of x squared from zero to 1 equals one third."_qs);
    diff->setFixedHeight(110);
    auto* tokenView = new TokenView;
    QList<TokenItem> tokenItems;
    for (const QString& word : {u"Convert"_qs, u" English"_qs, u" to"_qs, u" LaTeX"_qs, u"\n"_qs, u"English"_qs, u":"_qs, u" x"_qs, u" squared"_qs, u"\n"_qs, u"LaTeX"_qs, u":"_qs}) {
        tokenItems.append({word, TokenRole::Prompt, {}, 17, -1});
    }
    tokenItems.append({u" x"_qs, TokenRole::Trained, {}, 1, -1});
    tokenItems.append({u"^"_qs, TokenRole::Trained, {}, 2, -1});
    tokenItems.append({u"2"_qs, TokenRole::Trained, {}, 3, -1});
    tokenItems.append({u"<|im_end|>"_qs, TokenRole::End, {}, 4, -1});
    tokenItems.append({u"<pad>"_qs, TokenRole::Padding, {}, 0, -1});
    tokenItems.append({u" 한글"_qs, TokenRole::Cut, {}, 5, -1});
    tokenView->setTokens(tokenItems);
    tokenView->setFixedHeight(130);
    auto* histogram = new HistogramView;
    QList<double> bins;
    for (int i = 0; i < 60; ++i) {
        bins.append(1000 * std::exp(-std::pow((i - 18) / 9.0, 2)) + (i == 50 ? 4 : 0));
    }
    histogram->setBins(bins, 0.5, 1.0);
    histogram->setDecimals(2);
    histogram->setAxis(u"similarity"_qs, u"pairs"_qs);
    histogram->setMarker(0.8, u"0.80: keeps 4,812 of 5,000"_qs);
    histogram->setMarkerMovable(true);
    card->body()->addWidget(diff);
    card->body()->addWidget(tokenView);
    card->body()->addWidget(histogram);
    return card;
}

QWidget* tableCard() {
    auto* card = new Card(u"Runs"_qs);
    auto rows = std::make_shared<RowsProvider>();
    rows->headers = {u"State"_qs, u"Name"_qs, u"Model"_qs, u"Loss"_qs, u"Steps"_qs};
    rows->numberColumns = {3, 4};
    for (int i = 0; i < 40; ++i) {
        rows->rows.append({i == 0 ? u"running"_qs : u"finished"_qs, u"english-to-latex-with-a-rather-long-name-%1"_qs.arg(i), u"smollm2-135m-instruct"_qs,
                           QString::number(0.6 + i * 0.013, 'f', 4), QString::number(1200 + i)});
    }
    auto* table = new TextTable;
    table->setProvider(rows);
    table->setSortable(true);
    table->fitColumns(220);
    table->selectProviderRow(1);
    table->setMinimumHeight(180);
    card->body()->addWidget(table);
    return card;
}

class GalleryPage : public PanelPage {
public:
    explicit GalleryPage(QWidget* parent) : PanelPage(parent) {
        auto* link = new PlotLink(this);
        auto* page = new QWidget;
        page->setProperty("role", u"page"_qs);
        auto* columns = row(page, metrics::kSpace16);
        columns->setContentsMargins(metrics::kSpace24, 0, metrics::kSpace24, metrics::kSpace24);
        auto* left = column(nullptr, metrics::kSpace16);
        left->addWidget(buttonsCard());
        left->addWidget(plotCard(link, u"Training loss"_qs, false));
        left->addWidget(formulaCard());
        left->addStretch(1);
        auto* right = column(nullptr, metrics::kSpace16);
        right->addWidget(formCard());
        right->addWidget(textCard());
        right->addWidget(tableCard());
        right->addStretch(1);
        columns->addLayout(left, 3);
        columns->addLayout(right, 2);
        auto* area = new QScrollArea;
        area->setWidgetResizable(true);
        area->setWidget(page);
        column(this)->addWidget(area);
        action_ = button(u"g.header"_qs, u"Import"_qs, ButtonKind::Primary, u"file-import"_qs, this);
    }
    QList<QWidget*> headerWidgets() override { return {action_}; }
    QList<KeyBinding> keyBindings() const override { return {{u"←/1"_qs, u"Left answer is better"_qs}}; }

private:
    QWidget* action_;
};

QList<shell::PanelInfo> panels() {
    const auto empty = [](const QString& id, const QString& iconName) {
        return [id, iconName](QWidget* parent) -> QWidget* {
            auto* state = new EmptyState(id + u".empty"_qs, iconName, u"No dataset yet"_qs, u"Open a CSV, JSON Lines or Parquet file, or start from the sample that comes with Lathe."_qs, parent);
            state->setAction(u"Open a File…"_qs, u"folder-open"_qs);
            state->setSampleAction(u"Load the Sample"_qs);
            return state;
        };
    };
    QList<shell::PanelInfo> list;
    int number = 1;
    for (const auto& [id, title, iconName] : {std::tuple(u"data"_qs, u"Data"_qs, u"database"_qs), std::tuple(u"deduplicate"_qs, u"Deduplicate"_qs, u"layers-intersect"_qs),
                                              std::tuple(u"train"_qs, u"Train"_qs, u"school"_qs), std::tuple(u"runs"_qs, u"Runs"_qs, u"chart-line"_qs),
                                              std::tuple(u"preferences"_qs, u"Preferences"_qs, u"thumb-up"_qs), std::tuple(u"playground"_qs, u"Playground"_qs, u"message-2"_qs),
                                              std::tuple(u"latex"_qs, u"LaTeX"_qs, u"math-function"_qs), std::tuple(u"models"_qs, u"Models"_qs, u"box"_qs)}) {
        auto* badge = new shell::BadgeSource(qApp);
        if (id == u"runs"_qs) {
            badge->set(u"28 %"_qs, BadgeTone::Running);
        } else if (id == u"preferences"_qs) {
            badge->set(u"120"_qs, BadgeTone::Neutral);
        }
        const auto factory = id == u"train"_qs ? std::function<QWidget*(QWidget*)>([](QWidget* parent) { return new GalleryPage(parent); }) : empty(id, iconName);
        list.append({id, title, iconName, QKeySequence(u"Ctrl+%1"_qs.arg(number++)), factory, badge});
    }
    return list;
}

} // namespace

int main(int argumentCount, char** arguments) {
    QApplication application(argumentCount, arguments);
    const QString folder = QCoreApplication::arguments().value(1, u"."_qs);
    QDir().mkpath(folder);
    shell::installLanguage(QCoreApplication::arguments().value(2, u"en"_qs));
    Theme theme(application);
    shell::JobStatus status;
    status.setWorkspace(QDir::homePath() + u"/projects/latex/workspace"_qs);
    status.setDevice(u"CPU, 2 threads"_qs);
    shell::Job job;
    job.id = u"1"_qs;
    job.title = u"english-to-latex"_qs;
    job.panelId = u"runs"_qs;
    job.done = 340;
    job.total = 1200;
    job.unit = u"step"_qs;
    job.secondsLeft = 170;
    status.setJobs({job});
    const QTemporaryDir scratch;
    QSettings settings(scratch.filePath(u"s.ini"_qs), QSettings::IniFormat);
    shell::MainWindow window(panels(), theme, status, settings);
    window.resize(1440, 2000);
    window.show();
    for (const ThemeMode mode : {ThemeMode::Light, ThemeMode::Dark}) {
        theme.setMode(mode);
        window.resize(1440, 2000);
        window.showPanel(u"train"_qs);
        QTest::qWait(2500);
        if (auto* plot = window.findChild<MetricPlot*>(u"g.plot"_qs)) {
            QTest::mouseMove(plot, QPoint(plot->width() / 3, plot->height() / 2));
            plot->setFocus();
            QTest::keyClick(plot, Qt::Key_Left);
        }
        Toast::showUndo(&window, u"188 rows removed"_qs, [] {});
        QTest::qWait(400);
        window.grab().save(folder + u"/gallery-"_qs + themeModeId(mode) + u".png"_qs);
        window.resize(1200, 760);
        window.showPanel(u"data"_qs);
        QTest::qWait(300);
        window.grab().save(folder + u"/empty-"_qs + themeModeId(mode) + u".png"_qs);
        window.showKeys();
        window.showSettings();
        window.showAbout();
        QTest::qWait(300);
        for (auto* dialog : window.findChildren<QDialog*>()) {
            dialog->grab().save(folder + u'/' + dialog->objectName() + u'-' + themeModeId(mode) + u".png"_qs);
            dialog->close();
        }
    }
    if (auto* plot = window.findChild<MetricPlot*>(u"g.plot"_qs)) {
        for (const QString& suffix : {u"png"_qs, u"svg"_qs, u"pdf"_qs}) {
            const QString problem = plot->exportTo(folder + u"/chart."_qs + suffix);
            if (!problem.isEmpty()) {
                qWarning("%s", qPrintable(problem));
            }
        }
    }
    return 0;
}
