// SPDX-License-Identifier: GPL-3.0-or-later
/// Which of two answers is better: what is labelled, the labels as they were given, and what is made of them.
///
/// An item is a prompt with two answers, A and B. Which of them stands left is decided by a seed, for each showing. Labels are
/// events that are only ever appended; the latest one of a rater on a showing counts, and undo is one more event.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lathe {

/// A prompt with two answers.
struct PreferenceItem {
    std::int64_t id = 0;  ///< given by the workspace, ascending within it
    std::string prompt;
    std::string answerA;
    std::string answerB;
    std::string originA = {};  ///< who wrote it, such as "smollm2-135m-instruct, temperature 0.7"; hidden while labelling
    std::string originB = {};
    std::optional<double> rewardA = std::nullopt;  ///< of the reward model that scored the set last
    std::optional<double> rewardB = std::nullopt;
    double margin = 0;              ///< as imported with the pair; 0 = none
};

/// What an event says. The judgements are A to Rating; the others are about a judgement or an item.
enum class LabelKind { A, B, Tie, BothBad, Skip, Rating, Undo, Flag, Unflag, Note };

/// Lower-case name as files keep it, such as "both_bad".
std::string_view labelKindName(LabelKind kind);
/// Throws InvalidInput with the names there are.
LabelKind labelKindOf(std::string_view name);
bool isJudgement(LabelKind kind);

/// An item is shown once, and a few a second time, unannounced, to see whether a rater agrees with themself.
enum class Showing { First, Repeat };

/// One thing a rater did. Never changed once it is written.
struct LabelEvent {
    std::int64_t id = 0;       ///< given by the workspace, ascending
    std::int64_t item = 0;
    Showing showing = Showing::First;
    LabelKind kind = LabelKind::Skip;
    std::string rater;
    bool isSwapped = false;    ///< B stood left
    int ratingA = 0;           ///< Rating: 1 to 10
    int ratingB = 0;
    std::string note;          ///< Note: the text, empty to take it back
    std::int64_t undoes = 0;   ///< Undo: id of the event
    double dwellMs = 0;        ///< from the pair's appearance to the key; 0 = imported, never shown here
    bool isByKeyboard = true;
    std::string time;          ///< UTC, ISO 8601; given by the workspace
};

/// A judgement that counts: the latest of a rater on a showing that was not undone.
struct Judgement {
    std::int64_t event = 0;
    std::int64_t item = 0;
    Showing showing = Showing::First;
    LabelKind kind = LabelKind::Skip;
    std::string rater;
    bool isSwapped = false;
    int ratingA = 0;
    int ratingB = 0;
    double dwellMs = 0;
    std::string time;
};

/// Events folded into what holds now.
struct FoldedLabels {
    std::vector<Judgement> judgements;                                     ///< by rising event
    std::map<std::pair<std::string, std::int64_t>, bool> flags;            ///< rater and item; only true ones
    std::map<std::pair<std::string, std::int64_t>, std::string> notes;     ///< rater and item
    /// Event that the rater's next undo takes back; 0 = none.
    std::map<std::string, std::int64_t> undoable;
    /// Showings whose judgement was undone and not given again, newest last.
    std::vector<Judgement> undone;
};

/// Latest wins. Events must be in the order of their ids; unknown `undoes` are passed over.
FoldedLabels foldLabels(std::span<const LabelEvent> events);

// ---- Order --------------------------------------------------------------------------------------------------------

enum class LabelOrder { Random, Uncertain };

struct QueueOptions {
    std::uint64_t seed = 42;
    LabelOrder order = LabelOrder::Random;  ///< Uncertain: where the reward model is least sure first, unscored ones after them
    double repeatShare = 0.08;              ///< of the items, 0 to 0.5; one half of them on the other side
    std::int64_t repeatGap = 20;            ///< showings between an item and its repeat, at least
};

struct QueueEntry {
    std::int64_t item = 0;
    Showing showing = Showing::First;
    bool isSwapped = false;
};

/// Which side an item stands on at its first showing.
bool isSwappedFirst(std::uint64_t seed, std::int64_t item);

