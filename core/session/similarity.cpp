// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/similarity.h"

#include <chrono>

#include "dedup/sentence_encoder.h"
#include "workspace/workspace.h"

namespace lathe::session {
namespace {

/// Vectors of the workspace; a read-only one is only read.
class WorkspaceCache : public dedup::EmbeddingCache {
public:
    explicit WorkspaceCache(workspace::Workspace& workspace) : workspace_(workspace) {}
    std::vector<std::vector<float>> load(const std::string& model, std::span<const std::string> keys) override { return workspace_.embeddings(model, keys); }
    void store(const std::string& model, std::span<const std::string> keys, std::span<const std::vector<float>> vectors) override {
        if (!workspace_.isReadOnly()) workspace_.addEmbeddings(model, keys, vectors);
    }

private:
    workspace::Workspace& workspace_;
};

dedup::EncoderPrecision precisionOf(const std::string& name) {
    if (name == "f32") return dedup::EncoderPrecision::F32;
    if (name == "bf16") return dedup::EncoderPrecision::Bf16;
    return dedup::EncoderPrecision::Auto;
}

std::vector<std::string> textsOf(const TablePtr& table, const TextTemplate& source, const std::stop_token& stop) {
    const FilledTemplate filled(table, source);
    std::vector<std::string> texts;
    texts.reserve(static_cast<std::size_t>(table->rowCount()));
    for (std::int64_t row = 0; row < table->rowCount(); ++row) {
        if (row % 1024 == 0) throwIfStopped(stop);
        texts.push_back(filled.row(row));
    }
    return texts;
}

EmbeddingMatrix embedTexts(const std::vector<std::string>& texts, dedup::EncoderPrecision precision, const std::filesystem::path& model,
                           workspace::Workspace* workspace, const ProgressSink& progress, const std::stop_token& stop) {
    dedup::SentenceEncoder encoder(model, {.precision = precision});
    if (workspace == nullptr) return encoder.embed(texts, nullptr, progress, stop);
    WorkspaceCache cache(*workspace);
    return encoder.embed(texts, &cache, progress, stop);
}

}  // namespace

EmbeddingMatrix embedRows(const TablePtr& table, const SimilarQuery& query, const std::filesystem::path& model, workspace::Workspace* workspace,
                          const ProgressSink& progress, const std::stop_token& stop) {
    return embedTexts(textsOf(table, query.text, stop), precisionOf(query.precision), model, workspace, progress, stop);
}

std::shared_ptr<const SimilarRows> findSimilarRows(const TablePtr& table, const SimilarQuery& query, const std::filesystem::path& model,
                                                   workspace::Workspace* workspace, const ProgressSink& progress, const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto secondsSince = [](Clock::time_point from) { return std::chrono::duration<double>(Clock::now() - from).count(); };
    auto rows = std::make_shared<SimilarRows>();
    rows->table = table;
    rows->texts = textsOf(table, query.text, stop);
    if (!query.labels.empty()) {
        const int column = table->requireColumn(query.labels);
        for (std::int64_t row = 0; row < table->rowCount(); ++row) rows->labels.push_back(splitLabels(table->cell(row, column), query.labelSeparator));
    }
    DedupInput input;
    input.embeddings = embedTexts(rows->texts, precisionOf(query.precision), model, workspace, progress, stop);
    rows->embedSeconds = secondsSince(start);
    input.texts = rows->texts;
    input.labels = rows->labels;
    DedupSearch search;
    search.floor = query.floor;
    search.exactRows = query.exactRows;
    rows->index = SimilarityIndex::build(std::move(input), search, progress, stop);
    rows->seconds = secondsSince(start);
    return rows;
}

std::shared_ptr<const SimilarityIndex> indexRows(const TablePtr& table, const TextTemplate& text, const std::vector<std::int64_t>& rows,
                                                 const std::filesystem::path& model, workspace::Workspace* workspace, const ProgressSink& progress,
                                                 const std::stop_token& stop) {
    const FilledTemplate filled(table, text);
    DedupInput input;
    input.texts.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % 1024 == 0) throwIfStopped(stop);
        input.texts.push_back(filled.row(rows[i]));
    }
    input.embeddings = embedTexts(input.texts, dedup::EncoderPrecision::F32, model, workspace, progress, stop);
    return SimilarityIndex::build(std::move(input), {}, progress, stop);
}

}  // namespace lathe::session
