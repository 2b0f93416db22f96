// SPDX-License-Identifier: GPL-3.0-or-later
// The smaller widgets: differences, tokens, tables, toasts, histograms, labels, and numbers in words.
#include "widgets/badge.h"
#include "widgets/card.h"
#include "widgets/diff_view.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/format.h"
#include "widgets/histogram_view.h"
#include "widgets/key_hint.h"
#include "widgets/sidebar_list.h"
#include "widgets/text_table.h"
#include "widgets/theme.h"
#include "widgets/toast.h"
#include "widgets/token_view.h"

#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLocale>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include <random>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace {

QString joined(const QList<DiffPiece>& pieces, DiffKind without) {
    QString text;
    for (const DiffPiece& piece : pieces) {
        text += piece.kind == without ? QString() : piece.text;
    }
    return text;
}

/// A million rows that cost nothing.
class ManyRows : public TextProvider {
public:
    mutable int asked = 0;
    int rowCount() const override { return 1'000'000; }
    int columnCount() const override { return 4; }
    QString header(int column) const override { return u"column %1"_qs.arg(column); }
    QString text(int row, int column) const override {
        ++asked;
        return u"cell %1 of row %2"_qs.arg(column).arg(row);
    }
};

std::shared_ptr<RowsProvider> fewRows() {
    auto rows = std::make_shared<RowsProvider>();
    rows->headers = {u"name"_qs, u"text"_qs};
    rows->rows = {{u"b"_qs, u"two\nlines"_qs}, {u"a"_qs, u"tab\there"_qs}, {u"c"_qs, u"plain"_qs}};
    return rows;
}

} // namespace

class WidgetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English));
        theme_ = std::make_unique<Theme>(*qApp);
        theme_->setMode(ThemeMode::Light);
    }
    void cleanupTestCase() { theme_.reset(); }

    void differencesOfWords() {
        const QList<DiffPiece> pieces = wordDiff(u"the cat sat"_qs, u"the dog sat"_qs);
        const QList<DiffPiece> expected = {{DiffKind::Same, u"the "_qs}, {DiffKind::Removed, u"cat"_qs}, {DiffKind::Added, u"dog"_qs}, {DiffKind::Same, u" sat"_qs}};
        QCOMPARE(pieces, expected);
        QCOMPARE(wordDiff(u"same"_qs, u"same"_qs), (QList<DiffPiece>{{DiffKind::Same, u"same"_qs}}));
        QVERIFY(wordDiff({}, {}).isEmpty());
        QCOMPARE(wordDiff(u"안녕 세상"_qs, u"안녕 친구"_qs).first().text, u"안녕 "_qs);
    }

    void differencesAlwaysRebuildBothTexts() {
        std::mt19937 random(7);
        const QStringList words = {u"a"_qs, u"b"_qs, u" "_qs, u"  "_qs, u"\n"_qs, u"."_qs, u"한글"_qs, u"😀"_qs, u"x_1"_qs};
        for (int round = 0; round < 200; ++round) {
            QString left, right;
            for (unsigned i = random() % 40; i > 0; --i) {
                left += words[int(random() % unsigned(words.size()))];
            }
            for (unsigned i = random() % 40; i > 0; --i) {
                right += words[int(random() % unsigned(words.size()))];
            }
            const QList<DiffPiece> pieces = wordDiff(left, right);
            QCOMPARE(joined(pieces, DiffKind::Added), left);
            QCOMPARE(joined(pieces, DiffKind::Removed), right);
        }
    }

    void differencesOfLongTextsAreQuick() {
        QString left, right;
        for (int i = 0; i < 30000; ++i) {
            left += u"word%1 \n"_qs.arg(i);
            right += u"word%1 \n"_qs.arg(i + i % 3);
        }
        QElapsedTimer timer;
        timer.start();
        const QList<DiffPiece> pieces = wordDiff(left, right);
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(joined(pieces, DiffKind::Added), left);
        QCOMPARE(joined(pieces, DiffKind::Removed), right);
    }

    void tokensShowWhatIsInvisible() {
        QCOMPARE(visibleTokenText(u" a\n\tb"_qs), u"·a↵→b"_qs);
        QCOMPARE(visibleTokenText(QString(QChar(7))), u"‹07›"_qs);
    }

    void tokensWrapAndAreFoundByPointerAndKeys() {
        TokenView view;
        view.resize(160, 200);
        QList<TokenItem> items;
        for (int i = 0; i < 30; ++i) {
            items.append({u" token%1"_qs.arg(i), i < 20 ? TokenRole::Prompt : TokenRole::Trained, {}, i, -1});
        }
        view.setTokens(items);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QSignalSpy hovered(&view, &TokenView::tokenHovered);
        QCOMPARE(view.tokenAt(QPoint(12, 14)), 0);
        QCOMPARE(view.tokenAt(QPoint(0, 0)), -1);
        QVERIFY(view.verticalScrollBar()->maximum() > 0);
        for (int i = 0; i < 30; ++i) {
            QTest::keyClick(&view, Qt::Key_Right);
        }
        QCOMPARE(view.currentToken(), 29);
        QCOMPARE(hovered.last()[0].toInt(), 29);
        QVERIFY(view.verticalScrollBar()->value() > 0);
        QVERIFY(view.accessibleDescription().contains(u"token29"_qs));
    }

    void streamedTokensKeepTheEndInView() {
        TokenView view;
        view.resize(160, 80);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        for (int i = 0; i < 200; ++i) {
            view.append({{u" t%1"_qs.arg(i), TokenRole::Plain, {}, i, 0.5}});
        }
        QCOMPARE(view.tokens().size(), 200);
        QCOMPARE(view.verticalScrollBar()->value(), view.verticalScrollBar()->maximum());
        view.verticalScrollBar()->setValue(0);
        view.append({{u"more"_qs, TokenRole::Plain, {}, 1, -1}});
        QCOMPARE(view.verticalScrollBar()->value(), 0);
    }

    void aMillionRowsCostOnlyWhatIsVisible() {
        auto rows = std::make_shared<ManyRows>();
        TextTable table;
        table.resize(800, 600);
        QElapsedTimer timer;
        timer.start();
        table.setProvider(rows);
        table.fitColumns();
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        table.scrollTo(table.textModel()->index(999'999, 0));
        table.grab();
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY2(rows->asked < 20000, qPrintable(QString::number(rows->asked)));
        QCOMPARE(table.rowHeight(5), 28);
    }

    void tableSortsCopiesAndReportsRows() {
        TextTable table;
        table.setProvider(fewRows());
        table.setSortable(true);
        QCOMPARE(table.model()->index(0, 0).data().toString(), u"b"_qs);
        table.sortByColumn(0, Qt::AscendingOrder);
        QCOMPARE(table.model()->index(0, 0).data().toString(), u"a"_qs);
        QCOMPARE(table.providerRow(table.model()->index(0, 0)), 1);
        QSignalSpy current(&table, &TextTable::currentRowChanged);
        table.selectProviderRow(0);
        QCOMPARE(current.last()[0].toInt(), 0);
        table.selectAll();
        QCOMPARE(table.selectedRows(), (QList<int>{0, 1, 2}));
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"b\t\"two\nlines\"\na\t\"tab\there\"\nc\tplain"_qs);
    }

    void tableGrowsWithItsProvider() {
        auto rows = fewRows();
        TextTable table;
        table.setProvider(rows);
        rows->rows.append({u"d"_qs, u"new"_qs});
        table.textModel()->rowsChanged();
        QCOMPARE(table.model()->rowCount(), 4);
        rows->rows.clear();
        table.textModel()->rowsChanged();
        QCOMPARE(table.model()->rowCount(), 0);
    }

    void undoRunsOnceAndThenNothingExpires() {
        QWidget window;
        window.resize(600, 400);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        int undone = 0;
        int expired = 0;
        Toast::showUndo(&window, u"188 rows removed"_qs, [&] { ++undone; }, [&] { ++expired; });
        auto* action = window.findChild<QPushButton*>(u"toast.action"_qs);
        QVERIFY(action->isVisible());
        QTest::mouseClick(action, Qt::LeftButton);
        QCOMPARE(undone, 1);
        QCOMPARE(expired, 0);
        QVERIFY(window.findChild<Toast*>() == nullptr);
    }

    void aNewToastMakesTheOneBeforeFinal() {
        QWidget window;
        window.resize(600, 400);
        window.show();
        int expired = 0;
        Toast::showUndo(&window, u"first"_qs, [] {}, [&] { ++expired; });
        const Toast* second = Toast::show(&window, u"second"_qs);
        QCOMPARE(expired, 1);
        QCOMPARE(window.findChildren<Toast*>().size(), 1);
        QCOMPARE(second->text(), u"second"_qs);
        QVERIFY(window.rect().contains(second->geometry()));
    }

    void aToastGoesByItself() {
        QWidget window;
        window.resize(600, 400);
        window.show();
        int expired = 0;
        Toast::show(&window, u"short"_qs, {}, {}, std::chrono::milliseconds(30), [&] { ++expired; });
        QTRY_COMPARE(expired, 1);
    }

    void theMarkerMovesByKeysAndMouse() {
        HistogramView view;
        view.resize(402, 140);
        view.setBins({1, 5, 9, 3}, 0.5, 1.0);
        view.setMarkerMovable(true, 0.01);
        view.setMarker(0.8, u"0.80"_qs);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QSignalSpy moved(&view, &HistogramView::markerMoved);
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(qAbs(*view.marker() - 0.81) < 1e-9);
        QTest::keyClick(&view, Qt::Key_PageDown);
        QVERIFY(qAbs(*view.marker() - 0.71) < 1e-9);
        QTest::keyClick(&view, Qt::Key_End);
        QVERIFY(qAbs(*view.marker() - 1.0) < 1e-9);
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(201, 60));
        QVERIFY(qAbs(*view.marker() - 0.75) < 1e-9);
        QCOMPARE(moved.count(), 4);
        QVERIFY(view.accessibleDescription().contains(u"18"_qs));
    }

    void elidedTextHasItsTooltip() {
        ElidedLabel label(u"a rather long text that cannot fit"_qs);
        label.show();
        label.resize(60, 20);
        QVERIFY(label.isElided());
        QCOMPARE(label.toolTip(), label.text());
        label.resize(600, 20);
        QVERIFY(!label.isElided());
        QVERIFY(label.toolTip().isEmpty());
    }

    void theSidebarHoldsBadgesAndFollowsKeys() {
        SidebarList list;
        list.addItem(u"data"_qs, u"Data"_qs, u"database"_qs, u"Ctrl+1"_qs);
        list.addItem(u"train"_qs, u"Train"_qs, u"school"_qs, u"Ctrl+3"_qs);
        list.setCurrentId(u"data"_qs);
        QSignalSpy spy(&list, &SidebarList::currentIdChanged);
        QTest::keyClick(&list, Qt::Key_Down);
        QCOMPARE(list.currentId(), u"train"_qs);
        QCOMPARE(spy.last()[0].toString(), u"train"_qs);
        list.setBadge(u"train"_qs, u"42 %"_qs, BadgeTone::Running);
        QCOMPARE(list.badgeText(u"train"_qs), u"42 %"_qs);
        list.setBadge(u"nowhere"_qs, u"x"_qs, BadgeTone::Bad);
        QCOMPARE(list.width(), 208);
    }

    void anEmptyStateOffersItsActions() {
        EmptyState state(u"data.empty"_qs, u"database"_qs, u"No dataset yet"_qs, u"Open a file."_qs);
        QSignalSpy action(&state, &EmptyState::actionTriggered);
        QSignalSpy sample(&state, &EmptyState::sampleTriggered);
        state.setAction(u"Open"_qs, u"folder-open"_qs);
        state.setSampleAction(u"Sample"_qs);
        QTest::mouseClick(state.findChild<QPushButton*>(u"data.empty.action"_qs), Qt::LeftButton);
        QTest::mouseClick(state.findChild<QPushButton*>(u"data.empty.sample"_qs), Qt::LeftButton);
        QCOMPARE(action.count(), 1);
        QCOMPARE(sample.count(), 1);
    }

    void smallPicturesHaveRoomForTheirText() {
        QCOMPARE(Badge().sizeHint(), QSize(0, 0));
        QVERIFY(Badge(u"finished"_qs, BadgeTone::Good).sizeHint().width() > Badge(u"new"_qs).sizeHint().width());
        QVERIFY(KeyHint({u"Ctrl+Shift+O"_qs}).sizeHint().width() > KeyHint({u"O"_qs}).sizeHint().width());
        QVERIFY(KeyHint({u"Ctrl++"_qs}).sizeHint().width() > KeyHint({u"Ctrl"_qs}).sizeHint().width());
    }

    void numbersInWords() {
        QCOMPARE(formatCount(1234567), u"1,234,567"_qs);
        QCOMPARE(formatShortCount(134515008), u"134.5\u00a0M"_qs);
        QCOMPARE(formatShortCount(9999), u"9,999"_qs);
        QCOMPARE(formatBytes(512), u"512\u00a0B"_qs);
        QCOMPARE(formatBytes(1536), u"1.5\u00a0KiB"_qs);
        QCOMPARE(formatBytes(438LL << 20), u"438\u00a0MiB"_qs);
        QCOMPARE(formatNumber(0.63214), u"0.632"_qs);
        QCOMPARE(formatNumber(5e-5), u"5e-5"_qs);
        QCOMPARE(formatNumber(0.001, 3), u"0.001"_qs);
        QCOMPARE(formatNumber(0.0249, 3), u"0.025"_qs);
        QCOMPARE(formatNumber(-0.00123, 3), u"-0.0012"_qs);
        QCOMPARE(formatNumber(0.05, 3), u"0.05"_qs);
        QCOMPARE(formatNumber(0.0, 3), u"0.00"_qs);
        QCOMPARE(formatNumber(12.3456), u"12.35"_qs);
        QCOMPARE(formatShare(0.934), u"93.4\u00a0%"_qs);
        QCOMPARE(formatDuration(8.24), u"8.2 s"_qs);
        QCOMPARE(formatDuration(75), u"1 min 15 s"_qs);
        QCOMPARE(formatDuration(7400), u"2 h 3 min"_qs);
        QCOMPARE(formatDuration(-1), QString());
    }

    void remainingTimeIsRounded_data() {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QString>("contains");
        QTest::newRow("soon") << 20.0 << u"Less than a minute"_qs;
        QTest::newRow("two") << 130.0 << u"2"_qs;
        QTest::newRow("three") << 200.0 << u"3"_qs;
        QTest::newRow("twenty") << 19 * 60.0 << u"20"_qs;
        QTest::newRow("thirty") << 33 * 60.0 << u"30"_qs;
        QTest::newRow("hour") << 70 * 60.0 << u"1 hour"_qs;
        QTest::newRow("hours") << 5.2 * 3600 << u"5 hour"_qs;
    }

    void remainingTimeIsRounded() {
        QFETCH(double, seconds);
        QFETCH(QString, contains);
        QVERIFY2(etaText(seconds).contains(contains), qPrintable(etaText(seconds)));
        QVERIFY(etaText(-1).isEmpty());
    }

private:
    std::unique_ptr<Theme> theme_;
};

QTEST_MAIN(WidgetsTest)
#include "widgets_test.moc"
