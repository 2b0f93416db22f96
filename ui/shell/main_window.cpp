// SPDX-License-Identifier: GPL-3.0-or-later
#include "main_window.h"

#include "job_status.h"
#include "settings_dialog.h"
#include "status_line.h"
#include "widgets/controls.h"
#include "widgets/panel_page.h"
#include "widgets/sidebar_list.h"
#include "widgets/theme.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace lathe::shell {
namespace {

QStringList localFiles(const QMimeData* data) {
    QStringList files;
    for (const QUrl& url : data->urls()) {
        if (url.isLocalFile()) {
            files.append(url.toLocalFile());
        }
    }
    return files;
}

} // namespace

MainWindow::MainWindow(const QList<PanelInfo>& panels, Theme& theme, JobStatus& status, QSettings& settings, QWidget* parent)
    : QMainWindow(parent), panels_(panels), theme_(theme), status_(status), settings_(settings) {
    setObjectName(u"shell.window"_qs);
    setWindowTitle(u"Lathe"_qs);
    setWindowIcon(QIcon(u":/lathe/icons/lathe.svg"_qs));
    setAcceptDrops(true);
    setMinimumSize(880, 560);
    resize(1280, 800);
    buildCentre();
    buildMenus();
    restoreGeometry(settings_.value(QLatin1StringView(settings_keys::kGeometry)).toByteArray());
    connect(&status_, &JobStatus::changed, this, [this] {
        if (isClosingAfterJobs_ && !status_.isBusy()) {
            close();
        }
    });
    const QString last = settings_.value(QLatin1StringView(settings_keys::kPanel)).toString();
    if (!panels_.isEmpty()) {
        showPanel(find(last) != nullptr ? last : panels_.first().id);
    }
}

MainWindow::~MainWindow() = default;

void MainWindow::buildCentre() {
    sidebar_ = new SidebarList;
    sidebar_->setObjectName(u"shell.sidebar"_qs);
    sidebar_->setAccessibleName(tr("Panels"));
    for (const PanelInfo& panel : panels_) {
        sidebar_->addItem(panel.id, panel.title, panel.iconName, panel.shortcut.toString(QKeySequence::NativeText));
        if (panel.badge != nullptr) {
            const auto sync = [this, id = panel.id, badge = panel.badge] { sidebar_->setBadge(id, badge->text(), badge->tone()); };
            connect(panel.badge, &BadgeSource::changed, sidebar_, sync);
            sync();
        }
    }
    connect(sidebar_, &SidebarList::currentIdChanged, this, [this](const QString& id) { showPanel(id); });

    auto* header = new QWidget;
    header->setProperty("role", u"header"_qs);
    header->setFixedHeight(56);
    auto* headerRow = row(header, metrics::kSpace8);
    headerRow->setContentsMargins(metrics::kSpace24, 0, metrics::kSpace24, 0);
    title_ = label({}, TextRole::Title);
    title_->setObjectName(u"shell.title"_qs);
    headerRow->addWidget(title_);
    headerRow->addStretch(1);
    headerExtras_ = row(nullptr, metrics::kSpace8);
    headerRow->addLayout(headerExtras_);
    stack_ = new QStackedWidget;

    auto* right = column(nullptr, 0);
    right->addWidget(header);
    auto* body = row(nullptr, 0);
    body->setContentsMargins(metrics::kSpace24, 0, metrics::kSpace24, metrics::kSpace16);
    body->addWidget(stack_);
    right->addLayout(body, 1);
    auto* middle = row(nullptr, 0);
    middle->addWidget(sidebar_);
    middle->addLayout(right, 1);
    statusLine_ = new StatusLine(status_, this);
    connect(statusLine_, &StatusLine::jobClicked, this, [this](const QString& panel) { showPanel(panel); });

    auto* centre = new QWidget;
    auto* outer = column(centre, 0);
    outer->addLayout(middle, 1);
    outer->addWidget(statusLine_);
    setCentralWidget(centre);
}

