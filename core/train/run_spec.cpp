// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/run_spec.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "base/json.h"
#include "train/run_spec_table.h"

namespace lathe {
namespace train {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string typeText(const ParamSpec& spec) {
    const std::string null = spec.isNullable ? " or null" : "";
    switch (spec.type) {
        case ParamType::Bool: return "true or false" + null;
        case ParamType::Integer: return "a whole number" + null;
        case ParamType::Number: return "a number" + null;
        case ParamType::Text: return "a text" + null;
        case ParamType::TextList: return "a text or a list of texts" + null;
        case ParamType::Choice: return fmt::format("one of {}{}", fmt::join(spec.choices, ", "), null);
    }
    return {};
}

std::string rangeText(const ParamSpec& spec) {
    if (spec.minimum && spec.maximum) return fmt::format("from {} to {}", *spec.minimum, *spec.maximum);
    if (spec.minimum) return fmt::format("at least {}", *spec.minimum);
    return fmt::format("at most {}", *spec.maximum);
}

[[noreturn]] void refuse(const ParamSpec& spec, const ParamValue& value, const std::string& where, const std::string& allowed) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{}: {} is {}. Allowed is {}. Correct the value.", where, spec.id, valueText(value), allowed), {where});
}

double checkedNumber(const ParamSpec& spec, const ParamValue& value, const std::string& where) {
    double number = 0;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) number = static_cast<double>(*integer);
    else if (const auto* real = std::get_if<double>(&value)) number = *real;
    else refuse(spec, value, where, typeText(spec));
    if (!std::isfinite(number) || (spec.minimum && number < *spec.minimum) || (spec.maximum && number > *spec.maximum)) {
        refuse(spec, value, where, typeText(spec) + (spec.minimum || spec.maximum ? " " + rangeText(spec) : ""));
    }
    return number;
}

std::int64_t checkedInteger(const ParamSpec& spec, const ParamValue& value, const std::string& where) {
    const double number = checkedNumber(spec, value, where);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
    if (number != std::floor(number) || std::abs(number) > 9.0e15) refuse(spec, value, where, typeText(spec));
    return static_cast<std::int64_t>(number);
}

bool checkedBool(const ParamSpec& spec, const ParamValue& value, const std::string& where) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag;
    refuse(spec, value, where, typeText(spec));
}

std::string checkedText(const ParamSpec& spec, const ParamValue& value, const std::string& where) {
    const auto* text = std::get_if<std::string>(&value);
    if (!text) refuse(spec, value, where, typeText(spec));
    if (spec.type == ParamType::Choice && std::find(spec.choices.begin(), spec.choices.end(), *text) == spec.choices.end()) {
        refuse(spec, value, where, typeText(spec));
    }
    return *text;
}

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t up = row[j];
            row[j] = std::min({up + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = up;
        }
    }
    return row.back();
}

std::string_view lastPart(std::string_view id) { return id.substr(id.rfind('.') + 1); }

/// The key a person most likely meant: full path first, then the last part alone (a key in the wrong object).
std::string nearestKey(std::string_view id, std::string_view task) {
    std::string best;
    std::size_t bestScore = std::numeric_limits<std::size_t>::max();
    for (const auto& entry : specTable()) {
        if (!appliesTo(entry, task)) continue;
        const std::size_t score = std::min(2 * editDistance(id, entry.spec.id), 2 * editDistance(lastPart(id), lastPart(entry.spec.id)) + 1);
        if (score < bestScore) {
            bestScore = score;
            best = entry.spec.id;
        }
    }
    return best;
}

[[noreturn]] void refuseUnknown(std::string_view id, std::string_view value, std::string_view task, const std::string& where) {
    const auto* entry = findEntry(id);
    if (entry) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{}: the key {} (value {}) does not belong to the task {}. It belongs to {}. Remove it or change the task.",
                                                         where, id, value, task, fmt::join(entry->spec.tasks, ", ")), {where});
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("{}: there is no key {} (value {}). The nearest is {}. Correct or remove it.", where, id, value,
                                                     nearestKey(id, task)), {where});
}

std::string shortText(std::string text) {
    if (text.size() > 80) {
        text.resize(77);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0) text.pop_back();
        text += "...";
    }
    return text;
}

