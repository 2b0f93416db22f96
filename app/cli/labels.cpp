// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "command.h"
#include "spec_file.h"

namespace lathe::cli {
namespace {

struct Options {
    std::string file;
    std::string set;
    std::string rater;
    std::string format = "trl";
    bool isUnpaired = false;
    bool hasMessages = false;
    bool leavesFlaggedOut = false;
    PairOptions pairs;
    std::string spec;
    std::vector<std::string> settings;
    RewardPairOptions rewards;
};

/// The set that was named, or the only one there is.
std::string chosenSet(Session& session, const std::string& asked) {
    if (!asked.empty()) return asked;
    const auto sets = session.labelSets();
    if (sets.size() == 1) return sets.front().name;
    std::vector<std::string> names;
    for (const LabelSet& set : sets) names.push_back(set.name);
    throw Error(ErrorCode::InvalidInput, sets.empty() ? std::string("There are no pairs in this workspace. Nothing was imported or labelled yet. Use labels import FILE.")
                                                      : fmt::format("Which set is meant is not clear. This workspace has {}. Name one with --set.", fmt::join(names, ", ")));
}

void list(Context& context) {
    Session& session = context.session();
    for (const LabelSet& set : session.labelSets()) {
        const PairReport pairs = session.preferencePairs(set.name, {});
        const std::string mode = set.mode == LabelMode::Ratings ? "ratings" : "pairs";
        if (context.output.isJson)
            context.output.json({{"set", set.name}, {"mode", mode}, {"items", set.items}, {"events", set.events}, {"pairs", pairs.pairs.size()}, {"created", set.created}});
        else
            context.output.line(fmt::format("{}: {} pairs of answers ({}). {}", set.name, set.items, mode, pairs.sentence()));
    }
    if (session.labelSets().empty()) context.output.line("No pairs yet. Use labels import FILE.");
}

void importFileOf(Context& context, const Options& options) {
    const std::string set = options.set.empty() ? std::filesystem::path(options.file).stem().string() : options.set;
    const PreferenceImportReport report = context.session().importPreferences(options.file, set, context.stop.get_token());
    if (context.output.isJson) {
        context.output.json({{"set", set}, {"items", report.items}, {"labels", report.labels}, {"left_out", report.leftOut}, {"form", report.form}, {"problems", report.problems}});
        return;
    }
    context.output.line(fmt::format("{} pairs with {} labels in the set {} ({}).", report.items, report.labels, set, report.form));
    for (const std::string& problem : report.problems) context.output.line(problem);
    if (report.leftOut > 0) context.output.line(fmt::format("{} rows were left out.", report.leftOut));
}

/// The ppo step of a spec or of a sequence.
RunSpec ppoStep(const Options& options) {
    std::vector<RunSpec> steps = readSpecFiles(options.spec, options.settings);
    const auto found = std::find_if(steps.begin(), steps.end(), [](const RunSpec& step) { return step.task == "ppo"; });
    return found == steps.end() ? steps.front() : *found;
}

void makePairsOf(Context& context, const Options& options) {
    const RunSpec spec = ppoStep(options);
    const std::string set = options.set.empty() ? spec.name : options.set;
    const RewardPairReport report = context.session().makeRewardPairs(spec, set, options.rewards, context.output.progressSink(), context.stop.get_token());
    if (context.output.isJson) {
        context.output.json({{"set", set}, {"pairs", report.pairs}, {"prompts", report.prompts}, {"without_pair", report.withoutPair}, {"answers", report.answers}, {"mean_reward", report.meanReward}});
        return;
    }
    context.output.line(fmt::format("{} pairs of {} answers to {} prompts in the set {}; their mean reward is {:.3f}.", report.pairs, report.answers, report.prompts, set, report.meanReward));
    if (report.withoutPair > 0) context.output.line(fmt::format("{} prompts gave no pair: all answers to them score the same, or none of them ends.", report.withoutPair));
}

void exportFileOf(Context& context, const Options& options) {
    Session& session = context.session();
    const std::map<std::string, PreferenceFormat> formats{{"trl", options.isUnpaired ? PreferenceFormat::TrlUnpaired : PreferenceFormat::Trl}, {"jsonl", PreferenceFormat::Jsonl}, {"csv", PreferenceFormat::Csv}};
    PreferenceExportOptions chosen;
    chosen.format = formats.at(options.format);
    chosen.form = options.hasMessages ? PreferenceForm::Messages : PreferenceForm::Text;
    chosen.pairs = options.pairs;
    chosen.pairs.rater = options.rater;
    chosen.pairs.flagged = options.leavesFlaggedOut ? FlaggedPolicy::LeaveOut : FlaggedPolicy::Keep;
    const PreferenceExport written = session.exportPreferences(chosenSet(session, options.set), chosen, options.file);
    if (context.output.isJson) context.output.json({{"file", options.file}, {"lines", written.lines}, {"sentence", written.sentence}});
    else context.output.line(fmt::format("{} lines in {}. {}", written.lines, options.file, written.sentence));
}

std::string shareText(const Proportion& share) {
    if (share.count == 0) return "not known yet";
    return fmt::format("{:.1f} % of {} (95 %: {:.1f} to {:.1f} %)", 100 * share.value, share.count, 100 * share.low, 100 * share.high);
}

Json shareJson(const Proportion& share) {
    if (share.count == 0) return nullptr;
    return {{"hits", share.hits}, {"count", share.count}, {"value", share.value}, {"low", share.low}, {"high", share.high}};
}

Json optionalJson(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

void printJson(Output& output, const std::string& set, const LabelQuality& quality) {
    Json raters = Json::array();
    for (const RaterAgreement& pair : quality.raters)
        raters.push_back({{"raters", {pair.first, pair.second}}, {"shared", pair.shared}, {"agreement", pair.agreement}, {"kappa", optionalJson(pair.kappa)}});
    output.json({{"set", set}, {"judgements", quality.judgements}, {"ties", quality.ties}, {"both_bad", quality.bothBad}, {"skips", quality.skips}, {"flags", quality.flags},
                 {"too_fast", quality.tooFast}, {"repeat_agreement", shareJson(quality.repeatAgreement)}, {"left_picks", shareJson(quality.leftPicks)},
                 {"longer_picks", shareJson(quality.longerPicks)}, {"raters", raters}, {"alpha_nominal", optionalJson(quality.alphaNominal)},
                 {"alpha_ordinal", optionalJson(quality.alphaOrdinal)}, {"alpha_units", quality.alphaUnits}, {"triples", quality.triples},
                 {"intransitive_triples", quality.intransitiveTriples}, {"median_seconds", quality.medianSeconds}});
}

void showQuality(Context& context, const Options& options) {
    Session& session = context.session();
    const std::string set = chosenSet(session, options.set);
    const LabelQuality quality = session.labelQuality(set, options.rater);
    if (context.output.isJson) return printJson(context.output, set, quality);
    Output& out = context.output;
    out.line(fmt::format("{} judgements, {} of them equally good, {} both bad; {} skipped, {} flagged.", quality.judgements, quality.ties, quality.bothBad, quality.skips, quality.flags));
    out.line("Agreement with oneself on repeats: " + shareText(quality.repeatAgreement));
    out.line("The left one wins: " + shareText(quality.leftPicks));
    out.line("The longer one wins: " + shareText(quality.longerPicks));
    for (const RaterAgreement& pair : quality.raters)
        out.line(fmt::format("{} and {}: {:.1f} % of {} alike, Cohen's kappa {}", pair.first, pair.second, 100 * pair.agreement, pair.shared, pair.kappa ? fmt::format("{:.3f}", *pair.kappa) : "not defined"));
    if (quality.alphaNominal) out.line(fmt::format("Krippendorff's alpha (nominal, {} pairs): {:.3f}", quality.alphaUnits, *quality.alphaNominal));
    if (quality.alphaOrdinal) out.line(fmt::format("Krippendorff's alpha (ordinal, ratings): {:.3f}", *quality.alphaOrdinal));
    out.line(fmt::format("Contradictions: {} of {} triples.", quality.intransitiveTriples, quality.triples));
    if (quality.medianSeconds > 0) out.line(fmt::format("Median time a label: {:.1f} s; {} were read in less than a second.", quality.medianSeconds, quality.tooFast));
}

void addExportOptions(CLI::App& command, Options& options) {
    command.add_option("file", options.file, "File to write")->required();
    command.add_option("--format", options.format, "trl: prompt, chosen, rejected; jsonl and csv: every judgement")->check(CLI::IsMember({"trl", "jsonl", "csv"}));
    command.add_flag("--unpaired", options.isUnpaired, "trl as prompt, completion, label, so that pairs that are both bad are kept");
    command.add_flag("--messages", options.hasMessages, "trl with lists of role and content instead of text");
    command.add_flag("--leave-flagged-out", options.leavesFlaggedOut, "Without pairs that were flagged");
    command.add_option("--minimum-gap", options.pairs.minimumGap, "Ratings that differ less make no pair")->check(CLI::Range(0.0, 9.0));
    command.add_option("--margin-scale", options.pairs.marginScale, "Margin of a pair = difference of its ratings times this");
}

}  // namespace

void addLabels(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("labels", "List, make, import, export and check labelled pairs");
    command->require_subcommand(0, 1);
    command->add_option("--set", options->set, "Set of pairs (default: the file's name, or the only one)");
    command->add_option("--rater", options->rater, "Only this person's labels");
    command->fallthrough();
    CLI::App* reading = command->add_subcommand("import", "Read pairs, labels or ratings from CSV, JSONL or Parquet");
    reading->add_option("file", options->file, "File to read")->required();
    reading->callback([&context, options] { importFileOf(context, *options); });
    CLI::App* making = command->add_subcommand("from-rewards", "Let a model answer the prompts of a ppo RunSpec, and pair its answers by the rewards");
    making->add_option("spec", options->spec, "RunSpec of the task ppo, or a sequence with such a step")->required();
    making->add_option("--answers", options->rewards.answers, "Answers to each prompt")->check(CLI::Range(1, 1000))->capture_default_str();
    making->add_option("--pairs-per-prompt", options->rewards.pairsPerPrompt, "At most so many")->check(CLI::Range(1, 1000))->capture_default_str();
    making->add_option("--setting", options->settings, "Change a setting of the spec, such as model=runs/start")->take_all();
    making->callback([&context, options] { makePairsOf(context, *options); });
    CLI::App* writing = command->add_subcommand("export", "Write pairs for training, or all labels");
    addExportOptions(*writing, *options);
    writing->callback([&context, options] { exportFileOf(context, *options); });
    CLI::App* checking = command->add_subcommand("quality", "How far the labels can be trusted");
    checking->callback([&context, options] { showQuality(context, *options); });
    for (CLI::App* sub : {reading, making, writing, checking}) sub->fallthrough();
    command->callback([&context, command] {
        if (command->get_subcommands().empty()) list(context);
    });
}

}  // namespace lathe::cli
