// SPDX-License-Identifier: GPL-3.0-or-later
// What else the settings in the form can be used for: a grid of runs, and pairs made by rewards.
#include <QLabel>
#include <QPushButton>

#include "bridge/generators.h"
#include "bridge/preferences.h"
#include "bridge/runs.h"
#include "bridge/sentences.h"
#include "panels/train/grid_dialog.h"
#include "panels/train/layer_tree.h"
#include "panels/train/train_panel.h"
#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/param_form.h"

namespace lathe::panels {

namespace w = widgets;

void TrainPanel::askGrid() {
    const std::optional<RunSpec> spec = currentSpec();
    if (!spec) return;
    auto* dialog = new GridDialog(*spec, layers_->blocks(), this);
    connect(dialog, &QDialog::accepted, this, [this, dialog, base = *spec] {
        isStarting_ = services_.runs().activeId().isEmpty();
        saveDraft();
        updateStart();
        if (isStarting_) services_.generators().clear();
        services_.runs().startGrid(base, dialog->axes());
    });
    dialog->open();
}

void TrainPanel::makePairs() {
    if (pairWork_) {
        pairWork_->cancel();
        pairWork_.reset();
        error_->clear();
        return updateStart();
    }
    const std::optional<RunSpec> spec = currentSpec();
    if (!spec) return;
    saveDraft();
    services_.generators().clear();
    const auto say = [this](const QString& sentence, w::TextRole role) {
        w::setTextRole(error_, role);
        error_->setText(sentence);
    };
    const QString set = bridge::text(spec->name);
    pairWork_ = services_.preferences().fromRewards(
        this, *spec, set,
        [this, say, set](const RewardPairReport& report) {
            pairWork_.reset();
            updateStart();
            say(tr("%1 pairs are in the set “%2” of Preferences. Mean reward of %3 answers: %4.")
                    .arg(w::formatCount(report.pairs), set, w::formatCount(report.answers), w::formatNumber(report.meanReward, 3)), w::TextRole::Secondary);
        },
        [this, say](const QString& sentence) {
            pairWork_.reset();
            updateStart();
            say(sentence, w::TextRole::Bad);
        },
        [this, say](const Progress& now) {
            if (pairWork_ && now.total > 0) say(tr("Writing answers: %1 of %2").arg(w::formatCount(qint64(now.done)), w::formatCount(qint64(now.total))), w::TextRole::Secondary);
        });
    updateStart();
}

void TrainPanel::updatePairs() {
    pairs_->setVisible(pairWork_ || task_ == QStringLiteral("ppo"));
    pairs_->setText(pairWork_ ? tr("Stop") : tr("Pairs from rewards"));
    pairs_->setToolTip(tr("The model answers each training prompt several times; of the answers that score best and worse, pairs are made for a reward model or for DPO."));
    pairs_->setEnabled(pairWork_ || (start_->isEnabled() && services_.runs().activeId().isEmpty()));
    if (pairWork_) start_->setEnabled(false);
}

}  // namespace lathe::panels
