// SPDX-License-Identifier: GPL-3.0-or-later
// MainWindow's menus and dialogs.
#include "about_dialog.h"
#include "help_dialog.h"
#include "job_status.h"
#include "keys_dialog.h"
#include "main_window.h"
#include "settings_dialog.h"
#include "widgets/icons.h"
#include "widgets/panel_page.h"
#include "widgets/theme.h"

#include <QAction>
#include <QActionGroup>
#include <QDir>
#include <QFileDialog>
#include <QMenuBar>
#include <QSettings>

#include <algorithm>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace lathe::shell {
namespace {

constexpr qsizetype kMostRecent = 10;

QAction* add(QMenu* menu, const QString& objectName, const QString& text, const QString& iconName, const QKeySequence& keys = {}) {
    QAction* action = menu->addAction(text);
    action->setObjectName(objectName);
    if (!iconName.isEmpty()) {
        action->setIcon(icon(iconName, IconTone::Secondary));
    }
    action->setShortcut(keys);
    return action;
}

/// A menu text without its access key ("파일(&F)" has it in brackets) and ellipsis.
QString plain(QString text) {
    const qsizetype bracket = text.indexOf(u"(&"_qs);
    if (bracket >= 0) {
        text.remove(bracket, 4);
    }
    return text.remove(u'&').remove(u'…');
}

} // namespace

void MainWindow::buildMenus() {
    buildFileMenu();
    buildViewMenu();
    buildRunMenu();
    buildHelpMenu();
}

void MainWindow::buildFileMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    connect(add(menu, u"shell.import"_qs, tr("&Import Data…"), u"file-import"_qs, QKeySequence::Open), &QAction::triggered, this, &MainWindow::importData);
    connect(add(menu, u"shell.openWorkspace"_qs, tr("Open &Workspace…"), u"folder-open"_qs, QKeySequence(u"Ctrl+Shift+O"_qs)), &QAction::triggered, this,
            &MainWindow::chooseWorkspace);
    QMenu* recent = menu->addMenu(tr("&Recent Workspaces"));
    recent->setObjectName(u"shell.recent"_qs);
    connect(recent, &QMenu::aboutToShow, this, [this, recent] {
        recent->clear();
        const QStringList folders = settings_.value(QLatin1StringView(settings_keys::kRecentWorkspaces)).toStringList();
        for (const QString& folder : folders) {
            QAction* action = recent->addAction(folder, this, [this, folder] { Q_EMIT workspaceChosen(folder); });
            action->setEnabled(QDir(folder).exists());
        }
        recent->addSeparator();
        recent->addAction(tr("&Clear"), this, [this] { settings_.remove(QLatin1StringView(settings_keys::kRecentWorkspaces)); })->setEnabled(!folders.isEmpty());
    });
    menu->addSeparator();
    connect(add(menu, u"shell.showSettings"_qs, tr("S&ettings…"), u"settings"_qs, QKeySequence(u"Ctrl+,"_qs)), &QAction::triggered, this,
            &MainWindow::showSettings);
    menu->addSeparator();
    connect(add(menu, u"shell.quit"_qs, tr("&Quit"), {}, QKeySequence::Quit), &QAction::triggered, this, &QWidget::close);
}

void MainWindow::buildViewMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    for (const PanelInfo& panel : panels_) {
        QAction* action = add(menu, u"shell.panel."_qs + panel.id, panel.title, panel.iconName, panel.shortcut);
        connect(action, &QAction::triggered, this, [this, id = panel.id] { showPanel(id); });
    }
    menu->addSeparator();
    QMenu* theme = menu->addMenu(tr("&Theme"));
    themeActions_ = new QActionGroup(this);
    const QList<QPair<ThemeMode, QString>> modes = {
        {ThemeMode::System, tr("&As the Desktop")}, {ThemeMode::Light, tr("&Light")}, {ThemeMode::Dark, tr("&Dark")}};
    for (const auto& [mode, text] : modes) {
        QAction* action = add(theme, u"shell.theme."_qs + themeModeId(mode), text, {});
        action->setCheckable(true);
        action->setChecked(theme_.mode() == mode);
        action->setData(int(mode));
        themeActions_->addAction(action);
    }
    connect(themeActions_, &QActionGroup::triggered, this, [this](const QAction* action) {
        const auto mode = ThemeMode(action->data().toInt());
        theme_.setMode(mode);
        settings_.setValue(QLatin1StringView(settings_keys::kTheme), themeModeId(mode));
    });
    connect(theme, &QMenu::aboutToShow, this, [this] {
        for (QAction* action : themeActions_->actions()) {
            action->setChecked(ThemeMode(action->data().toInt()) == theme_.mode());
        }
    });
    const auto scale = [this](double factor) {
        theme_.setTextScale(factor == 0 ? 1.0 : theme_.textScale() * factor);
        settings_.setValue(QLatin1StringView(settings_keys::kTextScale), theme_.textScale());
    };
    connect(add(menu, u"shell.larger"_qs, tr("&Larger Text"), {}, QKeySequence::ZoomIn), &QAction::triggered, this, [scale] { scale(1.1); });
    connect(add(menu, u"shell.smaller"_qs, tr("&Smaller Text"), {}, QKeySequence::ZoomOut), &QAction::triggered, this, [scale] { scale(1 / 1.1); });
    connect(add(menu, u"shell.normalText"_qs, tr("&Normal Text"), {}, QKeySequence(u"Ctrl+0"_qs)), &QAction::triggered, this, [scale] { scale(0); });
    QAction* full = add(menu, u"shell.fullScreen"_qs, tr("&Full Screen"), {}, QKeySequence(u"F11"_qs));
    full->setCheckable(true);
    connect(full, &QAction::toggled, this, [this](bool isFull) { setWindowState(windowState().setFlag(Qt::WindowFullScreen, isFull)); });
}

