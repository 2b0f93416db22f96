// SPDX-License-Identifier: GPL-3.0-or-later
/// multi-label: which labels belong to a text, by an encoder (or decoder) with transformers' own classification head; or exactly one
/// label (softmax). Losses as transformers' problem_type has them: BCE over all labels, cross entropy for one.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "metrics/label_report.h"
#include "metrics/metric_set.h"
#include "metrics/score_file.h"
#include "metrics/thresholds.h"
#include "tasks/task.h"
#include "text/prompt_template.h"

namespace lathe::tasks {
namespace {

constexpr std::size_t kMostLabels = 10'000;

class MultiLabel : public Task {
public:
    explicit MultiLabel(TaskInputs inputs) : Task(std::move(inputs)), template_(spec().dataset.text.value_or("")) {
        template_.checkColumns(table().columnNames());
        if (template_.fields().empty())
            throw Error(ErrorCode::InvalidInput, "dataset.text has no {Column} field. Every row would give the same text. Name at least one column in it.");
        if (!spec().dataset.labels)
            throw Error(ErrorCode::InvalidInput, fmt::format("dataset.labels is not set. It says which column holds the labels. Choose one of: {}.", fmt::join(table().columnNames(), ", ")));
        labelColumn_ = table().requireColumn(*spec().dataset.labels);
    }

    bool isSingle() const { return spec().multiLabel.problemType == "single_label_classification"; }
    const std::vector<std::string>& labels() const { return labels_; }

    std::optional<models::HeadRequest> head() const override { return models::HeadRequest{models::HeadKind::Classification, labels_, spec().multiLabel.problemType}; }

    std::vector<TokenView> preview(std::int64_t row) const override {
        const std::string text = textOf(row);
        const text::Encoding encoding = tokenizer().encodeWithOffsets(text);
        std::vector<TokenView> views;
        const auto kept = static_cast<std::size_t>(spec().dataset.maxLength);
        for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
            const auto range = encoding.offsets[i];
            std::string piece = range.end > range.begin ? text.substr(range.begin, range.end - range.begin) : tokenizer().tokenText(encoding.ids[i]);
            const bool isEnd = encoding.isSpecial[i] != 0 && i + 1 == encoding.ids.size();  // stands at the end also when the text is cut
            views.push_back({encoding.ids[i], std::move(piece), isEnd || i + 1 < kept || encoding.ids.size() <= kept ? TokenRole::Prompt : TokenRole::Cut});
        }
        for (std::string& label : labelsOf(row)) views.push_back({kLabelId, std::move(label), TokenRole::Trained});
        return views;
    }

    torch::Tensor logits(Runner& runner, std::span<const std::int64_t> chosen) {
        std::vector<const Sequence*> sequences;
        for (const auto example : chosen) sequences.push_back(&examples()[static_cast<std::size_t>(example)].sequences.front());
        const auto hidden = runner.forward(sequences, {chosen.begin(), chosen.end()}, models::FinalRows::Pooled);
        return runner.model().classificationLogits(hidden.states, runner.options());
    }

    /// [B, C] of 0 and 1.
    torch::Tensor targets(std::span<const std::int64_t> chosen) const {
        std::vector<float> values;
        values.reserve(chosen.size() * labels_.size());
        for (const auto example : chosen) {
            const auto& target = examples()[static_cast<std::size_t>(example)].target;
            values.insert(values.end(), target.begin(), target.end());
        }
        return torch::tensor(values).view({static_cast<std::int64_t>(chosen.size()), static_cast<std::int64_t>(labels_.size())});
    }

    /// Loss of each row, [B]. With weights and smoothing in training only, so that validation losses of runs can be compared.
    torch::Tensor rowLosses(const torch::Tensor& logits, const torch::Tensor& targets, bool isTraining) const {
        const double smoothing = isTraining ? spec().training.labelSmoothingFactor : 0.0;
        if (isSingle())
            return at::cross_entropy_loss(logits, targets.argmax(1), {}, at::Reduction::None, -100, smoothing);
        const torch::Tensor wanted = smoothing > 0 ? targets * (1 - smoothing) + smoothing / 2 : targets;
        const std::optional<torch::Tensor> weights = isTraining && positiveWeights_.defined() ? std::optional(positiveWeights_.to(logits.device())) : std::nullopt;
        return at::binary_cross_entropy_with_logits(logits, wanted, {}, weights, at::Reduction::None).mean(1);
    }

    Loss loss(Runner& runner, std::span<const std::int64_t> chosen, double scale) override {
        const torch::Tensor sum = rowLosses(logits(runner, chosen), targets(chosen), true).sum();
        Loss loss;
        loss.value = sum * scale;
        loss.sum = sum.item<double>();
        loss.count = static_cast<double>(chosen.size());
        return loss;
    }

