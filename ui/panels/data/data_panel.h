// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "bridge/services.h"
#include "widgets/panel_page.h"

class QComboBox;
class QLabel;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QToolButton;

namespace lathe::widgets {
class TextTable;
}

namespace lathe::panels {

class ProfileCard;

/// Arguments of openWith: "import" (true: asks for a file), "file" (a path to import), "dataset" (a name).
class DataPanel : public widgets::PanelPage {
    Q_OBJECT
public:
    explicit DataPanel(bridge::Services& services, QWidget* parent = nullptr);

    void openWith(const QVariantMap& arguments) override;
    QList<QWidget*> headerWidgets() override;
    QList<widgets::KeyBinding> keyBindings() const override;
    bool isSettled() const override { return loading_ == 0; }

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* buildList();
    QWidget* buildTable();
    QWidget* buildProfile();
    void buildActions();
    void listDatasets();
    void openDataset(const QString& name);
    void show(const TablePtr& table);
    void showRow(int row);
    void profile(int column);
    void countTokens();
    void chooseFile();
    void importFile(const QString& file);
    void loadSample();
    void addColumn();
    void filter();
    void split();
    void exportTable();
    void undo();
    void remove();
    void say(const QString& sentence, bool isBad);

    bridge::Services& services_;
    QStackedWidget* stack_ = nullptr;
    QListWidget* list_ = nullptr;
    QLabel* history_ = nullptr;
    widgets::TextTable* table_ = nullptr;
    QPlainTextEdit* row_ = nullptr;
    QLabel* summary_ = nullptr;
    ProfileCard* profile_ = nullptr;
    QComboBox* tokenModel_ = nullptr;
    QSpinBox* maxLength_ = nullptr;
    QWidget* actions_ = nullptr;
    QPushButton* import_ = nullptr;
    QToolButton* change_ = nullptr;
    QPushButton* export_ = nullptr;
    QPushButton* train_ = nullptr;
    QString chosen_;
    std::string fingerprint_;
    TablePtr shown_;
    int column_ = 0;
    int loading_ = 0;
    int round_ = 0;
    bridge::WorkPtr profileWork_;
};

}  // namespace lathe::panels
