// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "bridge/services.h"
#include "widgets/panel_page.h"

class QFormLayout;
class QLabel;
class QPushButton;

namespace lathe::widgets {
class Card;
class RowsProvider;
class TextTable;
}

namespace lathe::panels {

class ExportCard;

class ModelsPanel : public widgets::PanelPage {
    Q_OBJECT
public:
    explicit ModelsPanel(bridge::Services& services, QWidget* parent = nullptr);

    void openWith(const QVariantMap& arguments) override;
    QList<QWidget*> headerWidgets() override;
    bool isSettled() const override { return !services_.models().list().empty(); }

private:
    QWidget* buildFacts();
    void listModels();
    void showModel(int row);
    void addFact(const QString& label, const QString& value);
    void addFolder();
    void addFile();
    void verify();
    void say(const QString& sentence, bool isBad);

    bridge::Services& services_;
    std::shared_ptr<widgets::RowsProvider> provider_;
    widgets::TextTable* table_ = nullptr;
    widgets::Card* facts_ = nullptr;
    QFormLayout* lines_ = nullptr;
    ExportCard* export_ = nullptr;
    QPushButton* addFolder_ = nullptr;
    QPushButton* addFile_ = nullptr;
    QPushButton* verify_ = nullptr;
    QPushButton* train_ = nullptr;
    QPushButton* try_ = nullptr;
    QPushButton* remove_ = nullptr;
    QLabel* note_ = nullptr;
    QString chosen_;
};

}  // namespace lathe::panels