ParamValue fromJson(const SpecEntry& entry, const base::Json& json, const std::string& where) {
    if (json.is_null()) return std::monostate{};
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return json.get<double>();
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number()) return json.get<double>();
    if (json.is_string()) return json.get<std::string>();
    if (json.is_array() && entry.spec.type == ParamType::TextList) {
        std::vector<std::string> list;
        for (const auto& item : json) {
            if (item.is_string()) list.push_back(item.get<std::string>());
        }
        if (list.size() == json.size()) return list;
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("{}: {} is {}. Allowed is {}. Correct the value.", where, entry.spec.id, shortText(json.dump()),
                                                     typeText(entry.spec)), {where});
}

base::OrderedJson toJsonValue(const SpecEntry& entry, const ParamValue& value) {
    return std::visit(Overloaded{
        [](std::monostate) -> base::OrderedJson { return nullptr; },
        [](double number) -> base::OrderedJson {
            if (std::abs(number) >= 2 && number == std::floor(number) && std::abs(number) < 9e15) return static_cast<std::int64_t>(number);
            return number;
        },
        [&](const std::vector<std::string>& list) -> base::OrderedJson {
            const bool isKeyword = list.size() == 1 && (list[0] == "auto" || list[0] == "all-linear");
            if (entry.spec.type == ParamType::TextList && isKeyword) return list[0];
            return list;
        },
        [](const auto& other) -> base::OrderedJson { return other; },
    }, value);
}

/// Spellings of the task objects that people may write with an underscore.
std::string canonicalKey(const std::string& key) {
    if (key == "multi_label") return "multi-label";
    if (key == "causal_lm") return "causal-lm";
    return key;
}

void readObject(RunSpec& spec, const base::Json& object, const std::string& prefix, const std::string& where) {
    for (const auto& [rawKey, value] : object.items()) {
        const std::string key = prefix.empty() ? canonicalKey(rawKey) : rawKey;
        const std::string id = prefix + key;
        if (id == "lathe" || id == "task") continue;
        const auto* entry = findEntry(id);
        if (!entry && value.is_object() && !value.empty()) {
            readObject(spec, value, id + ".", where);
            continue;
        }
        if (!entry && value.is_object()) continue;
        if (!entry || !appliesTo(*entry, spec.task)) refuseUnknown(id, shortText(value.dump()), spec.task, where);
        writeField(*entry, spec, fromJson(*entry, value, where), where);
    }
}

void requireKnownTask(std::string_view task, const std::string& where) {
    const auto& known = runTasks();
    if (std::find(known.begin(), known.end(), task) != known.end()) return;
    throw Error(ErrorCode::InvalidInput, fmt::format("{}: task is \"{}\". Allowed is one of {}. Correct the value.", where, task, fmt::join(known, ", ")), {where});
}

}  // namespace

std::string valueText(const ParamValue& value) {
    return std::visit(Overloaded{
        [](std::monostate) { return std::string("null"); },
        [](bool flag) { return std::string(flag ? "true" : "false"); },
        [](const std::string& text) { return shortText(fmt::format("\"{}\"", text)); },
        [](const std::vector<std::string>& list) { return shortText(fmt::format("[{}]", fmt::join(list, ", "))); },
        [](auto number) { return fmt::format("{}", number); },
    }, value);
}

ParamValue readField(const SpecEntry& entry, const RunSpec& spec) {
    // The accessor only forms a pointer; nothing is written through it here.
    const FieldPointer pointer = entry.field(const_cast<RunSpec&>(spec));
    return std::visit([](auto* field) -> ParamValue {
        using T = std::remove_pointer_t<decltype(field)>;
        if constexpr (requires { typename T::value_type; field->has_value(); }) {
            if (!field->has_value()) return std::monostate{};
            return **field;
        } else {
            return *field;
        }
    }, pointer);
}