    std::unique_ptr<Evaluation> startEvaluation() override;

    void keepThresholds(const metrics::ScoreStore& scores) {
        bestThreshold_ = metrics::bestGlobalThreshold(scores);
        labelThresholds_ = metrics::bestLabelThresholds(scores);
    }

    /// thresholds.json beside the model: predict and the playground read it.
    void saveExtras(const std::filesystem::path& folder) const override {
        if (isSingle() || labelThresholds_.empty()) return;
        base::OrderedJson perLabel = base::OrderedJson::object();
        for (std::size_t i = 0; i < labels_.size(); ++i) perLabel[labels_[i]] = labelThresholds_[i].threshold;
        const base::OrderedJson json{{"threshold", spec().multiLabel.threshold}, {"best", bestThreshold_.threshold}, {"best_f1_micro", bestThreshold_.value}, {"labels", perLabel}};
        base::writeFileAtomically(folder / "thresholds.json", json.dump(2) + "\n");
    }
    std::string state() const override {
        base::OrderedJson json{{"best", bestThreshold_.threshold}, {"value", bestThreshold_.value}, {"labels", base::OrderedJson::array()}};
        for (const auto& label : labelThresholds_) json["labels"].push_back(label.threshold);
        return json.dump();
    }
    void restore(const std::string& state) override {
        if (state.empty()) return;
        const base::Json json = base::parseJson(state, "the task's state");
        bestThreshold_ = {json.at("best").get<float>(), json.at("value").get<double>(), true};
        labelThresholds_.clear();
        for (const base::Json& threshold : json.at("labels")) labelThresholds_.push_back({threshold.get<float>(), 0, true});
    }

protected:
    std::optional<Example> makeExample(std::int64_t row, bool& cut) const override {
        const std::string text = textOf(row);
        if (text.find_first_not_of(" \t\r\n") == std::string::npos) return std::nullopt;
        Example example;
        example.row = row;
        Sequence sequence;
        sequence.ids = tokenizer().encode(text);
        const auto most = static_cast<std::size_t>(spec().dataset.maxLength);
        cut = sequence.ids.size() > most;
        if (cut) {
            // transformers cuts the text and keeps the closing token.
            const std::int32_t last = sequence.ids.back();
            sequence.ids.resize(most);
            if (tokenizer().isSpecial(last)) sequence.ids.back() = last;
        }
        if (sequence.ids.empty()) return std::nullopt;
        example.sequences.push_back(std::move(sequence));
        return example;
    }

    void finishExamples() override {
        std::map<std::string, std::int64_t> counts;
        for (const Example& example : examples_)
            for (const std::string& label : labelsOf(example.row)) ++counts[label];
        for (const auto& [label, count] : counts)
            if (count >= spec().dataset.minLabelCount) labels_.push_back(label);
        checkLabels(counts.size());
        std::erase_if(examples_, [&](Example& example) {
            example.target.assign(labels_.size(), 0.0F);
            std::size_t found = 0;
            for (const std::string& label : labelsOf(example.row)) {
                const auto place = std::lower_bound(labels_.begin(), labels_.end(), label);
                if (place == labels_.end() || *place != label) continue;
                example.target[static_cast<std::size_t>(place - labels_.begin())] = 1.0F;
                ++found;
            }
            // With exactly one label a row, a row without one teaches nothing.
            return isSingle() && found != 1;
        });
        weighPositives();
    }

private:
    std::string textOf(std::int64_t row) const {
        return template_.render([this, row](const std::string& column) { return cellText(table(), row, column); }).text;
    }

    std::vector<std::string> labelsOf(std::int64_t row) const {
        if (!isSingle()) return splitLabels(table().cell(row, labelColumn_), spec().dataset.labelSeparator);
        const std::string_view cell = table().cell(row, labelColumn_);
        const auto first = cell.find_first_not_of(" \t\r\n");
        if (first == std::string_view::npos) return {};
        return {std::string(cell.substr(first, cell.find_last_not_of(" \t\r\n") - first + 1))};
    }

    void checkLabels(std::size_t distinct) const {
        const std::string column = *spec().dataset.labels;
        if (labels_.empty())
            throw Error(ErrorCode::InvalidInput, fmt::format("The column {} gives no label. It has {} different ones, and none stands in {} rows. Choose another column or a smaller dataset.min_label_count.",
                                                             column, distinct, spec().dataset.minLabelCount));
        if (labels_.size() > kMostLabels)
            throw Error(ErrorCode::InvalidInput, fmt::format("The column {} gives {} labels. At most {} can be learnt, and most of these are rare. Raise dataset.min_label_count, or check dataset.label_separator.",
                                                             column, labels_.size(), kMostLabels));
        if (isSingle() && labels_.size() < 2)
            throw Error(ErrorCode::InvalidInput, fmt::format("The column {} holds the one label \"{}\". There is nothing to tell apart. Choose a column with at least two.", column, labels_.front()));
    }

