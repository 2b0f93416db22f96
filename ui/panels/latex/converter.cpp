// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/latex/converter.h"

#include <exception>

#include <QRegularExpression>

namespace lathe::panels {
namespace {



}  // namespace

QString Converter::promptFor(const QString& english) const {
    const QString answer = u"{%1}"_qs.arg(target);
    QString prompt = promptTemplate.left(qMax(0, promptTemplate.indexOf(answer)));
    if (prompt.isEmpty()) prompt = promptTemplate;
    prompt.replace(u"{%1}"_qs.arg(source), english.simplified());
    while (prompt.endsWith(u' ')) prompt.chop(1);
    return prompt;
}

QString Converter::answerOf(const QString& generated) { return generated.trimmed().section(u'\n', 0, 0).trimmed(); }

QString Converter::normalised(const QString& latex) {
    static const QRegularExpression besideMarks(u"\\s*([{}()\\[\\]=+\\-*/^_,<>|&])\\s*"_qs);
    QString text = latex.simplified();
    text.replace(besideMarks, u"\\1"_qs);
    return text;
}

Converter converterFromSpec(const std::string& specJson) {
    Converter converter;
    try {
        const RunSpec spec = parseRunSpec(specJson, "the run's settings");
        if (spec.task != "causal-lm" || !spec.dataset.textTemplate) return converter;
        const QString text = bridge::text(*spec.dataset.textTemplate);
        static const QRegularExpression field(u"\\{([^{}]+)\\}"_qs);
        QStringList fields;
        for (auto match = field.globalMatch(text); match.hasNext();) fields << match.next().captured(1);
        if (fields.size() < 2) return converter;
        converter.promptTemplate = text;
        converter.source = fields.first();
        converter.target = spec.dataset.target ? bridge::text(*spec.dataset.target) : fields.last();
        if (spec.dataset.name) converter.dataset = bridge::text(*spec.dataset.name);
    } catch (const std::exception&) {
        // A spec from a newer version: the converter's own prompt is the better guess.
    }
    return converter;
}

Converter converterFor(bridge::Services& services, const QString& model) {
    const RunInfo* run = services.runs().find(model);
    return run == nullptr ? Converter() : converterFromSpec(run->specJson);
}

}  // namespace lathe::panels
