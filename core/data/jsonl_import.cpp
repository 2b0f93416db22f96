// SPDX-License-Identifier: GPL-3.0-or-later
// Two passes: the first finds all keys (a key may come up late), the second writes the rows. Lines are objects; a file that
// is one array of objects is read too.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/limits.h"
#include "data/csv_sniff.h"
#include "data/importers.h"
#include "data/json_scan.h"
#include "data/table_writer.h"
#include "data/text_source.h"
#include "data/utf8.h"

namespace lathe::data {
namespace {

constexpr std::size_t kMaxObjectBytes = 256u << 20;

struct JsonRow {
    std::vector<JsonMember> members;
    std::string_view text;
    std::int64_t line = 0;
    std::string reason;   ///< not empty: the row could not be read
};

/// Objects one after the other, with their lines.
class JsonRowReader {
public:
    JsonRowReader(TextSource& source) : source_(source) {
        while (source_.window().size() < 1'024 && !source_.isAtEnd()) source_.grow();
        const std::size_t first = source_.window().find_first_not_of(" \t\r\n");
        isArray_ = first != std::string_view::npos && source_.window()[first] == '[';
        if (isArray_) consume(first + 1);
    }

    std::int64_t blankLines = 0;

    bool next(JsonRow& row) {
        row.reason.clear();
        consume(pending_);
        pending_ = 0;
        return isArray_ ? nextElement(row) : nextLine(row);
    }

private:
    void consume(std::size_t count) {
        const std::string_view passed = source_.window().substr(0, count);
        line_ += std::count(passed.begin(), passed.end(), '\n');
        source_.advance(count);
    }

    bool nextLine(JsonRow& row) {
        while (true) {
            std::size_t end = source_.window().find('\n');
            while (end == std::string_view::npos && !source_.isAtEnd() && source_.window().size() < kMaxObjectBytes) {
                source_.grow();
                end = source_.window().find('\n');
            }
            if (source_.window().empty()) return false;
            std::string_view text = source_.window().substr(0, end);
            const std::size_t whole = std::min(text.size() + 1, source_.window().size());
            while (!text.empty() && text.back() == '\r') text.remove_suffix(1);
            if (text.find_first_not_of(" \t") == std::string_view::npos) {
                ++blankLines;
                consume(whole);
                continue;
            }
            pending_ = whole;
            row.text = text;
            row.line = line_;
            readObject(text, row);
            return true;
        }
    }

    void readObject(std::string_view text, JsonRow& row) {
        JsonProblem problem;
        std::size_t used = 0;
        const JsonScan result = scanJsonObject(text, row.members, used, problem);
        if (result == JsonScan::Incomplete) row.reason = "the line ends inside a value";
        else if (result == JsonScan::Bad) row.reason = fmt::format("not a JSON object: {} at character {}", problem.reason, problem.at + 1);
        else if (text.find_first_not_of(" \t\r", used) != std::string_view::npos) row.reason = "more text follows behind the object";
    }

    bool nextElement(JsonRow& row) {
        while (true) {
            const std::size_t begin = source_.window().find_first_not_of(" \t\r\n,");
            if (begin == std::string_view::npos) {
                consume(source_.window().size());
                if (source_.isAtEnd()) return false;
                source_.grow();
                continue;
            }
            consume(begin);
            if (source_.window().front() == ']') return false;
            JsonProblem problem;
            std::size_t used = 0;
            const bool isObject = source_.window().front() == '{';
            const JsonScan result = isObject ? scanJsonObject(source_.window(), row.members, used, problem) : skipJsonValue(source_.window(), used, problem);
            if (result == JsonScan::Incomplete && !source_.isAtEnd() && source_.window().size() < kMaxObjectBytes) {
                source_.grow();
                continue;
            }
            row.line = line_;
            if (result == JsonScan::Ok) {
                if (!isObject) row.reason = "not a JSON object";
            } else {
                // Behind a syntax error nothing can be told apart, so the rest is one row that is left out.
                row.reason = result == JsonScan::Bad ? fmt::format("{}; the rest of the file could not be read", problem.reason)
                                                     : std::string("the file ends inside a value");
                used = source_.window().size();
            }
            pending_ = std::max<std::size_t>(used, 1);
            row.text = source_.window().substr(0, used);
            return true;
        }
    }

    TextSource& source_;
    bool isArray_ = false;
    std::int64_t line_ = 1;
    std::size_t pending_ = 0;
};

struct Keys {
    std::vector<std::string> names;
    std::unordered_map<std::string, std::size_t> positions;
    std::vector<bool> hasText, hasBare;
};

struct JsonPlan {
    EncodingGuess encoding;
    Keys keys;
    std::vector<std::string> columnNames;
    std::vector<std::string> notes;
};

template <class Take>
std::int64_t readRows(const ImportJob& job, const EncodingGuess& encoding, const char* stage, std::size_t limitBytes, Take take) {
    TextSource source(job.bytes, encoding.name, encoding.markBytes);
    JsonRowReader reader(source);
    JsonRow row;
    std::size_t read = 0, sinceCheck = 0;
    while (read < limitBytes && reader.next(row)) {
        read += row.text.size() + 1;
        sinceCheck += row.text.size() + 1;
        if (sinceCheck > (256u << 10)) {
            sinceCheck = 0;
            throwIfStopped(job.stop);
            if (job.progress) job.progress({stage, static_cast<double>(source.consumedBytes()), static_cast<double>(job.bytes.size())});
        }
        take(row);
    }
    return reader.blankLines;
}

JsonPlan planJsonl(const ImportJob& job, std::size_t limitBytes) {
    JsonPlan plan;
    plan.encoding = encodingFor(job.bytes, job.options, job.stop);
    plan.notes.push_back(plan.encoding.reason);
    readRows(job, plan.encoding, "Looking for columns", limitBytes, [&](const JsonRow& row) {
        if (!row.reason.empty()) return;
        for (const JsonMember& member : row.members) {
            const auto [found, isNew] = plan.keys.positions.emplace(member.key, plan.keys.names.size());
            if (isNew) {
                plan.keys.names.push_back(member.key);
                plan.keys.hasText.push_back(false);
                plan.keys.hasBare.push_back(false);
                if (plan.keys.names.size() > base::kMaxCsvColumns) {
                    throw Error(ErrorCode::InvalidInput, fmt::format("{} has more than {} different keys. So many columns are not read. Check that its lines "
                                                                     "are rows of one table.", job.file.string(), base::kMaxCsvColumns), {job.file.string(), row.line});
                }
            }
            if (member.kind == JsonKind::Text) plan.keys.hasText[found->second] = true;
            else if (member.kind != JsonKind::Null) plan.keys.hasBare[found->second] = true;
        }
    });
    std::vector<std::string> mended;
    for (const std::string& name : plan.keys.names) mended.push_back(mendUtf8(name));
    plan.columnNames = columnNamesOf(mended, mended.size(), plan.notes);
    for (std::size_t i = 0; i < mended.size(); ++i) {
        if (plan.keys.hasText[i] && plan.keys.hasBare[i])
            plan.notes.push_back(fmt::format("\"{}\" holds strings and other values; all become text.", plan.columnNames[i]));
    }
    return plan;
}

ImportDialect dialectOf(const JsonPlan& plan) {
    ImportDialect dialect;
    dialect.format = FileFormat::Jsonl;
    dialect.encoding = plan.encoding.name;
    dialect.hasByteOrderMark = plan.encoding.markBytes > 0;
    return dialect;
}

[[noreturn]] void throwNoObjects(const ImportJob& job) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} holds no JSON objects. Each line must be one, such as {{\"text\": \"...\"}}. Check that this is the right file.",
                                                     job.file.string()), {job.file.string()});
}

void noteBlankLines(ImportReport& report) {
    if (report.blankLines > 0) report.notes.push_back(fmt::format("{} blank line{} passed over.", report.blankLines, report.blankLines == 1 ? " was" : "s were"));
}

}  // namespace

