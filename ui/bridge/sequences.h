// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes of several runs, each handing its result to the next. What is done is read off the runs, so nothing has to be remembered.
#pragma once
#include <optional>
#include <vector>

#include <QList>
#include <QString>

#include <lathe/run_spec.h>
#include <lathe/session.h>

namespace lathe::bridge {

struct SequenceStep {
    QString title;       ///< in words, such as "Instructions"
    QString sampleFile;  ///< under resources/samples
    RunSpec spec;        ///< models that are results of earlier steps are named "runs/NAME"
};

struct Sequence {
    QString name;   ///< such as "sawyer"
    QString title;
    QList<SequenceStep> steps;
};

/// The recipes under resources/recipes that have "steps". A file that cannot be read is left out.
QList<Sequence> readSequences(const QString& resourcesFolder);

/// "english-to-latex" as "English to LaTeX".
QString inWords(const QString& name);

/// The newest finished run of a step; null if there is none. `runs` are newest first.
const RunInfo* finishedRun(const std::vector<RunInfo>& runs, const SequenceStep& step);

/// A step's spec with the runs that its models came from, or nothing while one of them is missing.
std::optional<RunSpec> specOfStep(const Sequence& sequence, int step, const std::vector<RunInfo>& runs);

/// The first step without a finished run; the number of steps when all are done.
int nextStep(const Sequence& sequence, const std::vector<RunInfo>& runs);

/// The sequence and the step that a run belongs to, by its name.
struct StepPlace {
    int sequence = -1;
    int step = -1;
};
StepPlace placeOf(const QList<Sequence>& sequences, const RunInfo& run);

}  // namespace lathe::bridge
