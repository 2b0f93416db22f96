// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/sequences.h"

#include <exception>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "bridge/sentences.h"

namespace lathe::bridge {
namespace {

const QString kRuns = QStringLiteral("runs/");

SequenceStep stepOf(const QJsonObject& json, const QString& sequence) {
    SequenceStep step;
    step.spec = parseRunSpec(QJsonDocument(json).toJson(QJsonDocument::Compact).toStdString(), utf8(sequence));
    step.title = inWords(text(step.spec.name).mid(sequence.size() + 1).section(QLatin1Char('-'), 1));  // "sawyer-1-instructions"
    if (step.spec.dataset.file) {
        const QFileInfo sample(text(*step.spec.dataset.file));
        step.sampleFile = sample.fileName();
        step.spec.dataset.name = utf8(sample.completeBaseName());
        step.spec.dataset.file.reset();
    }
    return step;
}

/// Puts the run that made a model in the place of "runs/NAME". False if no run has made it yet.
bool resolve(std::string& model, const Sequence& sequence, const std::vector<RunInfo>& runs) {
    const QString wanted = text(model);
    if (!wanted.startsWith(kRuns)) return true;
    for (const SequenceStep& step : sequence.steps) {
        if (text(step.spec.name) != wanted.mid(kRuns.size())) continue;
        const RunInfo* run = finishedRun(runs, step);
        if (run == nullptr) return false;
        model = run->id;
        return true;
    }
    return false;
}

}  // namespace

QString inWords(const QString& name) {
    QString words = name;
    words.replace(QLatin1Char('-'), QLatin1Char(' '));
    if (!words.isEmpty()) words[0] = words[0].toUpper();
    words.replace(QStringLiteral("latex"), QStringLiteral("LaTeX"));
    return words;
}

QList<Sequence> readSequences(const QString& resourcesFolder) {
    QList<Sequence> sequences;
    const QDir folder(resourcesFolder + QStringLiteral("/recipes"));
    for (const QString& name : folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::ReadOnly)) continue;
        const QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
        if (!json.contains(QLatin1String("steps"))) continue;
        try {
            Sequence sequence;
            sequence.name = json.value(QLatin1String("name")).toString();
            sequence.title = inWords(sequence.name);
            for (const QJsonValue& step : json.value(QLatin1String("steps")).toArray()) sequence.steps << stepOf(step.toObject(), sequence.name);
            sequences << sequence;
        } catch (const std::exception&) {
            // Written for another version.
        }
    }
    return sequences;
}

const RunInfo* finishedRun(const std::vector<RunInfo>& runs, const SequenceStep& step) {
    for (const RunInfo& run : runs)
        if (run.name == step.spec.name && run.task == step.spec.task && run.state == RunState::Finished) return &run;
    return nullptr;
}

std::optional<RunSpec> specOfStep(const Sequence& sequence, int step, const std::vector<RunInfo>& runs) {
    if (step < 0 || step >= sequence.steps.size()) return std::nullopt;
    RunSpec spec = sequence.steps[step].spec;
    if (!resolve(spec.model, sequence, runs)) return std::nullopt;
    if (spec.ppo.rewardModel && !resolve(*spec.ppo.rewardModel, sequence, runs)) return std::nullopt;
    return spec;
}

int nextStep(const Sequence& sequence, const std::vector<RunInfo>& runs) {
    int step = 0;
    while (step < sequence.steps.size() && finishedRun(runs, sequence.steps[step]) != nullptr) ++step;
    return step;
}

StepPlace placeOf(const QList<Sequence>& sequences, const RunInfo& run) {
    for (int s = 0; s < sequences.size(); ++s)
        for (int i = 0; i < sequences[s].steps.size(); ++i)
            if (sequences[s].steps[i].spec.name == run.name) return {s, i};
    return {};
}

}  // namespace lathe::bridge