    void weighPositives() {
        if (isSingle() || spec().multiLabel.posWeight == "none") return;
        std::vector<double> positives(labels_.size(), 0.0);
        for (const Example& example : examples_)
            for (std::size_t i = 0; i < labels_.size(); ++i) positives[i] += example.target[i];
        std::vector<float> weights;
        for (const double count : positives) {
            const double ratio = (static_cast<double>(examples_.size()) - count) / std::max(count, 1.0);
            const double weight = spec().multiLabel.posWeight == "sqrt" ? std::sqrt(ratio) : ratio;
            weights.push_back(static_cast<float>(std::clamp(weight, 1e-3, spec().multiLabel.posWeightCap)));
        }
        positiveWeights_ = torch::tensor(weights);
    }

    text::PromptTemplate template_;
    int labelColumn_ = 0;
    std::vector<std::string> labels_;  ///< sorted, as scikit-learn's MultiLabelBinarizer has them
    torch::Tensor positiveWeights_;    ///< [C], undefined without weighting
    metrics::BestThreshold bestThreshold_;
    std::vector<metrics::BestThreshold> labelThresholds_;
};

class MultiLabelEvaluation : public Evaluation {
public:
    explicit MultiLabelEvaluation(MultiLabel& task)
        : task_(task), metrics_(std::vector<metrics::MetricInput>{metrics::MetricInput::Labels, metrics::MetricInput::Loss}),
          threshold_(static_cast<float>(task.spec().multiLabel.threshold)) {}

    void add(Runner& runner, std::span<const std::int64_t> chosen) override {
        const torch::Tensor logits = task_.logits(runner, chosen).to(torch::kCPU, torch::kFloat32).contiguous();
        const torch::Tensor targets = task_.targets(chosen);
        const torch::Tensor bits = targets.to(torch::kUInt8).contiguous();
        metrics::Observation seen;
        seen.labels.scores = {logits.data_ptr<float>(), static_cast<std::size_t>(logits.numel())};
        seen.labels.targets = {bits.data_ptr<std::uint8_t>(), static_cast<std::size_t>(bits.numel())};
        seen.labels.labels = task_.labels().size();
        seen.labels.decision = task_.isSingle() ? metrics::Decision::Largest : metrics::Decision::Threshold;
        seen.labels.thresholds = {&threshold_, 1};
        seen.lossSum = task_.rowLosses(logits, targets, false).sum().item<double>();
        seen.lossCount = static_cast<double>(chosen.size());
        metrics_.update(seen);
        for (const auto example : chosen) rows_.push_back(task_.examples()[static_cast<std::size_t>(example)].row);
    }

    std::map<std::string, double> values() override {
        auto values = metrics_.values();
        values.erase("perplexity");
        if (task_.isSingle()) {
            if (const auto exact = values.find("subset_accuracy"); exact != values.end()) values["accuracy"] = exact->second;
            return values;
        }
        task_.keepThresholds(metrics_.scores());
        const metrics::BestThreshold best = metrics::bestGlobalThreshold(metrics_.scores());
        values["best_threshold"] = best.threshold;
        values["f1_micro_best"] = best.value;
        return values;
    }

    /// scores.safetensors: what the threshold bench moves over; labels.json: the table a label.
    std::map<std::string, std::string> files() override {
        const auto decision = task_.isSingle() ? metrics::Decision::Largest : metrics::Decision::Threshold;
        base::OrderedJson table = base::OrderedJson::array();
        const auto number = [](double value) { return std::isfinite(value) ? base::OrderedJson(value) : base::OrderedJson(nullptr); };
        for (const metrics::LabelReport& report : metrics::labelReports(metrics_.scores(), {&threshold_, 1}, decision))
            table.push_back({{"label", task_.labels()[report.label]}, {"support", report.support}, {"predicted", report.predicted}, {"precision", report.precision},
                             {"recall", report.recall}, {"f1", report.f1}, {"roc_auc", number(report.rocAuc)}, {"average_precision", number(report.averagePrecision)},
                             {"threshold", report.threshold}});
        return {{metrics::kScoreFileName, metrics::scoreFileBytes(metrics_.scores(), task_.labels(), rows_, decision)}, {"labels.json", table.dump(1)}};
    }

private:
    MultiLabel& task_;
    metrics::MetricSet metrics_;
    float threshold_;
    std::vector<std::int64_t> rows_;
};

std::unique_ptr<Evaluation> MultiLabel::startEvaluation() { return std::make_unique<MultiLabelEvaluation>(*this); }

}  // namespace

std::unique_ptr<Task> makeMultiLabel(TaskInputs inputs) { return std::make_unique<MultiLabel>(std::move(inputs)); }

}  // namespace lathe::tasks