void MainWindow::buildRunMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Run"));
    QAction* pause = add(menu, u"shell.menu.pause"_qs, tr("&Pause"), u"player-pause"_qs, QKeySequence(u"Ctrl+P"_qs));
    QAction* stop = add(menu, u"shell.menu.stop"_qs, tr("&Stop"), u"player-stop"_qs, QKeySequence(u"Ctrl+."_qs));
    connect(pause, &QAction::triggered, this, [this] {
        if (status_.isBusy()) {
            const Job job = status_.jobs().first();
            job.state == JobState::Paused ? status_.requestResume(job.id) : status_.requestPause(job.id);
        }
    });
    connect(stop, &QAction::triggered, this, [this] {
        if (status_.isBusy()) {
            status_.requestStop(status_.jobs().first().id);
        }
    });
    menu->addSeparator();
    if (find(u"train"_qs) != nullptr) {
        connect(add(menu, u"shell.menu.train"_qs, tr("&New Training"), u"school"_qs, QKeySequence(u"Ctrl+N"_qs)), &QAction::triggered, this,
                [this] { showPanel(u"train"_qs); });
    }
    const auto sync = [this, pause, stop] {
        const bool isBusy = status_.isBusy();
        const Job job = isBusy ? status_.jobs().first() : Job();
        const bool isPaused = job.state == JobState::Paused;
        pause->setText(isPaused ? tr("&Resume") : tr("&Pause"));
        pause->setIcon(icon(isPaused ? u"player-play"_qs : u"player-pause"_qs, IconTone::Secondary));
        pause->setEnabled(isBusy && job.isPausable && (isPaused || job.state == JobState::Running));
        stop->setEnabled(isBusy && job.state != JobState::Stopping);
    };
    connect(&status_, &JobStatus::changed, this, sync);
    sync();
}

void MainWindow::buildHelpMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    helpAction_ = add(menu, u"shell.showHelp"_qs, tr("&Help Topics"), u"help-circle"_qs, QKeySequence(u"F1"_qs));
    helpAction_->setEnabled(false);
    connect(helpAction_, &QAction::triggered, this, &MainWindow::showHelp);
    QAction* keys = add(menu, u"shell.showKeys"_qs, tr("&Keyboard Shortcuts"), u"keyboard"_qs, QKeySequence(u"Ctrl+?"_qs));
    connect(keys, &QAction::triggered, this, &MainWindow::showKeys);
    connect(add(menu, u"shell.showAbout"_qs, tr("&About Lathe"), u"info-circle"_qs), &QAction::triggered, this, &MainWindow::showAbout);
}

void MainWindow::setHelpFolder(const QString& folder) {
    helpFolder_ = folder;
    helpAction_->setEnabled(QDir(folder).exists());
}

void MainWindow::showHelp() {
    auto* help = findChild<HelpDialog*>();
    if (help == nullptr) {
        help = new HelpDialog(helpFolder_, this);
    }
    help->showPage(u"panel-"_qs + currentPanel());
    help->show();
    help->raise();
    help->activateWindow();
}

void MainWindow::showKeys() {
    QList<KeyGroup> groups;
    if (const auto* page = qobject_cast<PanelPage*>(panelWidget(currentPanel()))) {
        groups.append({find(currentPanel())->title, page->keyBindings()});
    }
    for (const QAction* top : menuBar()->actions()) {
        KeyGroup group{plain(top->text()), {}};
        for (const QAction* action : top->menu()->actions()) {
            if (!action->shortcut().isEmpty()) {
                group.keys.append({action->shortcut().toString(QKeySequence::NativeText), plain(action->text())});
            }
        }
        groups.append(group);
    }
    (new KeysDialog(groups, this))->show();
}

void MainWindow::showAbout() {
    (new AboutDialog(this))->show();
}

void MainWindow::showSettings() {
    (new SettingsDialog(theme_, settings_, this))->show();
}

void MainWindow::chooseWorkspace() {
    auto* dialog = new QFileDialog(this, tr("Open Workspace"), status_.workspace());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        QStringList recent = settings_.value(QLatin1StringView(settings_keys::kRecentWorkspaces)).toStringList();
        recent.removeAll(folder);
        recent.prepend(folder);
        settings_.setValue(QLatin1StringView(settings_keys::kRecentWorkspaces), recent.mid(0, kMostRecent));
        Q_EMIT workspaceChosen(folder);
    });
    dialog->open();
}

void MainWindow::importData() {
    auto* dialog = new QFileDialog(this, tr("Import Data"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({tr("Tables (*.csv *.tsv *.txt *.jsonl *.json *.parquet)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::filesSelected, this, &MainWindow::filesDropped);
    dialog->open();
}

} // namespace lathe::shell
