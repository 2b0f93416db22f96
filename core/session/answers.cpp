// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/answers.h"

#include <chrono>

#include <fmt/format.h>
#include <lathe/error.h>

#include "tasks/task.h"

namespace lathe::session {
namespace {

/// The first line, without white space around it: what follows a line break is the model's next idea, not its answer.
std::string firstLine(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    text = text.substr(begin);
    text = text.substr(0, text.find('\n'));
    return std::string(text.substr(0, text.find_last_not_of(kSpace) + 1));
}

}  // namespace

AnswerCheck checkAnswers(TextGenerator& generator, const RunSpec& spec, const Table& table, const std::string& split, const GenerationOptions& options,
                         const ProgressSink& progress, const std::stop_token& stop) {
    if (spec.task != "causal-lm") {
        throw Error(ErrorCode::InvalidInput, fmt::format("The RunSpec's task is {}. Only the answers of a causal-lm task can be compared word for word. Choose a RunSpec of that task.",
                                                         spec.task));
    }
    const auto start = std::chrono::steady_clock::now();
    const auto prompts = tasks::answerPrompts(spec, table, split);
    if (prompts.empty()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("The part {} has no row with a prompt. There is nothing to answer. Choose another part or raise its share in dataset.split.", split));
    }
    AnswerCheck check;
    for (const auto& prompt : prompts) {
        const GenerationResult result = generator.generate(prompt.prompt, options, {}, stop);
        if (result.wasStopped) throw Error(ErrorCode::Cancelled, "Stopped as asked. The answers so far were not kept.");
        AnswerCheck::Answer answer{prompt.row, prompt.prompt, firstLine(prompt.expected), firstLine(result.sequences.front().text), false};
        answer.isExact = answer.produced == answer.expected;
        check.exact += answer.isExact ? 1 : 0;
        check.answers.push_back(std::move(answer));
        if (progress) progress({"Answering", static_cast<double>(check.answers.size()), static_cast<double>(prompts.size())});
    }
    check.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return check;
}

}  // namespace lathe::session
