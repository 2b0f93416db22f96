// SPDX-License-Identifier: GPL-3.0-or-later
// A grid from the window: values typed, runs queued, one after the other trained, the table read, the best compared; and what
// a stop and a restart leave of it.
#include "journey.h"

#include <algorithm>

#include <QFile>
#include <QLineEdit>
#include <QPushButton>

#include "widgets/param_form.h"
#include "widgets/text_table.h"

using lathe::RunState;
using lathe::tests::Journey;

class GridJourney : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!QFile::exists(encoder() + QStringLiteral("/config.json"))) QSKIP("../shared/goldens is not there");
    }

    void trainsEachCombinationAndShowsWhichIsBest() {
        Journey journey;
        QVERIFY(openGenres(journey));
        QVERIFY(journey.click(QStringLiteral("train.grid")));
        auto* queue = journey.find<QPushButton>(QStringLiteral("train.gridQueue"));
        type(journey, 1, QStringLiteral("1e-4, fast"));
        QVERIFY(!queue->isEnabled());
        QVERIFY(journey.textOf(QStringLiteral("train.gridNote")).contains(QStringLiteral("fast")));
        type(journey, 1, QStringLiteral("1e-4, 3e-3"));
        type(journey, 2, QStringLiteral("1"));
        type(journey, 3, QStringLiteral("none, 0.8"));
        QCOMPARE(queue->text(), QStringLiteral("Train 4 runs"));
        QVERIFY(journey.click(QStringLiteral("train.gridQueue")));
        QTRY_COMPARE_WITH_TIMEOUT(journey.window().currentPanel(), QStringLiteral("runs"), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(allAre(journey, RunState::Finished, 4), 180'000);

        QVERIFY(journey.clickTab(QStringLiteral("runs.tabs"), QStringLiteral("Grid")));
        QTRY_VERIFY(journey.window().isSettled());
        QTRY_VERIFY(journey.textOf(QStringLiteral("runs.gridSentence")).contains(QStringLiteral("4 of 4")));
        const auto runs = journey.services().session().runs();
        const lathe::GridTable table = journey.services().session().grid(runs.front().id);
        QCOMPARE(table.rows.size(), std::size_t{4});
        QCOMPARE(table.settings, (std::vector<std::string>{"dataset.dedup_threshold", "training.learning_rate"}));
        auto* view = journey.find<lathe::widgets::TextTable>(QStringLiteral("runs.grid"));
        QCOMPARE(view->model()->rowCount(), 4);
        double best = 2;
        std::vector<std::string> trained;
        for (int row = 0; row < 4; ++row) {
            const lathe::GridRow& cells = table.rows[std::size_t(row)];
            QCOMPARE(view->viewIndex(row, 0).data().toString(), QString::fromStdString(cells.id));
            QVERIFY(cells.metrics.at("f1_micro") <= best);
            best = cells.metrics.at("f1_micro");
            for (const lathe::LogLine& line : journey.services().session().logLines(cells.id))
                if (line.sentence.find("rows train") != std::string::npos) trained.push_back(line.sentence.substr(0, line.sentence.find('.')));
        }
        // Two of them left near-copies out of training; all four measured on the same rows.
        std::sort(trained.begin(), trained.end());
        QCOMPARE(std::unique(trained.begin(), trained.end()) - trained.begin(), 2);

        QVERIFY(journey.click(QStringLiteral("runs.gridCompare")));
        auto* list = journey.find<lathe::widgets::TextTable>(QStringLiteral("runs.table"));
        QCOMPARE(list->selectedRows().size(), qsizetype(3));
    }

    void aStopKeepsTheOthersWaitingAlsoOverARestart() {
        Journey journey;
        QVERIFY(openGenres(journey));
        auto* form = journey.window().findChild<lathe::widgets::ParamForm*>();
        form->setValue(QStringLiteral("training.num_train_epochs"), 40.0);
        QVERIFY(journey.click(QStringLiteral("train.grid"), 30'000));
        type(journey, 1, QStringLiteral("1e-4, 2e-4, 3e-4"));
        QVERIFY(journey.click(QStringLiteral("train.gridQueue")));
        QTRY_COMPARE_WITH_TIMEOUT(journey.window().currentPanel(), QStringLiteral("runs"), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(journey.services().runs().activeProgress().step > 3, 60'000);
        const QString first = journey.services().runs().activeId();
        QVERIFY(first.endsWith(QStringLiteral("-01")));
        QVERIFY(journey.click(QStringLiteral("runs.stop")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.services().runs().activeId().isEmpty(), 30'000);
        QTest::qWait(500);
        QVERIFY(journey.services().runs().activeId().isEmpty());
        QCOMPARE(count(journey, RunState::Queued), 2);
        QCOMPARE(count(journey, RunState::Stopped), 1);

        journey.restart();
        journey.show(QStringLiteral("runs"));
        QCOMPARE(count(journey, RunState::Queued), 2);
        auto* list = journey.find<lathe::widgets::TextTable>(QStringLiteral("runs.table"));
        const auto runs = journey.services().session().runs();
        const auto second = std::find_if(runs.begin(), runs.end(), [](const lathe::RunInfo& run) { return run.id.ends_with("-02"); });
        QVERIFY(second != runs.end());
        list->selectProviderRow(int(second - runs.begin()));
        QCOMPARE(journey.find<QPushButton>(QStringLiteral("runs.continue"))->text(), QStringLiteral("Start now"));
        QVERIFY(journey.click(QStringLiteral("runs.continue")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.services().runs().activeId().endsWith(QStringLiteral("-02")), 30'000);
        // The third follows by itself.
        QTRY_VERIFY_WITH_TIMEOUT(count(journey, RunState::Finished) == 2, 180'000);
        QCOMPARE(count(journey, RunState::Stopped), 1);
    }

private:
    static QString encoder() { return QStringLiteral(LATHE_SHARED_DIR "/goldens/models/bert"); }
    static int count(Journey& journey, RunState state) {
        const auto runs = journey.services().session().runs();
        return int(std::count_if(runs.begin(), runs.end(), [&](const lathe::RunInfo& run) { return run.state == state; }));
    }
    static bool allAre(Journey& journey, RunState state, int number) { return count(journey, state) == number && journey.services().runs().activeId().isEmpty(); }
    static void type(Journey& journey, int line, const QString& values) {
        auto* edit = journey.find<QLineEdit>(QStringLiteral("train.gridValues%1").arg(line));
        edit->selectAll();
        QTest::keyClicks(edit, values);
    }
    /// The recipe for genres with a tiny encoder and one epoch in the form.
    static bool openGenres(Journey& journey) {
        journey.window().showPanel(QStringLiteral("train"), {{QStringLiteral("recipe"), QStringLiteral("genres")}});
        if (!QTest::qWaitFor([&] { return journey.services().datasets().find(QStringLiteral("anime_catalogue")) != nullptr; }, 20'000)) return false;
        auto* form = journey.window().findChild<lathe::widgets::ParamForm*>();
        if (!QTest::qWaitFor([&] { return form->value(QStringLiteral("task")).toString() == QStringLiteral("multi-label") && form->value(QStringLiteral("dataset.name")).toString() == QStringLiteral("anime_catalogue"); }, 20'000)) return false;
        form->setValue(QStringLiteral("model"), encoder());
        form->setValue(QStringLiteral("dataset.max_length"), qlonglong{40});
        form->setValue(QStringLiteral("training.num_train_epochs"), 1.0);
        return true;
    }
};

QTEST_MAIN(GridJourney)
#include "grid_journey.moc"
