// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels.h"

#include <QCoreApplication>

#include "panels/data/data_panel.h"
#include "panels/deduplicate/deduplicate_panel.h"
#include "panels/latex/latex_panel.h"
#include "panels/models/models_panel.h"
#include "panels/playground/playground_panel.h"
#include "panels/preferences/preferences_panel.h"
#include "panels/runs/runs_panel.h"
#include "panels/train/train_panel.h"

namespace lathe::app {
namespace {

template <class Panel>
shell::PanelInfo panel(bridge::Services& services, const QString& id, const QString& title, const QString& icon, int number, shell::BadgeSource* badge = nullptr) {
    return {id, title, icon, QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_0 + number)), [&services](QWidget* parent) -> QWidget* { return new Panel(services, parent); }, badge};
}

/// Percent done on the row of Runs while a run works.
shell::BadgeSource* runsBadge(bridge::Services& services, QObject* parent) {
    auto* badge = new shell::BadgeSource(parent);
    bridge::Runs& runs = services.runs();
    QObject::connect(&runs, &bridge::Runs::progressed, badge, [badge](const QString&, const StepProgress& now) {
        const int percent = now.totalSteps > 0 ? int(now.step * 100 / now.totalSteps) : 0;
        badge->set(QStringLiteral("%1 %").arg(percent), widgets::BadgeTone::Running);
    });
    QObject::connect(&runs, &bridge::Runs::started, badge, [badge] { badge->set({}, widgets::BadgeTone::Running); });
    QObject::connect(&runs, &bridge::Runs::stateChanged, badge, [badge, &runs](const QString&, RunState state, const QString&) {
        if (state == RunState::Paused) badge->set(QCoreApplication::translate("panels", "paused"), widgets::BadgeTone::Warning);
        else if (runs.activeId().isEmpty()) badge->set({}, widgets::BadgeTone::Neutral);
    });
    return badge;
}

/// How many datasets there are.
shell::BadgeSource* dataBadge(bridge::Services& services, QObject* parent) {
    auto* badge = new shell::BadgeSource(parent);
    QObject::connect(&services.datasets(), &bridge::Datasets::changed, badge, [badge, &services] {
        const auto count = services.datasets().list().size();
        badge->set(count == 0 ? QString() : QString::number(count), widgets::BadgeTone::Neutral);
    });
    return badge;
}

}  // namespace

QList<shell::PanelInfo> panelTable(bridge::Services& services, QObject* parent) {
    const auto title = [](const char* text) { return QCoreApplication::translate("panels", text); };
    using namespace panels;
    return {
        panel<DataPanel>(services, QStringLiteral("data"), title(QT_TRANSLATE_NOOP("panels", "Data")), QStringLiteral("database"), 1, dataBadge(services, parent)),
        panel<DeduplicatePanel>(services, QStringLiteral("deduplicate"), title(QT_TRANSLATE_NOOP("panels", "Deduplicate")), QStringLiteral("copy"), 2),
        panel<TrainPanel>(services, QStringLiteral("train"), title(QT_TRANSLATE_NOOP("panels", "Train")), QStringLiteral("adjustments"), 3),
        panel<RunsPanel>(services, QStringLiteral("runs"), title(QT_TRANSLATE_NOOP("panels", "Runs")), QStringLiteral("chart-line"), 4, runsBadge(services, parent)),
        panel<PreferencesPanel>(services, QStringLiteral("preferences"), title(QT_TRANSLATE_NOOP("panels", "Preferences")), QStringLiteral("scale"), 5),
        panel<PlaygroundPanel>(services, QStringLiteral("playground"), title(QT_TRANSLATE_NOOP("panels", "Playground")), QStringLiteral("message"), 6),
        panel<LatexPanel>(services, QStringLiteral("latex"), title(QT_TRANSLATE_NOOP("panels", "LaTeX")), QStringLiteral("math-function"), 7),
        panel<ModelsPanel>(services, QStringLiteral("models"), title(QT_TRANSLATE_NOOP("panels", "Models")), QStringLiteral("box"), 8),
    };
}

}  // namespace lathe::app
