// SPDX-License-Identifier: GPL-3.0-or-later
// MetricPlot's pictures, numbers and table.
#include "controls.h"
#include "format.h"
#include "metric_plot_private.h"
#include "number_edit.h"
#include "text_table.h"
#include "theme.h"

#include <QBoxLayout>
#include <QBuffer>
#include <QDialog>
#include <QFileDialog>
#include <QFileInfo>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>

#include <cmath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

// Size of an exported picture in pixels at scale 1, whatever the size of the chart in the window.
constexpr QSize kPicture(800, 450);

struct DataRow {
    QString series;
    PlotPoint point;
    double smoothed;
};

/// The chart's numbers as a table; holds its own copy, so the chart may go on.
class PlotRows : public TextProvider {
public:
    QList<DataRow> rows;

    int rowCount() const override { return int(rows.size()); }
    int columnCount() const override { return 7; }
    QString header(int column) const override {
        const QStringList names = {MetricPlot::tr("Series"), MetricPlot::tr("Step"),  MetricPlot::tr("Time"),    MetricPlot::tr("Tokens"),
                                   MetricPlot::tr("Epoch"),  MetricPlot::tr("Value"), MetricPlot::tr("Smoothed")};
        return names.value(column);
    }
    bool isNumber(int column) const override { return column > 0; }
    QString text(int row, int column) const override {
        const DataRow& one = rows[row];
        switch (column) {
        case 0:
            return one.series;
        case 1:
            return formatCount(qint64(one.point.step));
        case 2:
            return formatDuration(one.point.seconds);
        case 3:
            return std::isfinite(one.point.tokens) ? formatCount(qint64(one.point.tokens)) : QString();
        case 4:
            return formatNumber(one.point.epoch, 4);
        case 5:
            return formatNumber(one.point.value, 6);
        default:
            return formatNumber(one.smoothed, 6);
        }
    }
    QVariant sortKey(int row, int column) const override {
        const DataRow& one = rows[row];
        const QVariantList keys = {one.series, one.point.step, one.point.seconds, one.point.tokens, one.point.epoch, one.point.value, one.smoothed};
        return keys.value(column);
    }
};

QByteArray csvText(const QString& text) {
    QString quoted = text;
    if (quoted.contains(u',') || quoted.contains(u'"') || quoted.contains(u'\n')) {
        quoted = u'"' + quoted.replace(u"\""_qs, u"\"\""_qs) + u'"';
    }
    return quoted.toUtf8();
}

QByteArray csvNumber(double value) {
    return std::isnan(value) ? QByteArray("NaN") : std::isinf(value) ? QByteArray(value > 0 ? "Infinity" : "-Infinity") : writeNumber(value).toLatin1();
}

/// Pictures go onto paper: they are drawn in the light theme with the title inside, and the chart is put back afterwards.
class LightPicture {
public:
    LightPicture(QWidget* chart, QCustomPlot* plot, const QString& title, const QString& unit) : chart_(chart), plot_(plot), palette_(chart->palette()), viewport_(plot->viewport()) {
        chart_->setPalette(paletteOf(lightTokens()));
        plot_->plotLayout()->insertRow(0);
        QFont font = fontOf(FontRole::Body);
        font.setWeight(QFont::DemiBold);
        auto* heading = new QCPTextElement(plot_, unit.isEmpty() ? title : title + u" ("_qs + unit + u')', font);
        heading->setTextColor(lightTokens().text);
        plot_->plotLayout()->addElement(0, 0, heading);
        plot_->setBackground(QBrush(Qt::white));
        plot_->setViewport(QRect(QPoint(0, 0), kPicture));
    }
    ~LightPicture() {
        plot_->plotLayout()->removeAt(0);
        plot_->plotLayout()->simplify();
        plot_->setBackground(QBrush(Qt::NoBrush));
        plot_->setViewport(viewport_);
        chart_->setPalette(palette_);
    }
    LightPicture(const LightPicture&) = delete;
    LightPicture& operator=(const LightPicture&) = delete;

private:
    QWidget* chart_;
    QCustomPlot* plot_;
    QPalette palette_;
    QRect viewport_;
};

void paintTo(QCustomPlot* plot, QPaintDevice* device, double factor) {
    QCPPainter painter;
    painter.begin(device);
    painter.scale(factor, factor);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    plot->toPainter(&painter, kPicture.width(), kPicture.height());
    painter.end();
}