const PanelInfo* MainWindow::find(const QString& id) const {
    for (const PanelInfo& panel : panels_) {
        if (panel.id == id) {
            return &panel;
        }
    }
    return nullptr;
}

bool MainWindow::showPanel(const QString& id, const QVariantMap& arguments) {
    const PanelInfo* info = find(id);
    if (info == nullptr) {
        return false;
    }
    QWidget* panel = made_.value(id);
    if (panel == nullptr) {
        panel = info->factory(stack_);
        made_.insert(id, panel);
        stack_->addWidget(panel);
        if (auto* page = qobject_cast<PanelPage*>(panel)) {
            connect(page, &PanelPage::openRequested, this, [this](const QString& other, const QVariantMap& with) { showPanel(other, with); });
        }
    }
    stack_->setCurrentWidget(panel);
    sidebar_->setCurrentId(id);
    syncHeader();
    settings_.setValue(QLatin1StringView(settings_keys::kPanel), id);
    auto* page = qobject_cast<PanelPage*>(panel);
    if (page != nullptr && !arguments.isEmpty()) {
        page->openWith(arguments);
    }
    return true;
}

void MainWindow::syncHeader() {
    const PanelInfo* info = find(sidebar_->currentId());
    title_->setText(info != nullptr ? info->title : QString());
    setWindowTitle(info != nullptr ? tr("%1 - Lathe").arg(info->title) : u"Lathe"_qs);
    for (QWidget* extra : shownExtras_) {
        headerExtras_->removeWidget(extra);
        extra->hide();
    }
    shownExtras_.clear();
    if (auto* page = qobject_cast<PanelPage*>(stack_->currentWidget())) {
        shownExtras_ = page->headerWidgets();
        for (QWidget* extra : shownExtras_) {
            headerExtras_->addWidget(extra);
            extra->show();
        }
    }
}

QString MainWindow::currentPanel() const {
    return sidebar_->currentId();
}

QWidget* MainWindow::panelWidget(const QString& id) const {
    return made_.value(id);
}

bool MainWindow::isSettled() const {
    const auto* page = qobject_cast<PanelPage*>(stack_->currentWidget());
    return page == nullptr || page->isSettled();
}

void MainWindow::askBeforeClosing() {
    const Job& job = status_.jobs().first();
    auto* question = new QMessageBox(QMessageBox::Question, tr("Work is running"), tr("“%1” is still running.").arg(job.title), QMessageBox::NoButton, this);
    question->setObjectName(u"shell.closeQuestion"_qs);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setInformativeText(job.savesOnStop ? tr("Stopping finishes the current step and saves a checkpoint, so that it can go on later.")
                                                 : tr("Stopping ends it; what is already finished is kept."));
    QPushButton* stay = question->addButton(tr("Keep Running"), QMessageBox::RejectRole);
    QPushButton* stop = question->addButton(job.savesOnStop ? tr("Stop, Save and Close") : tr("Stop and Close"), QMessageBox::AcceptRole);
    question->setDefaultButton(stay);
    question->setEscapeButton(stay);
    connect(stop, &QPushButton::clicked, this, [this] {
        isClosingAfterJobs_ = true;
        const QList<Job> jobs = status_.jobs();
        for (const Job& one : jobs) {
            status_.requestStop(one.id);
        }
        if (!status_.isBusy()) {
            close();
        }
    });
    question->open();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (status_.isBusy() && !isClosingAfterJobs_) {
        askBeforeClosing();
        event->ignore();
        return;
    }
    if (status_.isBusy()) {
        // Stopping goes on; the window closes when the last job has ended.
        event->ignore();
        return;
    }
    settings_.setValue(QLatin1StringView(settings_keys::kGeometry), saveGeometry());
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!localFiles(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QStringList files = localFiles(event->mimeData());
    if (!files.isEmpty()) {
        event->acceptProposedAction();
        Q_EMIT filesDropped(files);
    }
}

} // namespace lathe::shell
