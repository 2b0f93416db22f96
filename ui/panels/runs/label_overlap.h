// SPDX-License-Identifier: GPL-3.0-or-later
// Which labels occur together: a matrix of counts, tinted by the share of the row's label.
#pragma once
#include <QWidget>

#include <lathe/label_bench.h>

namespace lathe::panels {

class LabelOverlapView : public QWidget {
    Q_OBJECT
public:
    explicit LabelOverlapView(QWidget* parent = nullptr);

    void setOverlap(LabelOverlap overlap);
    const LabelOverlap& overlap() const { return overlap_; }
    /// Sentence about the cell at a place of this widget; empty outside the matrix.
    QString sentenceAt(const QPoint& place) const;
    /// Middle of a cell.
    QPoint centreOf(int row, int column) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void measure();
    std::uint64_t count(int row, int column) const { return overlap_.counts[std::size_t(row) * overlap_.labels.size() + std::size_t(column)]; }

    LabelOverlap overlap_;
    int nameWidth_ = 0;
    int headHeight_ = 0;
    int cell_ = 30;
};

}  // namespace lathe::panels
