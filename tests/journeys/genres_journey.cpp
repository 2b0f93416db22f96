// SPDX-License-Identifier: GPL-3.0-or-later
// From the sample catalogue to genres: train a tiny encoder, read the table a label, move thresholds, keep them, and see prediction
// use them. What is checked is the way and the numbers, not how good a random encoder becomes.
#include "journey.h"

#include <cmath>
#include <ctime>

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QSlider>

#include "panels/playground/label_bars.h"
#include "panels/runs/label_curves.h"
#include "panels/runs/label_overlap.h"
#include "widgets/param_form.h"
#include "widgets/text_table.h"

using lathe::RunState;
using lathe::tests::Journey;

class GenresJourney : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!QFile::exists(encoder() + QStringLiteral("/config.json"))) QSKIP("../shared/goldens is not there");
    }

    void movesThresholdsKeepsThemAndPredictsWithThem() {
        Journey journey;
        QVERIFY(trainTiny(journey));
        const std::string id = journey.services().session().runs().front().id;
        QVERIFY(journey.clickTab(QStringLiteral("runs.tabs"), QStringLiteral("Labels")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(values()).contains(QStringLiteral("Jaccard")), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(journey.window().isSettled(), 20'000);  // the last evaluation has arrived
        auto* table = journey.find<lathe::widgets::TextTable>(QStringLiteral("runs.labels.table"));
        const auto bench = journey.services().session().labelBench(id, {});
        QCOMPARE(std::size_t(table->model()->rowCount()), bench->labels().size());
        QVERIFY(bench->labels().size() > 3);
        auto* roc = journey.find<lathe::panels::LabelCurve>(QStringLiteral("runs.labels.roc"));
        QVERIFY(roc->allPoints().size() > 10);
        QVERIFY(roc->onePoints().empty() || roc->onePoints().size() > 1);

        // One threshold for all: at both ends the numbers are known.
        QVERIFY(journey.choose(QStringLiteral("runs.bench.scope"), QStringLiteral("One threshold for all")));
        auto* slider = journey.find<QSlider>(QStringLiteral("runs.bench.slider"));
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_Home);
        QVERIFY2(journey.textOf(values()).contains(QStringLiteral("Recall 1.000")), qPrintable(journey.textOf(values())));
        QTest::keyClick(slider, Qt::Key_End);
        QVERIFY2(journey.textOf(values()).contains(QStringLiteral("0.00 labels a row")), qPrintable(journey.textOf(values())));
        const double begin = threadMilliseconds();
        int moves = 0;
        double highest = 0;
        for (int value = slider->maximum(); value >= slider->minimum(); value -= 10, ++moves) {
            slider->setValue(value);
            QTest::qWait(1);
            highest = std::max(highest, number(journey, QStringLiteral("F1 micro")));
        }
        const double each = (threadMilliseconds() - begin) / moves;
        QVERIFY2(each < 33, qPrintable(QStringLiteral("a move and its drawing take %1 ms of the window's thread").arg(each)));
        QVERIFY(journey.click(QStringLiteral("runs.bench.best")));
        QVERIFY(number(journey, QStringLiteral("F1 micro")) >= highest - 5e-4);
        bench->setBest(lathe::LabelBench::Scope::OneForAll);
        QVERIFY(std::abs(number(journey, QStringLiteral("F1 micro")) - bench->values().at("f1_micro")) < 6e-4);

        // A label's own.
        QVERIFY(journey.choose(QStringLiteral("runs.bench.scope"), QStringLiteral("One a label")));
        table->selectProviderRow(2);
        const QString before = cell(table, 1, 7);
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_Home);
        QCOMPARE(cell(table, 2, 7), QStringLiteral("0.000"));
        QCOMPARE(cell(table, 1, 7), before);
        QCOMPARE(cell(table, 2, 4), QStringLiteral("1.000"));  // recall: everything has it now
        QVERIFY(journey.click(QStringLiteral("runs.bench.best")));
        bench->setBest(lathe::LabelBench::Scope::OneALabel);
        QCOMPARE(cell(table, 2, 7), QString::number(double(bench->thresholds()[2]), 'f', 3));

        // Training kept each label's best already, so another value is needed to keep something.
        table->selectProviderRow(2);
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_Home);
        bench->setThreshold(2, 0.0F);
        // Kept with the model: the file, prediction and another start of the window agree.
        QVERIFY(journey.click(QStringLiteral("runs.bench.keep")));
        QTRY_COMPARE(journey.textOf(QStringLiteral("runs.bench.note")), QStringLiteral("kept"));
        lathe::PredictQuery query;
        query.model = id;
        query.texts = {"Two pilots of giant robots fight over the last city."};
        const lathe::Predictions predictions = journey.services().session().predict(query, {}, {});
        QCOMPARE(predictions.thresholds.size(), bench->thresholds().size());
        for (std::size_t i = 0; i < predictions.thresholds.size(); ++i) QVERIFY(std::abs(predictions.thresholds[i] - bench->thresholds()[i]) < 1e-6F);

        // What went wrong, and what goes together.
        QVERIFY(journey.clickTab(QStringLiteral("runs.labels.sides"), QStringLiteral("Most wrong")));
        auto* wrong = journey.find<lathe::widgets::TextTable>(QStringLiteral("runs.labels.wrong"));
        QTRY_VERIFY(wrong->model()->rowCount() > 0);
        QVERIFY(cell(wrong, 0, 4).size() > 20);
        QVERIFY(!cell(wrong, 0, 1).isEmpty() || !cell(wrong, 0, 2).isEmpty());
        QVERIFY(journey.clickTab(QStringLiteral("runs.labels.sides"), QStringLiteral("Together")));
        auto* overlap = journey.find<lathe::panels::LabelOverlapView>(QStringLiteral("runs.labels.overlap"));
        QVERIFY(overlap->overlap().labels.size() > 3);
        QVERIFY(overlap->sentenceAt(overlap->centreOf(0, 1)).contains(QStringLiteral("rows have both")));

        // The playground shows the same model's probabilities as bars.
        QVERIFY(journey.click(QStringLiteral("runs.try")));
        QTRY_COMPARE(journey.window().currentPanel(), QStringLiteral("playground"));
        auto* prompt = journey.find<QPlainTextEdit>(QStringLiteral("playground.prompt"));
        QTest::keyClicks(prompt, QStringLiteral("Two pilots of giant robots fight over the last city."));
        QVERIFY(journey.click(QStringLiteral("playground.generate")));
        auto* bars = journey.find<lathe::panels::LabelBars>(QStringLiteral("playground.pane1.labels"));
        QTRY_COMPARE_WITH_TIMEOUT(bars->count(), int(bench->labels().size()), 30'000);
        int reached = 0;
        for (std::size_t i = 0; i < predictions.thresholds.size(); ++i) reached += predictions.probabilities.front()[i] >= predictions.thresholds[i];
        QCOMPARE(int(bars->predicted().size()), reached);

        journey.restart();
        journey.show(QStringLiteral("runs"));
        QVERIFY(journey.clickTab(QStringLiteral("runs.tabs"), QStringLiteral("Labels")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(values()).contains(QStringLiteral("Jaccard")), 20'000);
        QCOMPARE(cell(journey.find<lathe::widgets::TextTable>(QStringLiteral("runs.labels.table")), 2, 7), QString::number(double(bench->thresholds()[2]), 'f', 3));
    }

private:
    /// This thread's own time, so that a busy machine does not count.
    static double threadMilliseconds() {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
    }
    static QString encoder() { return QStringLiteral(LATHE_SHARED_DIR "/goldens/models/bert"); }
    static QString values() { return QStringLiteral("runs.bench.values"); }

    /// The number after a name in the line of values.
    static double number(Journey& journey, const QString& name) {
        const auto found = QRegularExpression(QRegularExpression::escape(name) + QStringLiteral(" ([0-9.]+)")).match(journey.textOf(values()));
        return found.hasMatch() ? found.captured(1).toDouble() : -1;
    }
    static QString cell(lathe::widgets::TextTable* table, int row, int column) { return table->viewIndex(row, column).data().toString(); }
    static bool trainTiny(Journey& journey) {
        journey.window().showPanel(QStringLiteral("train"), {{QStringLiteral("recipe"), QStringLiteral("genres")}});
        if (!QTest::qWaitFor([&] { return journey.services().datasets().find(QStringLiteral("anime_catalogue")) != nullptr; }, 20'000)) return false;
        auto* form = journey.window().findChild<lathe::widgets::ParamForm*>();
        if (!QTest::qWaitFor([&] { return form->value(QStringLiteral("task")).toString() == QStringLiteral("multi-label") && form->value(QStringLiteral("dataset.name")).toString() == QStringLiteral("anime_catalogue"); }, 20'000)) return false;
        form->setValue(QStringLiteral("model"), encoder());
        form->setValue(QStringLiteral("dataset.max_length"), qlonglong{40});
        form->setValue(QStringLiteral("training.num_train_epochs"), 2.0);
        if (!journey.click(QStringLiteral("train.start"), 30'000)) return false;
        return QTest::qWaitFor([&] {
            const auto runs = journey.services().session().runs();
            return !runs.empty() && runs.front().state == RunState::Finished && journey.services().runs().activeId().isEmpty();
        }, 120'000);
    }
};

QTEST_MAIN(GenresJourney)
#include "genres_journey.moc"
