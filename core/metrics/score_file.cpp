// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/score_file.h"

#include <cstring>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"

namespace lathe::metrics {

namespace {

namespace fs = std::filesystem;
using base::Json;
using base::OrderedJson;

constexpr std::size_t kMostHeaderBytes = 8u << 20;  // 10,000 labels of 800 bytes each

[[noreturn]] void throwBroken(const fs::path& file, const std::string& why) {
    throw Error(ErrorCode::CorruptFile,
                fmt::format("{} cannot be read. {}. Evaluate the run's model again.", file.string(), why), {file.string()});
}

template <class Value>
void append(std::string& bytes, std::span<const Value> values) {
    if (!values.empty()) {
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    }
}

/// The values of a tensor of the header. Throws CorruptFile unless type, shape and place fit each other and the file.
template <class Value>
std::vector<Value> valuesOf(const fs::path& file, const Json& header, const char* name, const char* type, const std::vector<std::size_t>& shape,
                            std::string_view data) {
    std::size_t bytes = sizeof(Value);
    for (const std::size_t side : shape) {
        bytes *= side;
    }
    try {
        const Json& entry = header.at(name);
        const auto begin = entry.at("data_offsets").at(0).get<std::size_t>();
        const auto end = entry.at("data_offsets").at(1).get<std::size_t>();
        if (entry.at("dtype").get<std::string>() != type || entry.at("shape").get<std::vector<std::size_t>>() != shape || begin > end ||
            end > data.size() || end - begin != bytes) {
            throwBroken(file, fmt::format("Its tensor {} does not fit its header", name));
        }
        std::vector<Value> values(bytes / sizeof(Value));
        if (bytes > 0) {
            std::memcpy(values.data(), data.data() + begin, bytes);
        }
        return values;
    } catch (const Json::exception&) {
        throwBroken(file, fmt::format("Its header does not describe the tensor {}", name));
    }
}

}  // namespace

std::string scoreFileBytes(const ScoreStore& store, std::span<const std::string> labels, std::span<const std::int64_t> rows, Decision decision) {
    if (labels.size() != store.labels() || rows.size() != store.rows()) {
        throw Error(ErrorCode::Internal, fmt::format("{} labels and {} rows do not fit scores of {} by {}. This is a fault of Lathe. Please report it.", labels.size(),
                                                     rows.size(), store.rows(), store.labels()));
    }
    const std::size_t scoreBytes = store.scores().size_bytes();
    const std::size_t rowBytes = rows.size_bytes();
    // Row numbers first: their eight bytes then lie where eight divides.
    const std::size_t targetsAt = rowBytes + scoreBytes;
    const OrderedJson header{
        {"__metadata__",
         {{"format", "lathe-scores"},
          {"labels", Json(std::vector<std::string>(labels.begin(), labels.end())).dump()},
          {"kind", store.isLogits() ? "logits" : "probabilities"},
          {"decision", decision == Decision::Largest ? "largest" : "threshold"}}},
        {"rows", {{"dtype", "I64"}, {"shape", {rows.size()}}, {"data_offsets", {std::size_t{0}, rowBytes}}}},
        {"scores", {{"dtype", "F32"}, {"shape", {rows.size(), labels.size()}}, {"data_offsets", {rowBytes, targetsAt}}}},
        {"targets", {{"dtype", "U8"}, {"shape", {rows.size(), labels.size()}}, {"data_offsets", {targetsAt, targetsAt + store.targets().size()}}}}};
    std::string text = header.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string bytes;
    bytes.reserve(8 + text.size() + targetsAt + store.targets().size());
    const std::uint64_t length = text.size();
    append(bytes, std::span(&length, 1));
    bytes += text;
    append(bytes, rows);
    append(bytes, store.scores());
    append(bytes, store.targets());
    return bytes;
}

SavedScores readScoreFile(const fs::path& file) {
    const base::MappedFile mapped(file);
    const std::string_view bytes(reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size());
    std::uint64_t length = 0;
    if (bytes.size() < sizeof length) {
        throwBroken(file, "It ends before its header");
    }
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > kMostHeaderBytes || length > bytes.size() - sizeof length) {
        throwBroken(file, "Its header is longer than the file");
    }
    const Json header = base::parseJson(bytes.substr(sizeof length, length), file.string());
    const std::string_view data = bytes.substr(sizeof length + length);
    SavedScores saved;
    bool isLogits = true;
    std::size_t rows = 0;
    try {
        const Json& meta = header.at("__metadata__");
        saved.labels = base::parseJson(meta.at("labels").get<std::string>(), file.string()).get<std::vector<std::string>>();
        isLogits = meta.at("kind").get<std::string>() == "logits";
        saved.decision = meta.at("decision").get<std::string>() == "largest" ? Decision::Largest : Decision::Threshold;
        rows = header.at("rows").at("shape").at(0).get<std::size_t>();
    } catch (const Json::exception&) {
        throwBroken(file, "It is no file of scores");
    }
    // Bounded before shapes are multiplied.
    if (rows > data.size() / sizeof(std::int64_t) || (rows > 0 && saved.labels.size() > data.size() / rows)) {
        throwBroken(file, "It is shorter than its header says");
    }
    saved.rows = valuesOf<std::int64_t>(file, header, "rows", "I64", {rows}, data);
    const auto scores = valuesOf<float>(file, header, "scores", "F32", {rows, saved.labels.size()}, data);
    auto targets = valuesOf<std::uint8_t>(file, header, "targets", "U8", {rows, saved.labels.size()}, data);
    for (std::uint8_t& target : targets) {
        target = target != 0 ? 1 : 0;
    }
    LabelBatch batch;
    batch.scores = scores;
    batch.targets = targets;
    batch.labels = saved.labels.size();
    batch.scoreKind = isLogits ? ScoreKind::Logit : ScoreKind::Probability;
    batch.decision = Decision::Largest;  // needs no thresholds; only the shape matters here
    saved.store.append(batch);
    return saved;
}

}  // namespace lathe::metrics
