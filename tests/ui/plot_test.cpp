// SPDX-License-Identifier: GPL-3.0-or-later
// Charts: smoothing, reading, linking, speed, marks and what is exported.
#include "widgets/metric_plot.h"
#include "widgets/plot_legend.h"
#include "widgets/text_table.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QDialog>
#include <QElapsedTimer>
#include <QFile>
#include <QImageReader>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>
#include <ctime>
#include <limits>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

PlotPoint at(double step, double value) {
    return {step, step * 2, step * 100, step / 10, value};
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Number of pixels near a colour.
int pixelsNear(const QImage& image, const QColor& colour) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            count += qAbs(pixel.red() - colour.red()) + qAbs(pixel.green() - colour.green()) + qAbs(pixel.blue() - colour.blue()) < 30 ? 1 : 0;
        }
    }
    return count;
}

QWidget* canvasOf(const MetricPlot& plot) {
    for (QWidget* child : plot.findChildren<QWidget*>()) {
        if (QLatin1StringView(child->metaObject()->className()) == "QCustomPlot"_L1) {
            return child;
        }
    }
    return nullptr;
}

} // namespace

class PlotTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { theme_ = std::make_unique<Theme>(*qApp); theme_->setMode(ThemeMode::Light); }
    void cleanupTestCase() { theme_.reset(); }

    void smoothingIsTheDebiasedMovingAverage() {
        const QList<PlotPoint> points = {at(0, 1), at(1, 3), at(2, kNaN), at(3, 5)};
        const QList<double> result = smoothed(points, 0.5);
        // last: 0.5, 1.75, (skipped), 3.375; divided by 0.5, 0.75, 0.875.
        QCOMPARE(result[0], 1.0);
        QCOMPARE(result[1], 1.75 / 0.75);
        QVERIFY(std::isnan(result[2]));
        QCOMPARE(result[3], 3.375 / 0.875);
        QCOMPARE(smoothed(points, 0)[3], 5.0);
    }

    void evenSpacingMakesBothSmoothingsEqual() {
        QList<PlotPoint> points;
        for (int i = 0; i < 50; ++i) {
            points.append(at(i, std::sin(i)));
        }
        const QList<double> plain = smoothed(points, 0.8);
        const QList<double> byDistance = smoothedByDistance(points, 0.8, PlotX::Step);
        for (int i = 0; i < 50; ++i) {
            QVERIFY(qAbs(plain[i] - byDistance[i]) < 1e-9);
        }
    }

    void appendingGivesTheSameAsSettingAll() {
        QList<PlotPoint> points;
        for (int i = 0; i < 300; ++i) {
            points.append(at(i, i % 7 == 0 ? kNaN : std::cos(i * 0.1) + 2));
        }
        MetricPlot whole;
        whole.setSeries({u"a"_qs, u"a"_qs});
        whole.setSmoothing(0.9);
        whole.setPoints(u"a"_qs, points);
        MetricPlot grown;
        grown.setSeries({u"a"_qs, u"a"_qs});
        grown.setSmoothing(0.9);
        for (const PlotPoint& point : points) {
            grown.append(u"a"_qs, {point});
            if (int(point.step) % 50 == 0) {
                grown.toCsv();
            }
        }
        QCOMPARE(grown.toCsv(), whole.toCsv());
    }

    void stepsThatRepeatAfterAResumeAreSorted() {
        MetricPlot plot;
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.append(u"a"_qs, {at(1, 1), at(2, 2), at(3, 3)});
        plot.append(u"a"_qs, {at(2, 20), at(3, 30)});
        QCOMPARE(plot.points(u"a"_qs).size(), 5);
        QCOMPARE(plot.points(u"a"_qs)[2].value, 20.0);
    }

    void readingsAreTheNearestPointsHighestFirst() {
        MetricPlot plot;
        plot.setSeries({u"low"_qs, u"low"_qs});
        plot.setSeries({u"high"_qs, u"high"_qs});
        plot.setPoints(u"low"_qs, {at(0, 1), at(10, 2), at(20, 3)});
        plot.setPoints(u"high"_qs, {at(0, 11), at(12, 12), at(20, 13)});
        const QList<PlotReading> readings = plot.readingsAt(10.4);
        QCOMPARE(readings.size(), 2);
        QCOMPARE(readings[0].id, u"high"_qs);
        QCOMPARE(readings[0].point.step, 12.0);
        QCOMPARE(readings[1].point.step, 10.0);
        QVERIFY(plot.readingsAt(100).isEmpty());
        plot.setSeriesVisible(u"high"_qs, false);
        QCOMPARE(plot.readingsAt(10.4).size(), 1);
    }

    void xMayBeTimeOrTokens() {
        MetricPlot plot;
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.setPoints(u"a"_qs, {at(0, 1), at(10, 2), at(20, 3)});
        plot.setXAxis(PlotX::Tokens);
        QCOMPARE(plot.readingsAt(1000).first().point.step, 10.0);
        plot.setXAxis(PlotX::Time);
        QCOMPARE(plot.readingsAt(40).first().point.step, 20.0);
    }

    void aMillionPointsOpenQuickly() {
        QList<PlotPoint> points;
        points.reserve(1'000'000);
        for (int i = 0; i < 1'000'000; ++i) {
            points.append(at(i, 2 + std::sin(i * 1e-4) + (qint64(i) * 7919 % 1000) * 1e-3));
        }
        MetricPlot plot;
        plot.resize(900, 400);
        plot.setSmoothing(0.9);
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        // Processor time: the promise of 300 ms is for a machine that is not busy with other tests.
        const std::clock_t begin = std::clock();
        plot.setPoints(u"a"_qs, points);
        plot.readingsAt(10);
        const QPixmap picture = plot.grab();
        const qint64 elapsed = qint64(std::clock() - begin) * 1000 / CLOCKS_PER_SEC;
        QVERIFY(!picture.isNull());
        qInfo("a million points in %lld ms", static_cast<long long>(elapsed));
        QVERIFY2(elapsed < 600, qPrintable(QString::number(elapsed)));
    }

    void manyAppendsReplotAtMostTenTimesASecond() {
        MetricPlot plot;
        plot.resize(400, 240);
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QWidget* canvas = canvasOf(plot);
        QVERIFY(canvas != nullptr);
        int paints = 0;
        class Counter : public QObject {
        public:
            explicit Counter(int& count) : count_(count) {}
            bool eventFilter(QObject*, QEvent* event) override {
                count_ += event->type() == QEvent::Paint ? 1 : 0;
                return false;
            }

        private:
            int& count_;
        } counter(paints);
        canvas->installEventFilter(&counter);
        QTest::qWait(150);
        paints = 0;
        QElapsedTimer timer;
        timer.start();
        int step = 0;
        while (timer.elapsed() < 1000) {
            plot.append(u"a"_qs, {at(step, step % 5)});
            ++step;
            QTest::qWait(2);
        }
        QVERIFY(paints >= 3);
        QVERIFY2(paints <= 12, qPrintable(QString::number(paints)));
        QCOMPARE(plot.points(u"a"_qs).size(), step);
    }

    void linkedChartsShareCursorAndRange() {
        PlotLink link;
        QSignalSpy cursor(&link, &PlotLink::cursorMoved);
        QSignalSpy reset(&link, &PlotLink::rangeReset);
        MetricPlot first;
        MetricPlot second;
        for (MetricPlot* plot : {&first, &second}) {
            plot->setLink(&link);
            plot->setSeries({u"a"_qs, u"a"_qs});
            plot->setPoints(u"a"_qs, {at(0, 1), at(50, 2), at(100, 3)});
            plot->resize(400, 240);
            plot->show();
        }
        QVERIFY(QTest::qWaitForWindowExposed(&second));
        first.readingsAt(1);
        second.readingsAt(1);
        QTest::keyClick(&first, Qt::Key_Right);
        QCOMPARE(cursor.count(), 1);
        QWidget* readout = nullptr;
        for (QWidget* child : second.findChildren<QWidget*>()) {
            if (QLatin1StringView(child->metaObject()->className()).endsWith("PlotReadout"_L1)) {
                readout = child;
            }
        }
        QVERIFY(readout != nullptr);
        QVERIFY(readout->isVisible());
        link.setRange(20, 60);
        first.resetZoom();
        QCOMPARE(reset.count(), 1);
        link.clearCursor();
        QVERIFY(!readout->isVisible());
    }

    void draggingZoomsAllLinkedChartsAndDoubleClickShowsEverything() {
        PlotLink link;
        QSignalSpy range(&link, &PlotLink::rangeChanged);
        QSignalSpy reset(&link, &PlotLink::rangeReset);
        MetricPlot plot;
        plot.setLink(&link);
        plot.resize(500, 300);
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.setPoints(u"a"_qs, {at(0, 1), at(50, 2), at(100, 3)});
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QWidget* canvas = canvasOf(plot);
        QVERIFY(canvas != nullptr);
        plot.grab();
        const QPoint middle = canvas->rect().center();
        QTest::mousePress(canvas, Qt::LeftButton, {}, middle - QPoint(60, 50));
        QTest::mouseMove(canvas, middle);
        QTest::mouseMove(canvas, middle + QPoint(60, 50));
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, middle + QPoint(60, 50));
        QTRY_VERIFY(!range.isEmpty());
        const double low = range.last()[0].toDouble();
        const double high = range.last()[1].toDouble();
        QVERIFY2(low > 5 && low < 50 && high > 50 && high < 95, qPrintable(u"%1 %2"_qs.arg(low).arg(high)));
        QTest::mouseDClick(canvas, Qt::LeftButton, {}, middle);
        QCOMPARE(reset.count(), 1);
    }

    void theLinkMayGoBeforeTheChart() {
        MetricPlot plot;
        {
            PlotLink link;
            plot.setLink(&link);
        }
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.setPoints(u"a"_qs, {at(0, 1)});
        plot.resetZoom();
        QCOMPARE(plot.readingsAt(0).size(), 1);
    }

    void exportsPictures() {
        const QTemporaryDir folder;
        MetricPlot plot;
        plot.resize(500, 300);
        plot.setTitle(u"Loss"_qs);
        plot.setSeries({u"a"_qs, u"run"_qs, 0, false});
        plot.setSeries({u"b"_qs, u"other"_qs, 1, false});
        QList<PlotPoint> a, b;
        for (int i = 0; i < 100; ++i) {
            a.append(at(i, 3.0 / (1 + i)));
            b.append(at(i, 4.0 / (1 + i)));
        }
        plot.setPoints(u"a"_qs, a);
        plot.setPoints(u"b"_qs, b);
        plot.setMarks({{PlotMarkKind::Best, 50, {}, {}}});
        theme_->setMode(ThemeMode::Dark);
        QCOMPARE(plot.exportTo(folder.filePath(u"c.png"_qs), 2), QString());
        theme_->setMode(ThemeMode::Light);
        const QImage image(folder.filePath(u"c.png"_qs));
        QCOMPARE(image.size(), QSize(1600, 900));
        // On white in light colours, even when the window is dark.
        QCOMPARE(image.pixelColor(3, 3), QColor(Qt::white));
        QVERIFY(pixelsNear(image, seriesColour(lightTokens(), 0)) > 200);
        QVERIFY(pixelsNear(image, seriesColour(lightTokens(), 1)) > 100);
        QVERIFY(pixelsNear(image, lightTokens().good) > 50);

        QCOMPARE(plot.exportTo(folder.filePath(u"c.svg"_qs)), QString());
        QXmlStreamReader xml(contentOf(folder.filePath(u"c.svg"_qs)));
        int paths = 0;
        bool hasTitle = false;
        while (!xml.atEnd()) {
            xml.readNext();
            paths += xml.isStartElement() && (xml.name() == "path"_L1 || xml.name() == "polyline"_L1) ? 1 : 0;
            hasTitle = hasTitle || (xml.isCharacters() && xml.text().contains(u"Loss"_qs));
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(paths > 3);
        QVERIFY(hasTitle);

        QCOMPARE(plot.exportTo(folder.filePath(u"c.pdf"_qs)), QString());
        QVERIFY(contentOf(folder.filePath(u"c.pdf"_qs)).startsWith("%PDF-"));
    }

    void exportsNumbersThatReadBack() {
        const QTemporaryDir folder;
        MetricPlot plot;
        plot.setSeries({u"a"_qs, u"run, \"one\""_qs});
        plot.setPoints(u"a"_qs, {at(1, 0.1), at(2, 5e-5), at(3, kNaN), at(4, std::numeric_limits<double>::infinity())});
        QCOMPARE(plot.exportTo(folder.filePath(u"c.csv"_qs)), QString());
        const QList<QByteArray> lines = contentOf(folder.filePath(u"c.csv"_qs)).trimmed().split('\n');
        QCOMPARE(lines.size(), 5);
        QCOMPARE(lines[0], QByteArray("series,step,seconds,tokens,epoch,value,smoothed"));
        QCOMPARE(lines[1], QByteArray("\"run, \"\"one\"\"\",1,2,100,0.1,0.1,0.1"));
        QCOMPARE(lines[2], QByteArray("\"run, \"\"one\"\"\",2,4,200,0.2,5e-5,5e-5"));
        QVERIFY(lines[3].endsWith("NaN,NaN"));
        QVERIFY(lines[4].endsWith("Infinity,Infinity"));
    }

    void exportSaysWhatIsWrong() {
        MetricPlot plot;
        plot.resize(300, 200);
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.setPoints(u"a"_qs, {at(0, 1)});
        QVERIFY(plot.exportTo(u"/nowhere/at/all/c.png"_qs).contains(u"could not be written"_qs));
        QVERIFY(plot.exportTo(u"c.bmp"_qs).contains(u".png"_qs));
    }

    void logAxisSaysWhatItLeavesOut() {
        MetricPlot plot;
        plot.resize(400, 240);
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.setPoints(u"a"_qs, {at(0, 1), at(1, 0), at(2, -1), at(3, 10)});
        plot.setLogY(true);
        plot.readingsAt(0);
        const auto labels = plot.findChildren<QWidget*>();
        bool says = false;
        for (const QWidget* child : labels) {
            says = says || child->property("text").toString().startsWith(u'2');
        }
        QVERIFY(says);
    }

    void theNamesAtTheEndsOfLinesStayThereWhenTheChartIsResized() {
        MetricPlot plot;
        plot.resize(60, 40);
        plot.setSeries({u"a"_qs, u"train"_qs});
        plot.setSeries({u"b"_qs, u"validation"_qs, 1});
        plot.setPoints(u"a"_qs, {at(0, 1), at(10, 2)});
        plot.setPoints(u"b"_qs, {at(0, 3), at(10, 4)});
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QTest::qWait(250);  // the charts of a run that is opened at the start of the window are filled before they have their size
        plot.resize(600, 300);
        const QColor colour = seriesPen(plot.palette(), 1).color();
        QVERIFY(QTest::qWaitFor([&] {
            const QImage image = plot.grab().toImage();
            return pixelsNear(image.copy(image.width() - 60, 60, 60, image.height() - 90), colour) > 10;
        }, 2'000));
    }

    void showDataOpensATableOfAllPoints() {
        MetricPlot plot;
        plot.setSeries({u"a"_qs, u"a"_qs});
        plot.setPoints(u"a"_qs, {at(0, 1), at(1, 0.5)});
        plot.showData();
        auto* table = plot.findChild<TextTable*>(u"plot.data"_qs);
        QVERIFY(table != nullptr);
        QCOMPARE(table->textModel()->rowCount(), 2);
        QCOMPARE(table->textModel()->index(1, 5).data().toString(), u"0.50000"_qs);
    }

    void isolatingShowsOneAndIsolatingAgainShowsAll() {
        MetricPlot plot;
        QSignalSpy spy(&plot, &MetricPlot::seriesVisibilityChanged);
        plot.resize(500, 300);
        for (const QString& id : {u"a"_qs, u"b"_qs, u"c"_qs}) {
            plot.setSeries({id, id});
            plot.setPoints(id, {at(0, 1), at(1, 2)});
        }
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QWidget* legend = nullptr;
        for (QWidget* child : plot.findChildren<QWidget*>()) {
            if (QLatin1StringView(child->metaObject()->className()).endsWith("PlotLegend"_L1)) {
                legend = child;
            }
        }
        QVERIFY(legend != nullptr);
        QTest::mouseClick(legend, Qt::LeftButton, Qt::AltModifier, QPoint(5, 10));
        QCOMPARE(spy.count(), 2);
        QCOMPARE(plot.readingsAt(0).size(), 1);
        QTest::mouseClick(legend, Qt::LeftButton, Qt::AltModifier, QPoint(5, 10));
        QCOMPARE(plot.readingsAt(0).size(), 3);
        QTest::mouseClick(legend, Qt::LeftButton, {}, QPoint(5, 10));
        QCOMPARE(plot.readingsAt(0).size(), 2);
    }

private:
    std::unique_ptr<Theme> theme_;
};

QTEST_MAIN(PlotTest)
#include "plot_test.moc"
