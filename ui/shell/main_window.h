// SPDX-License-Identifier: GPL-3.0-or-later
// The window: sidebar, header, panels made when first shown, status line, menus.
#pragma once

#include "panel_info.h"

#include <QHash>
#include <QList>
#include <QMainWindow>
#include <QVariantMap>

class QAction;
class QActionGroup;
class QHBoxLayout;
class QLabel;
class QSettings;
class QStackedWidget;

namespace lathe::widgets {
class PanelPage;
class SidebarList;
class Theme;
}

namespace lathe::shell {

class JobStatus;
class StatusLine;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// Theme, status and settings must outlive the window. `panels` are shown in that order.
    MainWindow(const QList<PanelInfo>& panels, widgets::Theme& theme, JobStatus& status, QSettings& settings, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Shows a panel, making it if needed. Returns false for an unknown id.
    bool showPanel(const QString& id, const QVariantMap& arguments = {});
    QString currentPanel() const;
    /// The panel's widget, or null when it was never shown.
    QWidget* panelWidget(const QString& id) const;
    /// True when the current panel says that it has settled.
    bool isSettled() const;
    /// Where the help pages are. Without it there is no Help in the menu.
    void setHelpFolder(const QString& folder);

public Q_SLOTS:
    /// The help page of the current panel.
    void showHelp();
    void showKeys();
    void showAbout();
    void showSettings();

Q_SIGNALS:
    /// File > Open Workspace: the program restarts its session there.
    void workspaceChosen(const QString& folder);
    /// File > Import Data..., or files dropped on the window.
    void filesDropped(const QStringList& files);

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildCentre();
    void buildMenus();
    void buildFileMenu();
    void buildViewMenu();
    void buildRunMenu();
    void buildHelpMenu();
    void syncHeader();
    void chooseWorkspace();
    void importData();
    void askBeforeClosing();
    const PanelInfo* find(const QString& id) const;

    QList<PanelInfo> panels_;
    widgets::Theme& theme_;
    JobStatus& status_;
    QSettings& settings_;
    QHash<QString, QWidget*> made_;
    widgets::SidebarList* sidebar_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    QLabel* title_ = nullptr;
    QHBoxLayout* headerExtras_ = nullptr;
    QList<QWidget*> shownExtras_;
    StatusLine* statusLine_ = nullptr;
    QActionGroup* themeActions_ = nullptr;
    QAction* helpAction_ = nullptr;
    QString helpFolder_;
    bool isClosingAfterJobs_ = false;
};

} // namespace lathe::shell