/// What the rater sees next; nothing when all is done. Depends on its arguments only: a new start goes on where the old one
/// stopped, and items that come in later find their place. What was undone comes first.
std::optional<QueueEntry> nextEntry(std::span<const PreferenceItem> items, const FoldedLabels& labels, const std::string& rater, const QueueOptions& options);

struct LabelProgress {
    std::int64_t items = 0;
    std::int64_t judged = 0;   ///< items with a first judgement of this rater, skips included
    std::int64_t skipped = 0;
    std::int64_t flagged = 0;
    std::int64_t today = 0;    ///< judgements since midnight UTC, repeats included
};
LabelProgress labelProgress(std::span<const PreferenceItem> items, const FoldedLabels& labels, const std::string& rater, std::string_view todayUtc);

// ---- Quality ------------------------------------------------------------------------------------------------------

/// A share with its 95 % interval by Wilson's score.
struct Proportion {
    std::int64_t hits = 0;
    std::int64_t count = 0;
    double value = 0;  ///< 0 if count is 0
    double low = 0;
    double high = 1;
};
Proportion proportionOf(std::int64_t hits, std::int64_t count);

struct RaterAgreement {
    std::string first;
    std::string second;
    std::int64_t shared = 0;       ///< items that both judged
    double agreement = 0;          ///< raw share
    std::optional<double> kappa;   ///< Cohen 1960; nothing if chance alone would agree always
};

struct LabelQuality {
    std::int64_t judgements = 0;   ///< first showings, skips not counted
    std::int64_t ties = 0;
    std::int64_t bothBad = 0;
    std::int64_t skips = 0;
    std::int64_t flags = 0;
    std::int64_t tooFast = 0;      ///< below 1 s with more than 200 characters to read
    Proportion repeatAgreement;    ///< of repeats: the same judgement as at the first time
    Proportion leftPicks;          ///< of decided pairs: position bias away from one half
    Proportion longerPicks;        ///< of decided pairs with answers of different length
    std::vector<RaterAgreement> raters;
    std::optional<double> alphaNominal;  ///< Krippendorff's alpha of the judgements; nothing below two raters on an item
    std::optional<double> alphaOrdinal;  ///< of the ratings
    std::int64_t alphaUnits = 0;         ///< items that at least two raters judged
    std::int64_t triples = 0;            ///< three answers to one prompt, all compared with each other
    std::int64_t intransitiveTriples = 0;
    double medianSeconds = 0;            ///< a label
};

/// Over all raters, or over one of them (then without the agreement between raters).
LabelQuality labelQuality(std::span<const PreferenceItem> items, const FoldedLabels& labels, const std::string& rater = {});

/// Cohen's kappa of two raters' categories of the same units; nothing where chance agreement is 1 or there is no unit.
std::optional<double> cohenKappa(std::span<const int> first, std::span<const int> second);

enum class AlphaLevel { Nominal, Ordinal };
/// Krippendorff's alpha. values[rater][unit]; nothing = missing. Nothing if no unit has two values or all values are the same.
/// Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); equal to the krippendorff package 0.9.
std::optional<double> krippendorffAlpha(const std::vector<std::vector<std::optional<int>>>& values, AlphaLevel level);

// ---- Pairs --------------------------------------------------------------------------------------------------------

/// A pair to train on.
struct PreferencePair {
    std::string prompt;
    std::string chosen;
    std::string rejected;
    double margin = 0;       ///< from ratings: their difference times PairOptions::marginScale; else as imported
    std::int64_t item = 0;   ///< 0 where answers of different items were compared
};

enum class FlaggedPolicy { Keep, LeaveOut };

struct PairOptions {
    double minimumGap = 1;    ///< ratings that differ less make no pair
    double marginScale = 0;   ///< margin = difference of the ratings times this; 0 = no margins from ratings
    FlaggedPolicy flagged = FlaggedPolicy::Keep;
    std::string rater = {};   ///< only this one's; empty = majority of all
};