QByteArray svgOf(QCustomPlot* plot, const QString& title) {
    QBuffer buffer;
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setTitle(title);
    generator.setSize(kPicture);
    generator.setViewBox(QRect(QPoint(0, 0), generator.size()));
    paintTo(plot, &generator, 1);
    return buffer.data();
}

QByteArray pdfOf(QCustomPlot* plot, const QString& title) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(title);
    constexpr double kPointsPerPixel = 0.75;
    writer.setPageSize(QPageSize(QSizeF(kPicture) * kPointsPerPixel, QPageSize::Point, {}, QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    writer.setResolution(1200);
    paintTo(plot, &writer, 1200.0 / 72.0 * kPointsPerPixel);
    buffer.close();
    return buffer.data();
}

} // namespace

QByteArray MetricPlot::toCsv() const {
    d_->flush();
    QByteArray csv = "series,step,seconds,tokens,epoch,value,smoothed\n";
    for (const auto& one : d_->series) {
        const QByteArray name = csvText(one->info.label);
        for (qsizetype i = 0; i < one->points.size(); ++i) {
            const PlotPoint& point = one->points[i];
            csv += name;
            for (const double number : {point.step, point.seconds, point.tokens, point.epoch, point.value, i < one->smooth.size() ? one->smooth[i] : point.value}) {
                csv += ',' + csvNumber(number);
            }
            csv += '\n';
        }
    }
    return csv;
}

QString MetricPlot::exportTo(const QString& file, double scale) const {
    const QString suffix = QFileInfo(file).suffix().toLower();
    QByteArray content;
    if (suffix == u"csv"_qs) {
        content = toCsv();
    } else if (suffix == u"png"_qs || suffix == u"svg"_qs || suffix == u"pdf"_qs) {
        d_->hideCursor();
        const LightPicture light(const_cast<MetricPlot*>(this), d_->plot, title(), d_->unit);
        d_->flush();
        d_->placeMarks();
        d_->placeEndLabels();
        if (suffix == u"png"_qs) {
            QBuffer buffer(&content);
            buffer.open(QIODevice::WriteOnly);
            d_->plot->toPixmap(kPicture.width(), kPicture.height(), std::clamp(scale, 0.5, 8.0)).save(&buffer, "PNG");
        } else {
            content = suffix == u"svg"_qs ? svgOf(d_->plot, title()) : pdfOf(d_->plot, title());
        }
    } else {
        return tr("“%1” cannot be written: choose a name that ends in .png, .svg, .pdf or .csv.").arg(file);
    }
    d_->placeMarks();
    d_->placeEndLabels();
    d_->plot->replot(QCustomPlot::rpQueuedReplot);
    QSaveFile out(file);
    if (content.isEmpty() || !out.open(QIODevice::WriteOnly) || out.write(content) != content.size() || !out.commit()) {
        return tr("“%1” could not be written: %2. Choose another folder or free some space.").arg(file, out.errorString());
    }
    return {};
}

void MetricPlot::showData() {
    d_->flush();
    auto provider = std::make_shared<PlotRows>();
    for (const auto& one : d_->series) {
        for (qsizetype i = 0; i < one->points.size(); ++i) {
            provider->rows.append({one->info.label, one->points[i], i < one->smooth.size() ? one->smooth[i] : one->points[i].value});
        }
    }
    auto* dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(u"plot.dataWindow"_qs);
    dialog->setWindowTitle(title().isEmpty() ? tr("Data") : tr("Data: %1").arg(title()));
    auto* table = new TextTable;
    table->setObjectName(u"plot.data"_qs);
    table->setProvider(provider);
    table->setSortable(true);
    table->fitColumns(200);
    column(dialog, metrics::kSpace12, metrics::kSpace12)->addWidget(table);
    dialog->resize(640, 420);
    dialog->show();
}

void MetricPlot::exportInteractively() {
    auto* dialog = new QFileDialog(this, tr("Save Chart"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Picture (*.png)"), tr("Vector picture (*.svg)"), tr("PDF (*.pdf)"), tr("Numbers (*.csv)")});
    dialog->setDefaultSuffix(u"png"_qs);
    connect(dialog, &QFileDialog::filterSelected, dialog,
            [dialog](const QString& filter) { dialog->setDefaultSuffix(filter.section(u"*."_qs, 1).section(u')', 0, 0)); });
    dialog->selectFile(title().isEmpty() ? tr("chart") : title());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        const QString problem = exportTo(file);
        if (!problem.isEmpty()) {
            d_->notice->setText(problem);
            d_->notice->show();
        }
    });
    dialog->open();
}

} // namespace lathe::widgets
