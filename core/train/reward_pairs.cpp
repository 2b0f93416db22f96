// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/reward_pairs.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <lathe/error.h>

#include "train/setup.h"

namespace lathe::train {
namespace {

constexpr double kSameScore = 1e-9;

ImportedItem itemOf(std::string prompt, std::string chosen, std::string rejected, bool isChosenFirst, const std::string& model) {
    ImportedItem made;
    made.item.prompt = std::move(prompt);
    made.item.answerA = std::move(isChosenFirst ? chosen : rejected);
    made.item.answerB = std::move(isChosenFirst ? rejected : chosen);
    made.item.originA = made.item.originB = model;
    LabelEvent label;
    label.kind = isChosenFirst ? LabelKind::A : LabelKind::B;
    label.rater = "rewards";
    label.isByKeyboard = false;
    made.labels.push_back(std::move(label));
    return made;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> pairAnswers(const std::vector<tasks::ScoredAnswer>& answers, std::int64_t most) {
    struct Candidate {
        std::size_t index = 0;
        std::int64_t count = 0;  ///< how often the model wrote it
        bool isEnded = false;
    };
    std::map<std::string, Candidate> byText;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto& candidate = byText.try_emplace(answers[i].text, Candidate{i}).first->second;
        candidate.count += answers[i].isExpected ? 0 : 1;
        candidate.isEnded = candidate.isEnded || answers[i].isEnded;
    }
    std::vector<Candidate> candidates;
    for (const auto& [text, candidate] : byText) candidates.push_back(candidate);
    const auto score = [&](const Candidate& candidate) { return answers[candidate.index].score; };
    const Candidate* best = nullptr;
    for (const Candidate& candidate : candidates) {
        if (!candidate.isEnded) continue;
        if (!best || std::tuple(score(candidate), candidate.count) > std::tuple(score(*best), best->count)) best = &candidate;
    }
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    if (!best) return pairs;
    const Candidate chosen = *best;
    std::erase_if(candidates, [&](const Candidate& candidate) { return candidate.count == 0 || score(candidate) > score(chosen) - kSameScore; });
    std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
        return std::tuple(-a.count, score(a)) < std::tuple(-b.count, score(b));
    });
    candidates.resize(std::min(candidates.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, most))));
    for (const Candidate& rejected : candidates) pairs.emplace_back(chosen.index, rejected.index);
    return pairs;
}

std::vector<ImportedItem> rewardPairs(const RunInputs& inputs, const RewardPairOptions& options, RewardPairReport& report, const ProgressSink& progress,
                                      std::stop_token stop) {
    if (inputs.spec.task != "ppo")
        throw Error(ErrorCode::InvalidInput, fmt::format("The RunSpec's task is {}. Pairs from rewards need prompts and rewards. Choose a RunSpec of the task ppo.", inputs.spec.task));
    std::vector<ImportedItem> items;
    report = {};
    translateErrors([&] {
        const auto task = makeTaskOf(inputs);
        task->prepare(progress, stop);
        auto target = loadForTraining(inputs, *task, inputs.model, choosePlacement(inputs.spec.training));
        target.runner->setEvaluating();
        const auto& all = task->train();
        const auto atATime = static_cast<std::size_t>(std::max<std::int64_t>(1, inputs.spec.ppo.localRolloutForwardBatchSize));
        const double total = static_cast<double>(all.size()) * static_cast<double>(options.answers);
        double rewards = 0;
        for (std::size_t first = 0; first < all.size(); first += atATime) {
            const std::span<const std::int64_t> some(all.data() + first, std::min(atATime, all.size() - first));
            std::map<std::int64_t, std::vector<tasks::ScoredAnswer>> byExample;
            for (std::int64_t draw = 0; draw < options.answers; ++draw) {
                if (progress) progress({"Writing answers", static_cast<double>(first) * static_cast<double>(options.answers) + static_cast<double>(draw) * static_cast<double>(some.size()), total});
                for (tasks::ScoredAnswer& answer : task->scoredAnswers(*target.runner, some, static_cast<std::uint64_t>(draw), stop)) {
                    rewards += answer.isExpected ? 0 : answer.score;
                    report.answers += answer.isExpected ? 0 : 1;
                    byExample[answer.example].push_back(std::move(answer));
                }
            }
            for (const auto example : some) {
                const auto& answers = byExample[example];
                const auto pairs = pairAnswers(answers, options.pairsPerPrompt);
                report.withoutPair += pairs.empty() ? 1 : 0;
                for (const auto& [chosen, rejected] : pairs)
                    items.push_back(itemOf(answers[chosen].prompt, answers[chosen].text, answers[rejected].text, items.size() % 2 == 0, inputs.spec.model));
            }
        }
        report.prompts = static_cast<std::int64_t>(all.size());
        report.pairs = static_cast<std::int64_t>(items.size());
        report.meanReward = report.answers > 0 ? rewards / static_cast<double>(report.answers) : 0;
        if (items.empty())
            throw Error(ErrorCode::InvalidInput, fmt::format("No pair came of {} prompts. All answers to a prompt score the same, or none ends within {} tokens. "
                                                             "Ask for more answers, raise ppo.response_length or choose other rewards.", report.prompts, inputs.spec.ppo.responseLength));
    });
    return items;
}

}  // namespace lathe::train
