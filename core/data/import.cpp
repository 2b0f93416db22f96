// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <lathe/data.h>
#include <lathe/error.h>

#include "base/files.h"
#include "data/importers.h"
#include "data/json_scan.h"
#include "data/utf8.h"

namespace lathe {
namespace data {
namespace {

std::string lowered(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

FileFormat formatOf(const std::filesystem::path& file, std::string_view bytes) {
    if (bytes.starts_with("PAR1")) return FileFormat::Parquet;
    // A line that is a whole JSON object tells more than the name does.
    std::string_view line = bytes.substr(0, 1u << 20);
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    line = line.substr(0, line.find('\n'));
    std::vector<JsonMember> members;
    JsonProblem problem;
    std::size_t used = 0;
    if (line.starts_with("{\"") && scanJsonObject(line, members, used, problem) == JsonScan::Ok) return FileFormat::Jsonl;
    const std::string extension = lowered(file.extension().string());
    if (extension == ".parquet" || extension == ".pq") return FileFormat::Parquet;
    if (extension == ".jsonl" || extension == ".ndjson" || extension == ".json") return FileFormat::Jsonl;
    if (extension == ".csv" || extension == ".tsv" || extension == ".tab" || extension == ".psv") return FileFormat::Csv;
    return FileFormat::Csv;
}

/// Files that are surely no table, by their first bytes.
void refuseOthers(const std::filesystem::path& file, std::string_view bytes) {
    struct Other {
        std::string_view start;
        const char* what;
        const char* advice;
    };
    static constexpr Other kOthers[]{
        {{"PK\x03\x04", 4}, "a zip archive or an Excel workbook", "Open it in a spreadsheet and save the sheet as CSV"},
        {{"\xD0\xCF\x11\xE0", 4}, "an old Excel workbook", "Open it in a spreadsheet and save the sheet as CSV"},
        {{"\x1F\x8B", 2}, "compressed with gzip", "Unpack it first"},
        {{"%PDF", 4}, "a PDF document", "Export its table as CSV"},
        {{"SQLite format 3", 15}, "a SQLite database", "Export the table as CSV"},
        {{"\x89PNG", 4}, "a picture", "Choose a table"},
    };
    for (const Other& other : kOthers) {
        if (bytes.starts_with(other.start))
            throw Error(ErrorCode::Unsupported, fmt::format("{} is {}. CSV, TSV, JSONL and Parquet are read. {}.", file.string(), other.what, other.advice), {file.string()});
    }
}

template <class Result>
Result withJob(ImportJob job, Result (*csv)(const ImportJob&), Result (*jsonl)(const ImportJob&), Result (*parquet)(const ImportJob&)) {
    const base::MappedFile mapped(job.file);
    job.bytes = {reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size()};
    if (job.bytes.empty()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{} is empty. There is nothing to import. Check that the right file was chosen.", job.file.string()),
                    {job.file.string()});
    }
    refuseOthers(job.file, job.bytes);
    if (job.options.format == FileFormat::Auto) job.options.format = formatOf(job.file, job.bytes);
    try {
        if (job.options.format == FileFormat::Parquet) return parquet(job);
        return job.options.format == FileFormat::Jsonl ? jsonl(job) : csv(job);
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("There is not enough memory to read {}. Close other programs and try again.", job.file.string()), {job.file.string()});
    }
}

}  // namespace

EncodingGuess encodingFor(std::string_view bytes, const ImportOptions& options, const std::stop_token& stop) {
    if (options.encoding.empty()) return guessEncoding(bytes, stop);
    EncodingGuess guess;
    guess.name = canonicalEncoding(options.encoding);
    guess.reason = fmt::format("The encoding {} was chosen.", guess.name);
    const EncodingGuess found = guessEncoding(bytes.substr(0, 4'096), stop);
    if (found.markBytes > 0 && found.name == guess.name) guess.markBytes = found.markBytes;
    // Someone who says UTF-16 means the file's own byte order.
    if (guess.name == "UTF-16LE" && found.name == "UTF-16BE" && options.encoding.find("LE") == std::string::npos && options.encoding.find("le") == std::string::npos)
        return found;
    if (guess.name == "UTF-8") guess.isCleanUtf8 = isValidUtf8(bytes.substr(guess.markBytes));
    return guess;
}

void addProblem(ImportReport& report, std::int64_t line, std::string reason, std::string_view text, bool isKept) {
    ++report.problemCount;
    if (!isKept) ++report.leftOutCount;
    if (report.problems.size() >= kMaxListedProblems) return;
    report.problems.push_back({line, std::move(reason), cutUtf8(mendUtf8(text.substr(0, 4'100)), 4'096), isKept});
}

}  // namespace data

ImportPreview previewImport(const std::filesystem::path& file, const ImportOptions& options) {
    return data::withJob<ImportPreview>({file, {}, options, {}, {}, {}}, data::previewCsv, data::previewJsonl, data::previewParquet);
}

ImportReport importFile(const std::filesystem::path& file, const ImportOptions& options, const std::filesystem::path& outputIpcFile,
                        const ProgressSink& progress, std::stop_token stop) {
    const auto start = std::chrono::steady_clock::now();
    throwIfStopped(stop);
    ImportReport report = data::withJob<ImportReport>({file, {}, options, outputIpcFile, progress, stop}, data::importCsv, data::importJsonl, data::importParquet);
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace lathe