ImportPreview previewJsonl(const ImportJob& job) {
    const JsonPlan plan = planJsonl(job, kPreviewBytes);
    if (plan.columnNames.empty()) throwNoObjects(job);
    ImportPreview preview;
    preview.dialect = dialectOf(plan);
    preview.columnNames = plan.columnNames;
    preview.notes = plan.notes;
    preview.isWholeFile = job.bytes.size() <= kPreviewBytes;
    ImportReport report;
    readRows(job, plan.encoding, "Reading rows", kPreviewBytes, [&](const JsonRow& row) {
        ++preview.rowsLookedAt;
        if (!row.reason.empty()) return addProblem(report, row.line, row.reason, row.text, false);
        if (preview.rows.size() >= kPreviewRows) return;
        auto& cells = preview.rows.emplace_back(plan.columnNames.size());
        for (const JsonMember& member : row.members) cells[plan.keys.positions.at(member.key)] = mendUtf8(member.value);
    });
    preview.problems = std::move(report.problems);
    return preview;
}

ImportReport importJsonl(const ImportJob& job) {
    const JsonPlan plan = planJsonl(job, SIZE_MAX);
    if (plan.columnNames.empty()) throwNoObjects(job);
    ImportReport report;
    report.dialect = dialectOf(plan);
    report.columnNames = plan.columnNames;
    report.notes = plan.notes;
    std::vector<bool> isBare(plan.columnNames.size());
    for (std::size_t i = 0; i < isBare.size(); ++i) isBare[i] = plan.keys.hasBare[i] && !plan.keys.hasText[i];
    TableWriter writer(plan.columnNames, job.output, isBare);
    std::vector<const JsonMember*> slots(plan.columnNames.size());
    report.blankLines = readRows(job, plan.encoding, "Reading rows", SIZE_MAX, [&](const JsonRow& row) {
        if (!row.reason.empty()) return addProblem(report, row.line, row.reason, row.text, false);
        std::fill(slots.begin(), slots.end(), nullptr);
        bool isMended = false;
        for (const JsonMember& member : row.members) slots[plan.keys.positions.at(member.key)] = &member;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const auto column = static_cast<int>(i);
            if (slots[i] == nullptr || slots[i]->kind == JsonKind::Null) {
                writer.appendNull(column);
            } else if (plan.encoding.isCleanUtf8 || isValidUtf8(slots[i]->value)) {
                writer.append(column, slots[i]->value);
            } else {
                writer.append(column, mendUtf8(slots[i]->value));
                isMended = true;
            }
        }
        writer.endRow();
        ++report.rows;
        if (isMended) addProblem(report, row.line, "bytes that the encoding cannot read stand as \xEF\xBF\xBD", row.text, true);
    });
    noteBlankLines(report);
    throwIfStopped(job.stop);
    report.fingerprint = writer.finish();
    return report;
}

}  // namespace lathe::data
