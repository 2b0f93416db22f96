// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_bench.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "metrics/curves.h"
#include "metrics/label_report.h"
#include "metrics/score_file.h"
#include "metrics/threshold_bench.h"
#include "metrics/thresholds.h"

namespace lathe::session {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCurvePoints = 400;  // more than a chart has pixels for

/// The best model's scores where the run keeps the best one, else those of the last evaluation: the ones that belong to best/.
fs::path scoreFileOf(const fs::path& run, const std::string& name) {
    const fs::path last = run / "evaluation" / metrics::kScoreFileName;
    const fs::path best = run / "evaluation" / "best" / metrics::kScoreFileName;
    if (fs::exists(best)) return best;
    if (fs::exists(last)) return last;
    throw Error(ErrorCode::NotFound, fmt::format("The run {} has no validation scores yet. It has not been evaluated, or it is of another task. Let it train until its first evaluation.", name), {run.string()});
}

std::vector<CurvePoint> pointsOf(const std::vector<metrics::CurvePoint>& curve) {
    std::vector<CurvePoint> points;
    points.reserve(curve.size());
    for (const metrics::CurvePoint& point : curve) points.push_back({point.x, point.y, point.threshold});
    return points;
}

std::optional<std::size_t> labelOf(std::size_t label) { return label == LabelBench::kAll ? std::nullopt : std::optional(label); }

class RunLabelBench : public LabelBench {
public:
    RunLabelBench(fs::path model, std::string name, metrics::SavedScores saved, RowText text)
        : model_(std::move(model)), name_(std::move(name)), labels_(std::move(saved.labels)), rows_(std::move(saved.rows)), text_(std::move(text)),
          bench_(std::move(saved.store), saved.decision) {
        // What does not move with thresholds is computed once: ranks cost a sort a label.
        for (const metrics::LabelReport& report : metrics::labelReports(bench_.store(), bench_.thresholds(), bench_.decision())) {
            LabelRow row;
            row.label = labels_[report.label];
            row.support = report.support;
            row.rocAuc = report.rocAuc;
            row.averagePrecision = report.averagePrecision;
            ranks_.push_back(std::move(row));
        }
        setKept();
    }

    const std::vector<std::string>& labels() const override { return labels_; }
    std::int64_t rows() const override { return static_cast<std::int64_t>(rows_.size()); }
    bool isSingle() const override { return bench_.decision() == metrics::Decision::Largest; }
    bool canKeep() const override { return !isSingle() && (fs::exists(model_ / "config.json") || fs::exists(model_ / "adapter_config.json")); }
    const std::vector<float>& thresholds() const override { return bench_.thresholds(); }

    void setThreshold(std::size_t label, float threshold) override {
        if (!(threshold >= 0 && threshold <= 1))
            throw Error(ErrorCode::InvalidInput, fmt::format("The threshold {} is not a probability. Allowed is 0 to 1. Choose another one.", threshold));
        if (label == kAll) bench_.setThresholds({&threshold, 1});
        else bench_.setThreshold(label, threshold);
    }

    void setBest(Scope scope) override {
        if (scope == Scope::OneForAll) return setThreshold(kAll, metrics::bestGlobalThreshold(bench_.store()).threshold);
        std::vector<float> thresholds;
        for (const metrics::BestThreshold& best : metrics::bestLabelThresholds(bench_.store())) thresholds.push_back(best.threshold);
        bench_.setThresholds(thresholds);
    }

    void setKept() override {
        kept_.assign(labels_.size(), 0.5F);
        const fs::path file = model_ / "thresholds.json";
        if (fs::exists(file)) {
            const base::Json json = base::readJsonFile(file);
            for (std::size_t i = 0; i < labels_.size(); ++i)
                if (json.contains("labels") && json["labels"].contains(labels_[i]) && json["labels"][labels_[i]].is_number()) kept_[i] = json["labels"][labels_[i]].get<float>();
        }
        bench_.setThresholds(kept_);
    }

