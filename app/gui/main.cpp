// SPDX-License-Identifier: GPL-3.0-or-later
// The window's program: options, settings, theme, session, panels.
#include "job_feed.h"
#include "options.h"
#include "panels.h"
#include "screenshot.h"

#include "bridge/services.h"
#include "shell/job_status.h"
#include "shell/language.h"
#include "shell/main_window.h"
#include "shell/settings_dialog.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QDir>
#include <QMessageBox>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <cstdio>
#include <exception>
#include <memory>

using namespace lathe;
using namespace Qt::StringLiterals;

namespace {

constexpr char kLastWorkspace[] = "workspace/last";

QVariant setting(const QSettings& settings, const char* key, const QVariant& fallback = {}) {
    return settings.value(QLatin1StringView(key), fallback);
}

QString workspaceFolder(const app::Options& options, const QSettings& settings) {
    if (!options.workspace.isEmpty()) {
        return QDir(options.workspace).absolutePath();
    }
    const QString last = setting(settings, kLastWorkspace).toString();
    return !last.isEmpty() && QDir(last).exists() ? last : QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/workspace"_qs;
}

/// Opens the session, or says why not and gives nothing.
std::unique_ptr<bridge::Services> openServices(const QString& folder, bool isScreenshot) {
    QString problem;
    try {
        return std::make_unique<bridge::Services>(folder);
    } catch (const std::exception& error) {
        problem = QString::fromUtf8(error.what());
    }
    std::fprintf(stderr, "error: %s\n", qPrintable(problem));
    if (!isScreenshot) {
        QMessageBox::critical(nullptr, QCoreApplication::translate("main", "The workspace cannot be opened"), problem);
    }
    return nullptr;
}

void applyTheme(widgets::Theme& theme, const app::Options& options, const QSettings& settings) {
    theme.setTextScale(setting(settings, shell::settings_keys::kTextScale, theme.textScale()).toDouble());
    theme.setMode(widgets::themeModeFromId(options.theme.isEmpty() ? setting(settings, shell::settings_keys::kTheme).toString() : options.theme));
}

void connectWindow(shell::MainWindow& window, shell::JobStatus& status) {
    QObject::connect(&window, &shell::MainWindow::filesDropped, &window, [&window](const QStringList& files) {
        for (const QString& file : files) {
            window.showPanel(u"data"_qs, {{u"file"_qs, file}});
        }
    });
    // Another workspace is another session: a fresh process is simpler to get right than tearing one down under the panels.
    QObject::connect(&window, &shell::MainWindow::workspaceChosen, &window, [&window, &status](const QString& folder) {
        if (QDir(folder) != QDir(status.workspace())) {
            QProcess::startDetached(QCoreApplication::applicationFilePath(), {u"--workspace"_qs, folder});
            window.close();
        }
    });
}

int run(QApplication& application) {
    const app::Options options = app::readOptions(QCoreApplication::arguments());
    const bool isScreenshot = !options.screenshot.isEmpty();
    // A picture must not depend on, or change, what the person has set.
    const QTemporaryDir scratch;
    const std::unique_ptr<QSettings> settings =
        isScreenshot ? std::make_unique<QSettings>(scratch.filePath(u"settings.ini"_qs), QSettings::IniFormat) : std::make_unique<QSettings>();
    shell::installLanguage(options.language.isEmpty() ? setting(*settings, shell::settings_keys::kLanguage).toString() : options.language);
    widgets::Theme theme(application);
    applyTheme(theme, options, *settings);

    const QString folder = workspaceFolder(options, *settings);
    const std::unique_ptr<bridge::Services> services = openServices(folder, isScreenshot);
    if (!services) {
        return 1;
    }
    settings->setValue(QLatin1StringView(kLastWorkspace), folder);

    shell::JobStatus status;
    const app::JobFeed feed(*services, status);
    shell::MainWindow window(app::panelTable(*services, &status), theme, status, *settings);
    window.setHelpFolder(bridge::Services::resourcesFolder() + u"/help"_qs);
    connectWindow(window, status);
    if (!options.panel.isEmpty() && !window.showPanel(options.panel)) {
        std::fprintf(stderr, "error: There is no panel \"%s\". Run with --help to see their names.\n", qPrintable(options.panel));
        return 2;
    }
    if (options.size.isValid()) {
        window.resize(options.size);
    }
    window.show();
    for (const QString& file : options.files) {
        window.showPanel(u"data"_qs, {{u"file"_qs, QDir::current().absoluteFilePath(file)}});
    }
    std::unique_ptr<app::Screenshot> screenshot;
    if (isScreenshot) {
        screenshot = std::make_unique<app::Screenshot>(window, options.screenshot, nullptr);
    }
    return QApplication::exec();
}

} // namespace

int main(int argumentCount, char** arguments) {
    QCoreApplication::setOrganizationName(u"Lathe"_qs);
    QCoreApplication::setApplicationName(u"lathe"_qs);
    QCoreApplication::setApplicationVersion(QLatin1StringView(LATHE_VERSION));
    QGuiApplication::setApplicationDisplayName(u"Lathe"_qs);
    QGuiApplication::setDesktopFileName(u"lathe"_qs);
    QApplication application(argumentCount, arguments);
    try {
        return run(application);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