/// What became of the items.
struct PairReport {
    std::vector<PreferencePair> pairs;
    std::int64_t ties = 0;
    std::int64_t bothBad = 0;
    std::int64_t skipped = 0;     ///< judged by skips only
    std::int64_t unlabelled = 0;
    std::int64_t disputed = 0;    ///< as many raters for one as for the other
    std::int64_t flagged = 0;     ///< left out for it
    std::int64_t belowGap = 0;    ///< rated, and too close
    std::int64_t identical = 0;   ///< both answers the same text
    std::vector<PreferenceItem> bothBadItems;
    std::vector<PreferenceItem> tieItems;
    std::string sentence() const;  ///< all of this for people
};

/// First showings decide; repeats only measure. Answers with ratings are compared with all answers to their prompt.
PairReport pairsOf(std::span<const PreferenceItem> items, const FoldedLabels& labels, const PairOptions& options = {});

/// Indices of the pairs to validate on; all pairs of a prompt lie on one side. share in [0, 1).
std::vector<std::int64_t> validationPairs(std::span<const PreferencePair> pairs, double share, std::uint64_t seed);

/// Pairs that the rewards of a ppo run make instead of a person: of several answers to a prompt the one that scores best, and answers that score less.
struct RewardPairOptions {
    std::int64_t answers = 8;         ///< that the model writes to each prompt
    std::int64_t pairsPerPrompt = 1;  ///< at most
};

struct RewardPairReport {
    std::int64_t pairs = 0;
    std::int64_t prompts = 0;
    std::int64_t withoutPair = 0;  ///< prompts whose answers all score the same, or none of which ends
    std::int64_t answers = 0;      ///< that the model wrote
    double meanReward = 0;         ///< of those
};

// ---- Files --------------------------------------------------------------------------------------------------------

/// An item as it came from a file, with the judgements that the file had (rater empty: it did not say who).
struct ImportedItem {
    PreferenceItem item;
    std::vector<LabelEvent> labels;
};

struct PreferenceImport {
    std::vector<ImportedItem> items;
    std::string form;                      ///< what was recognised, for people
    std::int64_t leftOut = 0;
    std::vector<std::string> problems;     ///< the first 100: row and reason
};

/// Recognises prompt/chosen/rejected (text or messages, the prompt may be inside the messages), prompt/answer_a/answer_b with
/// rating_a/rating_b or label, and prompt/answer/rating (all answers to a prompt are paired). `cells[row][column]`.
/// Throws InvalidInput with the forms that are understood.
PreferenceImport readPreferences(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& cells, const std::string& where);

/// Trl: paired preference JSONL. TrlUnpaired: prompt, completion, label, with the both-bad ones. Jsonl and Csv: every item with
/// every judgement, nothing lost.
enum class PreferenceFormat { Trl, TrlUnpaired, Jsonl, Csv };
/// Text: strings. Messages: lists of {role, content}.
enum class PreferenceForm { Text, Messages };

struct PreferenceExportOptions {
    PreferenceFormat format = PreferenceFormat::Trl;
    PreferenceForm form = PreferenceForm::Text;
    PairOptions pairs = {};
};

struct PreferenceExport {
    std::string text;         ///< the file's content
    std::int64_t lines = 0;
    std::string sentence;     ///< what is in it and what was left out
};
PreferenceExport writePreferences(std::span<const PreferenceItem> items, const FoldedLabels& labels, const PreferenceExportOptions& options);

// ---- Sets of the workspace ----------------------------------------------------------------------------------------

enum class LabelMode { Pairs, Ratings };

/// A set of items that are labelled together.
struct LabelSet {
    std::string name;
    LabelMode mode = LabelMode::Pairs;
    QueueOptions queue = {};
    std::string guidelines = {};
    std::string created = {};    ///< UTC, ISO 8601
    std::int64_t items = 0;
    std::int64_t events = 0;
};

/// A pair as it is shown.
struct LabelTask {
    PreferenceItem item;
    QueueEntry entry;
    bool isFlagged = false;  ///< by this rater
    std::string note;
};

/// What the panel needs after each key, in one call. task is empty when all is done.
struct LabelState {
    std::optional<LabelTask> task;
    LabelProgress progress;
    bool canUndo = false;
};

struct PreferenceImportReport {
    std::int64_t items = 0;
    std::int64_t labels = 0;
    std::int64_t leftOut = 0;
    std::string form;
    std::vector<std::string> problems;
};

}  // namespace lathe