void writeField(const SpecEntry& entry, RunSpec& target, const ParamValue& value, const std::string& where) {
    const auto& spec = entry.spec;
    const bool isNull = std::holds_alternative<std::monostate>(value);
    if (isNull && !spec.isNullable) refuse(spec, value, where, typeText(spec));
    std::visit(Overloaded{
        [&](bool* field) { *field = checkedBool(spec, value, where); },
        [&](std::int64_t* field) { *field = checkedInteger(spec, value, where); },
        [&](double* field) { *field = checkedNumber(spec, value, where); },
        [&](std::string* field) { *field = checkedText(spec, value, where); },
        [&](std::vector<std::string>* field) {
            if (const auto* list = std::get_if<std::vector<std::string>>(&value)) *field = *list;
            else *field = {checkedText(spec, value, where)};
        },
        [&](std::optional<bool>* field) { isNull ? field->reset() : (void)field->emplace(checkedBool(spec, value, where)); },
        [&](std::optional<std::int64_t>* field) { isNull ? field->reset() : (void)field->emplace(checkedInteger(spec, value, where)); },
        [&](std::optional<double>* field) { isNull ? field->reset() : (void)field->emplace(checkedNumber(spec, value, where)); },
        [&](std::optional<std::string>* field) { isNull ? field->reset() : (void)field->emplace(checkedText(spec, value, where)); },
    }, entry.field(target));
}

}  // namespace train

const std::vector<std::string>& runTasks() {
    static const std::vector<std::string> tasks = {"causal-lm", "multi-label", "reward", "dpo", "ppo"};
    return tasks;
}

RunSpec defaultRunSpec(std::string_view task) {
    train::requireKnownTask(task, "RunSpec");
    RunSpec spec;
    spec.task = std::string(task);
    // Rates of trl's configs; the rest of TrainingArguments is shared.
    if (task == "reward") spec.training.learningRate = 1e-4;
    if (task == "dpo") spec.training.learningRate = 1e-6;
    if (task == "ppo") {
        spec.training.learningRate = 3e-6;
        spec.training.evalStrategy = "no";
        spec.training.saveStrategy = "steps";
        spec.training.loadBestModelAtEnd = false;
    }
    if (task == "reward" || task == "dpo" || task == "ppo") spec.dataset.maxLength = 1024;
    if (task == "reward") spec.training.metricForBestModel = "accuracy";
    return spec;
}

std::vector<ParamSpec> paramSpecs(std::string_view task) {
    const RunSpec defaults = defaultRunSpec(task);
    std::vector<ParamSpec> specs;
    for (const auto& entry : train::specTable()) {
        if (!train::appliesTo(entry, task)) continue;
        specs.push_back(entry.spec);
        specs.back().defaultValue = train::readField(entry, defaults);
    }
    return specs;
}

RunSpec parseRunSpec(std::string_view json, const std::string& where) {
    base::Json root;
    try {
        root = base::parseJson(json, where);
    } catch (const Error& error) {
        throw Error(ErrorCode::InvalidInput, error.what(), error.context());
    }
    if (!root.is_object()) throw Error(ErrorCode::InvalidInput, fmt::format("{} is not a JSON object. A RunSpec starts with {{. `train --default causal-lm` prints one.", where), {where});
    if (const auto version = root.find("lathe"); version != root.end() && !(version->is_number_integer() && *version == 1)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{}: lathe is {}. Allowed is 1, the version of RunSpec that this program reads. Use a newer program or correct the value.",
                                                         where, train::shortText(version->dump())), {where});
    }
    std::string task = "causal-lm";
    if (const auto found = root.find("task"); found != root.end()) {
        if (!found->is_string()) train::requireKnownTask(train::shortText(found->dump()), where);
        else task = found->get<std::string>();
    }
    train::requireKnownTask(task, where);
    RunSpec spec = defaultRunSpec(task);
    train::readObject(spec, root, "", where);
    return spec;
}

std::string toJson(const RunSpec& spec) {
    base::OrderedJson root;
    root["lathe"] = 1;
    for (const auto& entry : train::specTable()) {
        if (!train::appliesTo(entry, spec.task)) continue;
        base::OrderedJson* place = &root;
        std::string_view id = entry.spec.id;
        for (auto dot = id.find('.'); dot != std::string_view::npos; dot = id.find('.')) {
            place = &(*place)[std::string(id.substr(0, dot))];
            id.remove_prefix(dot + 1);
        }
        (*place)[std::string(id)] = train::toJsonValue(entry, train::readField(entry, spec));
    }
    return root.dump(2, ' ', false, base::OrderedJson::error_handler_t::replace) + "\n";
}

