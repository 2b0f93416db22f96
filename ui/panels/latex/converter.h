// SPDX-License-Identifier: GPL-3.0-or-later
// The prompt that a model was tuned on, and the formula in what it answers. No widgets.
#pragma once
#include <optional>
#include <string>

#include <QString>

#include <lathe/run_spec.h>

#include "bridge/services.h"

namespace lathe::panels {

/// How one model is asked. Made from the spec of the run that tuned it, or the converter's own for any other model.
struct Converter {
    QString promptTemplate = QStringLiteral("Convert English to LaTeX\nEnglish: {English}\nLaTeX: {LaTeX}");
    QString source = QStringLiteral("English");  ///< column that is typed
    QString target = QStringLiteral("LaTeX");    ///< column that is answered
    QString dataset;                             ///< name in the workspace, where corrections go; empty if none

    /// Text up to the answer, without the blank before it: tokenizers join that blank with the answer's first word.
    QString promptFor(const QString& english) const;
    /// First line of an answer, trimmed.
    static QString answerOf(const QString& generated);
    /// Blanks do not count: `\,`-like spaces are kept, runs of blanks and blanks beside braces and operators go.
    static QString normalised(const QString& latex);
};

/// `model` is a name as lists show it; a run's id gives that run's template.
Converter converterFor(bridge::Services& services, const QString& model);
Converter converterFromSpec(const std::string& specJson);

}  // namespace lathe::panels
