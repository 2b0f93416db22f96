// SPDX-License-Identifier: GPL-3.0-or-later
/// reward: a score for an answer to a prompt, learnt from pairs (Bradley-Terry). Saved as AutoModelForSequenceClassification with
/// one label. No EOS is appended: `lathe-cli score`, PPO and transformers read the same last token then, also where PAD is EOS.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"
#include "tasks/objectives.h"
#include "tasks/pairs.h"
#include "tasks/task.h"

namespace lathe::tasks {
namespace {

std::int64_t characters(std::string_view text) {
    return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

class Reward : public Task {
public:
    explicit Reward(TaskInputs inputs) : Task(std::move(inputs)), pairs_(spec().dataset, table()) {}

    std::optional<models::HeadRequest> head() const override { return models::HeadRequest{models::HeadKind::Classification, {"LABEL_0"}, ""}; }

    std::vector<TokenView> preview(std::int64_t row) const override {
        const auto [chosen, rejected] = sequencesOf(row);
        return viewPair(tokenizer(), chosen, rejected);
    }

    /// transformers needs a padding token to find the last real one in a batch.
    void begin(Runner& runner, std::stop_token) override {
        auto config = base::OrderedJson::parse(runner.model().configJson());
        if (config.contains("pad_token_id") && config["pad_token_id"].is_number_integer()) return;
        const auto& ids = tokenizer().specialIds();
        const auto pad = ids.pad ? ids.pad : ids.eos;
        if (!pad) return;
        config["pad_token_id"] = *pad;
        runner.model().setConfigJson(config.dump(2));
    }

    /// Scores of some examples: chosen [B] and rejected [B] in f32.
    std::pair<torch::Tensor, torch::Tensor> scores(Runner& runner, std::span<const std::int64_t> chosenExamples) {
        std::vector<const Sequence*> sequences;
        std::vector<std::int64_t> keys;
        for (const std::size_t side : {0U, 1U}) {
            for (const auto example : chosenExamples) {
                sequences.push_back(&examples()[static_cast<std::size_t>(example)].sequences[side]);
                keys.push_back(2 * example + static_cast<std::int64_t>(side));
            }
        }
        const auto hidden = runner.forward(sequences, keys, models::FinalRows::Pooled);
        const auto all = runner.model().classificationLogits(hidden.states, runner.options()).squeeze(1);
        const auto count = static_cast<std::int64_t>(chosenExamples.size());
        return {all.narrow(0, 0, count), all.narrow(0, count, count)};
    }

    torch::Tensor losses(const torch::Tensor& chosen, const torch::Tensor& rejected, std::span<const std::int64_t> chosenExamples) const {
        std::vector<float> margins;
        bool hasMargin = false;
        for (const auto example : chosenExamples) {
            margins.push_back(static_cast<float>(examples()[static_cast<std::size_t>(example)].margin));
            hasMargin = hasMargin || margins.back() != 0;
        }
        const auto margin = hasMargin ? torch::tensor(margins).to(chosen.device()) : torch::Tensor();
        return rewardPairLoss(chosen, rejected, margin, spec().reward.centerRewardsCoefficient.value_or(0));
    }

    Loss loss(Runner& runner, std::span<const std::int64_t> chosenExamples, double scale) override {
        const auto [chosen, rejected] = scores(runner, chosenExamples);
        const auto sum = losses(chosen, rejected, chosenExamples).sum();
        Loss loss;
        loss.value = sum * scale;
        loss.sum = sum.item<double>();
        loss.count = static_cast<double>(chosenExamples.size());
        const auto distance = (chosen - rejected).detach();
        const auto both = torch::cat({chosen, rejected}).detach();
        loss.extra.add("accuracy", distance.gt(0).sum().item<double>(), loss.count);
        loss.extra.add("margin", distance.sum().item<double>(), loss.count);
        loss.extra.add("mean_reward", both.sum().item<double>(), 2 * loss.count);
        loss.extra.add("min_reward", both.min().item<double>(), 1);
        loss.extra.add("max_reward", both.max().item<double>(), 1);
        return loss;
    }

    std::unique_ptr<Evaluation> startEvaluation() override;

    /// 1, 0 or one half: whether the longer answer is the chosen one.
    double longerWins(std::int64_t example) const {
        const PairText text = pairs_.text(table(), examples()[static_cast<std::size_t>(example)].row);
        const auto chosen = characters(text.chosen);
        const auto rejected = characters(text.rejected);
        if (chosen == rejected) return 0.5;
        return chosen > rejected ? 1.0 : 0.0;
    }

protected:
    std::optional<Example> makeExample(std::int64_t row, bool& cut) const override {
        const PairText text = pairs_.text(table(), row);
        if (text.chosen == text.rejected) return std::nullopt;
        auto [chosen, rejected] = sequencesOf(row, &cut);
        if (chosen.ids.empty() || rejected.ids.empty() || chosen.ids == rejected.ids) return std::nullopt;
        Example example;
        example.row = row;
        example.margin = pairs_.margin(table(), row);
        example.sequences = {std::move(chosen), std::move(rejected)};
        return example;
    }

private:
    std::pair<Sequence, Sequence> sequencesOf(std::int64_t row, bool* cut = nullptr) const {
        const PairText text = pairs_.text(table(), row);
        bool isCut = false;
        const std::int64_t most = spec().dataset.maxLength;
        auto chosen = answerSequence(tokenizer(), text.prompt, text.chosen, most, Ending::None, isCut);
        auto rejected = answerSequence(tokenizer(), text.prompt, text.rejected, most, Ending::None, isCut);
        if (cut != nullptr) *cut = isCut;
        return {std::move(chosen), std::move(rejected)};
    }

    PairSource pairs_;
};

constexpr std::size_t kCalibrationBins = 10;

class RewardEvaluation : public Evaluation {
public:
    explicit RewardEvaluation(Reward& task) : task_(task) {}

    void add(Runner& runner, std::span<const std::int64_t> chosenExamples) override {
        const auto [chosen, rejected] = task_.scores(runner, chosenExamples);
        loss_ += task_.losses(chosen, rejected, chosenExamples).sum().item<double>();
        const auto c = chosen.to(torch::kCPU, torch::kFloat64).contiguous();
        const auto r = rejected.to(torch::kCPU, torch::kFloat64).contiguous();
        for (std::size_t i = 0; i < chosenExamples.size(); ++i) {
            chosen_.push_back(c.data_ptr<double>()[i]);
            rejected_.push_back(r.data_ptr<double>()[i]);
            rows_.push_back(task_.examples()[static_cast<std::size_t>(chosenExamples[i])].row);
            longer_ += task_.longerWins(chosenExamples[i]);
        }
    }

    std::map<std::string, double> values() override {
        if (chosen_.empty()) return {};
        const auto count = static_cast<double>(chosen_.size());
        std::int64_t right = 0;
        double margin = 0, sum = 0, least = chosen_.front(), most = least;
        for (std::size_t i = 0; i < chosen_.size(); ++i) {
            right += chosen_[i] > rejected_[i] ? 1 : 0;
            margin += chosen_[i] - rejected_[i];
            sum += chosen_[i] + rejected_[i];
            least = std::min({least, chosen_[i], rejected_[i]});
            most = std::max({most, chosen_[i], rejected_[i]});
        }
        const Share accuracy = shareOfPairs(right);
        return {{"loss", loss_ / count}, {"accuracy", accuracy.value}, {"accuracy_low", accuracy.low}, {"accuracy_high", accuracy.high}, {"margin", margin / count},
                {"mean_reward", sum / (2 * count)}, {"min_reward", least}, {"max_reward", most}, {"longer_wins_accuracy", longer_ / count}, {"calibration_error", calibrationError()}};
    }

    std::map<std::string, std::string> files() override {
        base::OrderedJson bins = base::OrderedJson::array();
        for (std::size_t bin = 0; bin < kCalibrationBins; ++bin) {
            const Bin filled = binOf(bin);
            if (filled.count > 0) bins.push_back({{"predicted", filled.predicted / filled.count}, {"right", filled.right / filled.count}, {"pairs", filled.count}});
        }
        const base::OrderedJson json{{"rows", rows_}, {"chosen", chosen_}, {"rejected", rejected_}, {"calibration", bins}};
        return {{"rewards.json", json.dump(1)}};
    }

private:
    struct Bin {
        double predicted = 0;
        double right = 0;
        double count = 0;
    };

    struct Share {
        double value = 0;
        double low = 0;
        double high = 1;
    };

    /// With Wilson's 95 % interval; core/tasks may not include core/preference, which has the same for labels.
    Share shareOfPairs(std::int64_t hits) const {
        constexpr double z = 1.959963984540054;
        const auto n = static_cast<double>(chosen_.size());
        const double p = static_cast<double>(hits) / n;
        const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
        const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return {p, std::max(0.0, middle - half), std::min(1.0, middle + half)};
    }

    /// Pairs by how sure the model is of its own choice, from one half to one.
    Bin binOf(std::size_t bin) const {
        Bin filled;
        for (std::size_t i = 0; i < chosen_.size(); ++i) {
            const double sure = 1 / (1 + std::exp(-std::abs(chosen_[i] - rejected_[i])));
            const auto place = std::min(kCalibrationBins - 1, static_cast<std::size_t>((sure - 0.5) * 2 * static_cast<double>(kCalibrationBins)));
            if (place != bin) continue;
            filled.predicted += sure;
            filled.right += chosen_[i] > rejected_[i] ? 1 : 0;
            filled.count += 1;
        }
        return filled;
    }

    double calibrationError() const {
        double error = 0;
        for (std::size_t bin = 0; bin < kCalibrationBins; ++bin) {
            const Bin filled = binOf(bin);
            error += std::abs(filled.predicted - filled.right);
        }
        return error / static_cast<double>(chosen_.size());
    }

    Reward& task_;
    std::vector<double> chosen_, rejected_;
    std::vector<std::int64_t> rows_;
    double loss_ = 0;
    double longer_ = 0;
};

std::unique_ptr<Evaluation> Reward::startEvaluation() { return std::make_unique<RewardEvaluation>(*this); }

}  // namespace

std::unique_ptr<Task> makeReward(TaskInputs inputs) { return std::make_unique<Reward>(std::move(inputs)); }

}  // namespace lathe::tasks
