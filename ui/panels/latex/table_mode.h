// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of a dataset, converted one after the other: expected and produced formula side by side, with what matches.
#pragma once
#include <vector>

#include <QWidget>

#include "bridge/services.h"
#include "panels/latex/converter.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace lathe::widgets {
class LatexView;
class RowsProvider;
class TextTable;
class LatexRenderer;
}

namespace lathe::panels {

class TableMode : public QWidget {
    Q_OBJECT
public:
    TableMode(bridge::Services& services, QWidget* parent);
    void setModel(const QString& model, const Converter& converter);

private:
    struct Row {
        QString english;
        QString expected;
        QString produced;
        bool isDone = false;
        bool isParsed = true;
    };

    void listDatasets();
    void start();
    void load(const TablePtr& table);
    void convertNext();
    void showRow(int row);
    void update(int row);
    void summarise();

    bridge::Services& services_;
    QString model_;
    Converter converter_;
    QComboBox* dataset_;
    QSpinBox* count_;
    QPushButton* run_;
    QLabel* summary_;
    widgets::TextTable* table_;
    widgets::LatexView* expected_;
    widgets::LatexView* produced_;
    widgets::LatexRenderer* renderer_;
    std::shared_ptr<widgets::RowsProvider> provider_;
    std::vector<Row> rows_;
    std::vector<std::pair<quint64, int>> parsing_;
    std::size_t next_ = 0;
    bool isRunning_ = false;
    bridge::WorkPtr work_;
};

}  // namespace lathe::panels
