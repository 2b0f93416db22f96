// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/preferences.h"

#include <algorithm>

namespace lathe::bridge {

Preferences::Preferences(Session& session, Background& background, QObject* parent) : QObject(parent), session_(session), background_(background) {}

const LabelSet* Preferences::find(const QString& name) const {
    const auto found = std::find_if(list_.begin(), list_.end(), [&](const LabelSet& set) { return text(set.name) == name; });
    return found == list_.end() ? nullptr : &*found;
}

void Preferences::refresh() {
    background_.run(
        this, [this](std::stop_token, const ProgressSink&) { return session_.labelSets(); },
        [this](std::vector<LabelSet> list) { list_ = std::move(list); Q_EMIT changed(); }, [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

WorkPtr Preferences::state(QObject* context, const QString& set, const QString& rater, Shown done, Background::Failed failed) {
    return background_.run(
        context, [this, set, rater](std::stop_token, const ProgressSink&) { return session_.labelState(utf8(set), utf8(rater)); }, std::move(done), std::move(failed));
}

WorkPtr Preferences::judge(QObject* context, const QString& set, const LabelEvent& event, Shown done, Background::Failed failed) {
    return background_.run(
        context, [this, set, event](std::stop_token, const ProgressSink&) { return session_.addLabel(utf8(set), event); }, std::move(done), std::move(failed));
}

WorkPtr Preferences::undo(QObject* context, const QString& set, const QString& rater, Shown done, Background::Failed failed) {
    return background_.run(
        context, [this, set, rater](std::stop_token, const ProgressSink&) { return session_.undoLabel(utf8(set), utf8(rater)); }, std::move(done), std::move(failed));
}

WorkPtr Preferences::import(QObject* context, const QString& nameOrFile, const QString& set, std::function<void(const PreferenceImportReport&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, nameOrFile, set](std::stop_token stop, const ProgressSink&) { return session_.importPreferences(utf8(nameOrFile), utf8(set), std::move(stop)); },
        [this, done = std::move(done)](const PreferenceImportReport& report) { refresh(); done(report); }, std::move(failed));
}

WorkPtr Preferences::addItem(QObject* context, const QString& set, const PreferenceItem& item, std::function<void()> done, Background::Failed failed) {
    return background_.run(
        context,
        [this, set, item](std::stop_token, const ProgressSink&) {
            const auto sets = session_.labelSets();
            const bool isKnown = std::any_of(sets.begin(), sets.end(), [&](const LabelSet& each) { return each.name == utf8(set); });
            if (!isKnown) session_.saveLabelSet({.name = utf8(set)});
            session_.addPreferenceItems(utf8(set), {ImportedItem{item, {}}});
        },
        [this, done = std::move(done)] { refresh(); done(); }, std::move(failed));
}

WorkPtr Preferences::save(QObject* context, const LabelSet& set, std::function<void(const LabelSet&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, set](std::stop_token, const ProgressSink&) { return session_.saveLabelSet(set); },
        [this, done = std::move(done)](const LabelSet& saved) { refresh(); done(saved); }, std::move(failed));
}

WorkPtr Preferences::quality(QObject* context, const QString& set, std::function<void(const LabelQuality&, const PairReport&)> done, Background::Failed failed) {
    return background_.run(
        context,
        [this, set](std::stop_token, const ProgressSink&) { return std::pair(session_.labelQuality(utf8(set), {}), session_.preferencePairs(utf8(set), {})); },
        [done = std::move(done)](const std::pair<LabelQuality, PairReport>& both) { done(both.first, both.second); }, std::move(failed));
}

WorkPtr Preferences::exportTo(QObject* context, const QString& set, const PreferenceExportOptions& options, const QString& file,
                              std::function<void(const PreferenceExport&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, set, options, file](std::stop_token, const ProgressSink&) { return session_.exportPreferences(utf8(set), options, utf8(file)); }, std::move(done),
        std::move(failed));
}

WorkPtr Preferences::toDataset(QObject* context, const QString& set, const QString& dataset, const PairOptions& options, std::function<void(const DatasetInfo&)> done,
                               Background::Failed failed) {
    return background_.run(
        context, [this, set, dataset, options](std::stop_token, const ProgressSink&) { return session_.preferencesToDataset(utf8(set), utf8(dataset), options); }, std::move(done),
        std::move(failed));
}

WorkPtr Preferences::score(QObject* context, const QString& set, const QString& rewardModel, std::function<void(std::int64_t)> done, Background::Failed failed,
                           Background::Progressed progressed) {
    return background_.run(
        context,
        [this, set, rewardModel](std::stop_token stop, const ProgressSink& progress) { return session_.scorePreferences(utf8(set), utf8(rewardModel), progress, std::move(stop)); },
        std::move(done), std::move(failed), std::move(progressed));
}

WorkPtr Preferences::fromRewards(QObject* context, const RunSpec& spec, const QString& set, std::function<void(const RewardPairReport&)> done, Background::Failed failed,
                                 Background::Progressed progressed) {
    return background_.run(
        context,
        [this, spec, set](std::stop_token stop, const ProgressSink& progress) {
            return session_.makeRewardPairs(spec, utf8(set), {.answers = 8, .pairsPerPrompt = 2}, progress, std::move(stop));
        },
        [this, done = std::move(done)](const RewardPairReport& report) { refresh(); done(report); }, std::move(failed), std::move(progressed));
}

void Preferences::remove(const QString& set) {
    background_.run(
        this, [this, set](std::stop_token, const ProgressSink&) { session_.removeLabelSet(utf8(set)); }, [this, set] { Q_EMIT removed(set); refresh(); },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void Preferences::restore(const QString& set) {
    background_.run(
        this, [this, set](std::stop_token, const ProgressSink&) { session_.restoreLabelSet(utf8(set)); }, [this] { refresh(); },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

}  // namespace lathe::bridge