void setParamValue(RunSpec& spec, std::string_view id, const ParamValue& value) {
    if (id == "task") {
        const auto* text = std::get_if<std::string>(&value);
        train::requireKnownTask(text ? *text : train::valueText(value), "RunSpec");
    }
    const auto* entry = train::findEntry(id);
    if (!entry || !train::appliesTo(*entry, spec.task)) train::refuseUnknown(id, train::valueText(value), spec.task, "RunSpec");
    train::writeField(*entry, spec, value, "RunSpec");
}

void setParam(RunSpec& spec, std::string_view rawId, std::string_view text) {
    const auto dot = rawId.find('.');
    std::string id = train::canonicalKey(std::string(rawId.substr(0, dot)));
    if (dot != std::string_view::npos) id += rawId.substr(dot);
    const auto* entry = train::findEntry(id);
    if (!entry || !train::appliesTo(*entry, spec.task)) train::refuseUnknown(id, text, spec.task, "--set");
    const base::Json json = base::Json::parse(text.begin(), text.end(), nullptr, false);
    const bool isText = entry->spec.type == ParamType::Text || entry->spec.type == ParamType::Choice || entry->spec.type == ParamType::TextList;
    const bool isBareText = isText && (json.is_discarded() || !(json.is_string() || json.is_null() || json.is_array()));
    if (json.is_discarded() && !isText) {
        train::refuse(entry->spec, std::string(text), "--set", train::typeText(entry->spec));
    }
    const ParamValue value = isBareText ? ParamValue(std::string(text)) : train::fromJson(*entry, json, "--set");
    train::writeField(*entry, spec, value, "--set");
}

ParamValue getParam(const RunSpec& spec, std::string_view id) {
    const auto* entry = train::findEntry(id);
    if (!entry) train::refuseUnknown(id, "?", spec.task, "RunSpec");
    return train::readField(*entry, spec);
}

void validateRunSpec(const RunSpec& spec) {
    const auto fail = [](const std::string& sentence) { throw Error(ErrorCode::InvalidInput, sentence); };
    const auto isSet = [](const std::optional<std::string>& text) { return text && !text->empty(); };
    train::requireKnownTask(spec.task, "RunSpec");
    const auto& data = spec.dataset;
    if (isSet(data.file) == isSet(data.name) && !isSet(data.ratings)) {
        fail(isSet(data.file) ? "dataset.file and dataset.name are both set. Only one can be the source. Set the other to null."
                              : "No dataset is named. A run needs rows. Set dataset.file or dataset.name.");
    }
    if (data.split.validation + data.split.test > 0.999) {
        fail(fmt::format("dataset.split leaves nothing to train on: validation {} and test {}. Their sum must be below 1. Lower one of them.", data.split.validation, data.split.test));
    }
    if (spec.task == "causal-lm") {
        if (!isSet(data.textTemplate)) fail("dataset.template is not set. It says how a row becomes text. Write one with {Column} fields.");
        if (data.trainOn == "target" && !isSet(data.target)) {
            fail("dataset.train_on is \"target\", but dataset.target is not set. The answer column must be known to mask the prompt. Set dataset.target or train on all.");
        }
    }
    if (spec.task == "multi-label") {
        if (!isSet(data.text)) fail("dataset.text is not set. It says what is classified. Write a template with {Column} fields.");
        if (!isSet(data.labels)) fail("dataset.labels is not set. It names the column with the labels. Set it.");
    }
    if ((spec.task == "reward" || spec.task == "dpo") && !isSet(data.ratings) && !(isSet(data.chosen) && isSet(data.rejected))) {
        fail("dataset.chosen and dataset.rejected are not both set. Pairs need both columns. Set them, or dataset.ratings.");
    }
    if (spec.task == "ppo") {
        if (!isSet(data.prompt)) fail("dataset.prompt is not set. PPO answers prompts. Set the column or a template.");
        if (!isSet(spec.ppo.rewardModel) && spec.ppo.rewardRules.empty()) fail("Nothing scores the answers. PPO needs ppo.reward_model or ppo.reward_rules. Set one.");
    }
    if (spec.training.numTrainEpochs <= 0 && spec.training.maxSteps <= 0) fail("training.num_train_epochs is 0 and training.max_steps is not set. The run would do nothing. Set one of them.");
}

}  // namespace lathe
