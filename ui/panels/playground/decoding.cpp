// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/playground/decoding.h"

#include <QCoreApplication>

namespace lathe::panels {
namespace {

using widgets::FieldSpec;
using widgets::FieldType;

QString tr(const char* text) { return QCoreApplication::translate("lathe::panels", text); }

FieldSpec number(const QString& id, const QString& label, const QString& help, double value, double minimum, double maximum, bool isAdvanced = false) {
    FieldSpec field;
    field.id = id;
    field.type = FieldType::Number;
    field.label = label;
    field.help = help;
    field.defaultValue = value;
    field.minimum = minimum;
    field.maximum = maximum;
    field.isAdvanced = isAdvanced;
    return field;
}

FieldSpec integer(const QString& id, const QString& label, const QString& help, qlonglong value, double minimum, double maximum, bool isAdvanced = false) {
    FieldSpec field = number(id, label, help, 0, minimum, maximum, isAdvanced);
    field.type = FieldType::Integer;
    field.defaultValue = value;
    return field;
}

FieldSpec onlyWhen(FieldSpec field, const QString& id, const QVariantList& values, bool isNegated = false) {
    field.shownWhen = {{id, values, isNegated}};
    return field;
}

}  // namespace

QList<FieldSpec> decodingFields() {
    const QString sample = QStringLiteral("do_sample");
    const QString beams = QStringLiteral("num_beams");
    FieldSpec doSample;
    doSample.id = sample;
    doSample.type = FieldType::Switch;
    doSample.label = tr("Sample");
    doSample.help = tr("Draw tokens by probability instead of taking the likeliest.");
    doSample.defaultValue = false;
    FieldSpec stop;
    stop.id = QStringLiteral("stop");
    stop.type = FieldType::TextList;
    stop.label = tr("Stop at");
    stop.help = tr("The answer ends before any of these texts; \\n is a line end.");
    stop.isAdvanced = true;
    stop.isOptional = true;
    return {
        integer(QStringLiteral("max_new_tokens"), tr("Longest answer"), tr("In tokens."), 64, 1, 4096),
        doSample,
        onlyWhen(number(QStringLiteral("temperature"), tr("Temperature"), tr("Below 1 is safer, above 1 is wilder."), 1.0, 0.05, 5.0), sample, {true}),
        onlyWhen(number(QStringLiteral("top_p"), tr("Top p"), tr("Only the likeliest tokens that make up this share."), 1.0, 0.0, 1.0), sample, {true}),
        onlyWhen(integer(QStringLiteral("top_k"), tr("Top k"), tr("Only the k likeliest tokens; 0 = all."), 50, 0, 100000), sample, {true}),
        onlyWhen(number(QStringLiteral("min_p"), tr("Min p"), tr("Only tokens at least this likely beside the likeliest; 0 = off."), 0.0, 0.0, 1.0), sample, {true}),
        onlyWhen(integer(QStringLiteral("seed"), tr("Seed"), tr("The same seed gives the same answer."), 42, 0, 2147483647), sample, {true}),
        onlyWhen(integer(beams, tr("Beams"), tr("Keeps this many candidates and gives the best whole answer; costs as many times the work."), 1, 1, 16), sample, {false}),
        onlyWhen(number(QStringLiteral("length_penalty"), tr("Length penalty"), tr("Above 0 favours longer answers."), 1.0, -5, 5, true), beams, {qlonglong{1}}, true),
        number(QStringLiteral("repetition_penalty"), tr("Repetition penalty"), tr("Above 1 makes tokens that were there less likely."), 1.0, 0.1, 10, true),
        integer(QStringLiteral("no_repeat_ngram_size"), tr("No repeated n-grams"), tr("Runs of this many tokens never come twice; 0 = off."), 0, 0, 64, true),
        stop,
    };
}

QList<DecodingPreset> decodingPresets() {
    const auto values = [](bool isSample, double temperature, double topP, double minP, qlonglong beams) {
        return QVariantMap{{QStringLiteral("do_sample"), isSample}, {QStringLiteral("temperature"), temperature}, {QStringLiteral("top_p"), topP},
                           {QStringLiteral("min_p"), minP},         {QStringLiteral("num_beams"), beams}};
    };
    return {{tr("Likeliest"), values(false, 1, 1, 0, 1)},
            {tr("Four beams"), values(false, 1, 1, 0, 4)},
            {tr("Balanced"), values(true, 0.7, 0.95, 0.01, 1)},
            {tr("Creative"), values(true, 1.1, 1, 0.05, 1)}};
}

GenerationOptions optionsFrom(const QVariantMap& values) {
    GenerationOptions options;
    const auto value = [&](const char* id) { return values.value(QString::fromLatin1(id)); };
    options.maxNewTokens = value("max_new_tokens").toLongLong();
    options.doSample = value("do_sample").toBool();
    options.temperature = value("temperature").toDouble();
    options.topP = value("top_p").toDouble();
    options.topK = value("top_k").toLongLong();
    options.minP = value("min_p").toDouble();
    options.seed = value("seed").toULongLong();
    options.numBeams = options.doSample ? 1 : value("num_beams").toLongLong();
    options.numReturnSequences = options.numBeams;
    options.earlyStopping = EarlyStopping::Yes;
    options.lengthPenalty = value("length_penalty").toDouble();
    options.repetitionPenalty = value("repetition_penalty").toDouble();
    options.noRepeatNgramSize = value("no_repeat_ngram_size").toLongLong();
    for (QString text : value("stop").toStringList()) options.stopStrings.push_back(text.replace(QStringLiteral("\\n"), QStringLiteral("\n")).toStdString());
    options.topAlternatives = options.numBeams == 1 ? 10 : 0;
    return options;
}

}  // namespace lathe::panels
