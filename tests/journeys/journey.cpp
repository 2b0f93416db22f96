// SPDX-License-Identifier: GPL-3.0-or-later
#include "journey.h"

#include <QAbstractButton>
#include <QApplication>
#include <QFileInfo>
#include <QTabBar>
#include <QTabWidget>

#include "panels.h"

namespace lathe::tests {

Journey::Journey(const QString& workspace) : workspace_(workspace.isEmpty() ? scratch_.filePath(QStringLiteral("workspace")) : workspace) {
    qputenv("LATHE_RESOURCES", LATHE_SOURCE_DIR "/resources");
    settings_ = std::make_unique<QSettings>(scratch_.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    theme_ = std::make_unique<widgets::Theme>(*qApp);
    theme_->setMode(widgets::ThemeMode::Light);
    heartbeat_.setInterval(5);
    QObject::connect(&heartbeat_, &QTimer::timeout, [this] { longestGap_ = std::max(longestGap_, sinceBeat_.restart()); });
    sinceBeat_.start();
    heartbeat_.start();
    open();
}

Journey::~Journey() { close(); }

void Journey::open() {
    services_ = std::make_unique<bridge::Services>(workspace_);
    status_ = std::make_unique<shell::JobStatus>();
    feed_ = std::make_unique<app::JobFeed>(*services_, *status_);
    window_ = std::make_unique<shell::MainWindow>(app::panelTable(*services_, status_.get()), *theme_, *status_, *settings_);
    window_->resize(1280, 800);
    window_->show();
    // Not QVERIFY: this is not a test function. The first find fails loudly if the window never came.
    static_cast<void>(QTest::qWaitForWindowExposed(window_.get()));
}

void Journey::close() {
    window_.reset();
    feed_.reset();
    status_.reset();
    services_.reset();
}

void Journey::restart() {
    close();
    open();
}

void Journey::show(const QString& panel) { window_->showPanel(panel); }

bool Journey::click(const QString& objectName, int timeoutMilliseconds) {
    QPointer<QAbstractButton> target;
    const bool isReady = QTest::qWaitFor([&] {
        target = find<QAbstractButton>(objectName);
        return target != nullptr && target->isVisible() && target->isEnabled();
    }, timeoutMilliseconds);
    if (!isReady) {
        qWarning("%s %s", qPrintable(objectName), target == nullptr ? "is not there" : target->isVisible() ? "is disabled" : "is hidden");
        return false;
    }
    QTest::mouseClick(target, Qt::LeftButton);
    return true;
}

bool Journey::choose(const QString& comboBox, const QString& text) {
    const bool isThere = QTest::qWaitFor([&] { return find<QComboBox>(comboBox) != nullptr && find<QComboBox>(comboBox)->findText(text) >= 0; }, 10'000);
    if (!isThere) {
        qWarning("%s has no %s", qPrintable(comboBox), qPrintable(text));
        return false;
    }
    auto* box = find<QComboBox>(comboBox);
    box->setFocus();
    // As the wheel or the arrow keys do it: the index changes and the activated signal follows.
    const int wanted = box->findText(text);
    while (box->currentIndex() < wanted) QTest::keyClick(box, Qt::Key_Down);
    while (box->currentIndex() > wanted) QTest::keyClick(box, Qt::Key_Up);
    return box->currentIndex() == wanted;
}

QString Journey::textOf(const QString& label) {
    const auto* found = find<QLabel>(label);
    return found == nullptr ? QString() : found->text();
}

bool Journey::focusByKeys(const QString& objectName) {
    constexpr int kMostTabs = 400;
    window_->activateWindow();
    for (int i = 0; i < kMostTabs; ++i) {
        QWidget* focus = QApplication::focusWidget();
        if (focus != nullptr && focus->objectName() == objectName) return true;
        QTest::keyClick(focus != nullptr ? focus : static_cast<QWidget*>(window_.get()), Qt::Key_Tab);
    }
    const QWidget* focus = QApplication::focusWidget();
    qWarning("Tab does not come to %s; it is at %s", qPrintable(objectName), focus == nullptr ? "nothing" : qPrintable(focus->objectName()));
    return false;
}

bool Journey::pressByKeys(const QString& objectName, int timeoutMilliseconds) {
    QPointer<QAbstractButton> target;
    const bool isReady = QTest::qWaitFor([&] {
        target = find<QAbstractButton>(objectName);
        return target != nullptr && target->isVisible() && target->isEnabled();
    }, timeoutMilliseconds);
    if (!isReady || !focusByKeys(objectName)) {
        qWarning("%s cannot be pressed", qPrintable(objectName));
        return false;
    }
    QTest::keyClick(target, Qt::Key_Space);
    return true;
}

bool Journey::clickTab(const QString& tabWidget, const QString& text) {
    auto* tabs = find<QTabWidget>(tabWidget);
    for (int i = 0; tabs != nullptr && i < tabs->count(); ++i) {
        QTabBar* bar = tabs->tabBar();
        if (bar->tabText(i) != text) continue;
        if (!QTest::qWaitFor([&] { return bar->isTabVisible(i); }, 20'000)) return false;
        QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(i).center());
        return tabs->currentIndex() == i;
    }
    return false;
}

qint64 Journey::longestGapMilliseconds() { return std::exchange(longestGap_, 0); }

QString tinyModelFolder() {
    const QString folder = QStringLiteral(LATHE_SHARED_DIR "/goldens/models/gpt2");
    return QFileInfo(folder + QStringLiteral("/config.json")).exists() ? folder : QString();
}

}  // namespace lathe::tests