    bool isKept() const override { return bench_.thresholds() == kept_; }

    void keep() override {
        if (isSingle()) throw Error(ErrorCode::InvalidInput, fmt::format("{} gives exactly one label a row. Thresholds change nothing there. Leave them as they are.", name_));
        if (!canKeep())
            throw Error(ErrorCode::InvalidInput, fmt::format("Thresholds of {} cannot be kept yet. They lie beside its finished model, and it has none. Let the run go on to its end.", name_));
        const fs::path file = model_ / "thresholds.json";
        const metrics::BestThreshold best = metrics::bestGlobalThreshold(bench_.store());
        const auto& thresholds = bench_.thresholds();
        base::OrderedJson json{{"threshold", thresholds.empty() ? 0.5F : thresholds.front()}, {"best", best.threshold}, {"best_f1_micro", best.value}, {"chosen_by", "person"}};
        json["labels"] = base::OrderedJson::object();
        for (std::size_t i = 0; i < labels_.size(); ++i) json["labels"][labels_[i]] = thresholds[i];
        base::writeFileAtomically(file, json.dump(2) + "\n");
        kept_ = thresholds;
    }

    std::map<std::string, double> values() const override {
        const metrics::BenchValues v = bench_.values();
        return {{"jaccard_samples", v.jaccardSamples}, {"f1_micro", v.f1Micro},         {"f1_macro", v.f1Macro},
                {"f1_samples", v.f1Samples},           {"precision_micro", v.precisionMicro}, {"recall_micro", v.recallMicro},
                {"subset_accuracy", v.subsetAccuracy}, {"hamming_loss", v.hammingLoss}, {"labels_per_row", v.labelsPerRow}};
    }

    std::vector<LabelRow> table() const override {
        std::vector<LabelRow> rows = ranks_;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const metrics::LabelCounts& counts = bench_.counts(i);
            rows[i].predicted = counts.truePositives + counts.falsePositives;
            rows[i].precision = counts.precision();
            rows[i].recall = counts.recall();
            rows[i].f1 = counts.f1();
            rows[i].threshold = bench_.thresholds()[i];
        }
        return rows;
    }

    std::vector<CurvePoint> rocCurve(std::size_t label) const override { return pointsOf(metrics::rocCurve(bench_.store(), labelOf(label), kCurvePoints)); }
    std::vector<CurvePoint> precisionRecallCurve(std::size_t label) const override {
        return pointsOf(metrics::precisionRecallCurve(bench_.store(), labelOf(label), kCurvePoints));
    }

    LabelOverlap overlap(std::size_t most) const override {
        const metrics::CoOccurrence found = metrics::coOccurrence(bench_.store(), most);
        return {names(found.labels), found.counts};
    }

    std::vector<WrongExample> mostWrong(std::size_t most) const override {
        std::vector<WrongExample> examples;
        for (const metrics::WrongRow& wrong : metrics::mostWrong(bench_, most)) {
            const std::int64_t row = rows_[wrong.row];
            examples.push_back({row, text_ ? text_(row) : std::string(), wrong.lossNats, names(wrong.missed), names(wrong.extra), names(wrong.right)});
        }
        return examples;
    }

private:
    std::vector<std::string> names(const std::vector<std::size_t>& indices) const {
        std::vector<std::string> list;
        for (const std::size_t index : indices) list.push_back(labels_[index]);
        return list;
    }

    fs::path model_;
    std::string name_;
    std::vector<std::string> labels_;
    std::vector<std::int64_t> rows_;
    RowText text_;
    metrics::ThresholdBench bench_;
    std::vector<float> kept_;
    std::vector<LabelRow> ranks_;
};

}  // namespace

std::shared_ptr<LabelBench> openLabelBench(const fs::path& run, const std::string& name, RowText text) {
    return std::make_shared<RunLabelBench>(run / "best", name, metrics::readScoreFile(scoreFileOf(run, name)), std::move(text));
}

}  // namespace lathe::session
