// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include <lathe/data.h>
#include <xxhash.h>

#include "base/json.h"
#include "data/column_type.h"
#include "data/utf8.h"

namespace lathe {
namespace {

using Counts = std::unordered_map<std::string_view, std::int64_t>;

constexpr std::array<std::string_view, 7> kSeparators{", ", "; ", ",", ";", "|", " / ", "/"};

std::string_view trimmed(std::string_view text) {
    static constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlanks);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<ValueCount> mostFrequentOf(const Counts& counts, std::size_t limit) {
    std::vector<std::pair<std::string_view, std::int64_t>> sorted(counts.begin(), counts.end());
    const std::size_t kept = std::min(limit, sorted.size());
    std::partial_sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(kept), sorted.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    std::vector<ValueCount> values;
    for (std::size_t i = 0; i < kept; ++i) values.push_back({std::string(sorted[i].first), sorted[i].second});
    return values;
}

/// A tag such as <br> or </p>, or an entity such as &amp; or &#39;.
bool hasHtml(std::string_view text) {
    for (std::size_t i = text.find_first_of("<&"); i != std::string_view::npos; i = text.find_first_of("<&", i + 1)) {
        std::size_t k = i + 1;
        if (text[i] == '<') {
            if (k < text.size() && text[k] == '/') ++k;
            const std::size_t nameBegin = k;
            while (k < text.size() && ((text[k] | 0x20) >= 'a' && (text[k] | 0x20) <= 'z')) ++k;
            if (k < text.size() && text[k] >= '1' && text[k] <= '6') ++k;
            if (k > nameBegin && k < text.size() && (text[k] == '>' || text[k] == '/' || text[k] == ' ') && text.find('>', k) != std::string_view::npos) return true;
        } else {
            if (k < text.size() && text[k] == '#') ++k;
            const std::size_t nameBegin = k;
            while (k < text.size() && k - nameBegin < 10 && (((text[k] | 0x20) >= 'a' && (text[k] | 0x20) <= 'z') || (text[k] >= '0' && text[k] <= '9'))) ++k;
            if (k > nameBegin + 1 && k < text.size() && text[k] == ';') return true;
        }
    }
    return false;
}

bool hasControlCharacter(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) return true;
        if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

/// How well a separator turns the distinct cells into few short labels; 0 = not at all.
double separatorScore(const Counts& cells, std::string_view separator) {
    std::unordered_map<std::string, std::int64_t> labels;
    std::int64_t parts = 0, cellsWith = 0, rows = 0, longParts = 0;
    std::size_t looked = 0;
    for (const auto& [cell, count] : cells) {
        if (++looked > 20'000) break;
        rows += count;
        if (cell.size() > 400) return 0;
        const auto split = splitLabels(cell, separator);
        if (split.size() > 1) cellsWith += count;
        for (const std::string& label : split) {
            parts += count;
            labels[label] += count;
            longParts += label.size() > 40 || std::count(label.begin(), label.end(), ' ') > 4;
        }
    }
    if (parts == 0 || rows == 0) return 0;
    const double spread = static_cast<double>(cellsWith) / static_cast<double>(rows);
    const double variety = static_cast<double>(labels.size()) / static_cast<double>(parts);
    const double longShare = static_cast<double>(longParts) / static_cast<double>(std::max<std::size_t>(labels.size(), 1));
    if (spread < 0.05 || variety > 0.35 || longShare > 0.2) return 0;
    return spread * (1 - variety);
}

std::string foundSeparator(const Counts& cells) {
    // A list per cell, as Parquet and JSONL have them, needs no separator.
    const bool isList = !cells.empty() && std::all_of(cells.begin(), cells.end(), [](const auto& entry) { return entry.first.starts_with('[') && entry.first.ends_with(']'); });
    if (isList) return ",";
    std::string best;
    double bestScore = 0.04;
    for (const std::string_view separator : kSeparators) {
        const double score = separatorScore(cells, separator);
        if (score > bestScore + 1e-6) {
            bestScore = score;
            best = separator;
        }
    }
    return best;
}

ColumnType typeOf(const Counts& counts, std::int64_t filled, bool isJson, double meanLength) {
    if (filled == 0) return ColumnType::Empty;
    const auto all = [&](auto test) { return std::all_of(counts.begin(), counts.end(), [&](const auto& entry) { return test(entry.first); }); };
    if (all(data::isIntegerText)) return ColumnType::Integer;
    if (all(data::isNumberText)) return ColumnType::Number;
    if (all(data::isBooleanText)) return ColumnType::Boolean;
    if (all(data::isDateText)) return ColumnType::Date;
    if (isJson && all([](std::string_view cell) { return cell.starts_with('{') || cell.starts_with('['); })) return ColumnType::Json;
    const auto distinct = static_cast<std::int64_t>(counts.size());
    if (meanLength <= 60 && distinct <= std::max<std::int64_t>(2, std::min<std::int64_t>(filled / 3, 1'000))) return ColumnType::Category;
    return ColumnType::Text;
}

void countLabels(const Counts& cells, ColumnProfile& profile) {
    std::map<std::string, std::int64_t> labels;
    std::map<std::pair<std::string, std::string>, std::int64_t> pairs;
    std::int64_t rows = 0, total = 0;
    for (const auto& [cell, count] : cells) {
        auto parts = splitLabels(cell, profile.labelSeparator);
        rows += count;
        total += count * static_cast<std::int64_t>(parts.size());
        std::sort(parts.begin(), parts.end());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            labels[parts[i]] += count;
            for (std::size_t k = i + 1; k < parts.size() && parts.size() <= 64; ++k) pairs[{parts[i], parts[k]}] += count;
        }
    }
    profile.labelsPerRow = rows == 0 ? 0 : static_cast<double>(total) / static_cast<double>(rows);
    for (const auto& [label, count] : labels) profile.labels.push_back({label, count});
    std::stable_sort(profile.labels.begin(), profile.labels.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
    for (const auto& [pair, count] : pairs) profile.coOccurrence.push_back({pair.first, pair.second, count});
    std::stable_sort(profile.coOccurrence.begin(), profile.coOccurrence.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
    if (profile.coOccurrence.size() > 200) profile.coOccurrence.resize(200);
}

}  // namespace

std::string_view columnTypeName(ColumnType type) {
    static constexpr std::array<std::string_view, 9> kNames{"empty", "integer", "number", "boolean", "date", "labels", "category", "text", "JSON"};
    return kNames[static_cast<std::size_t>(type)];
}

std::vector<std::string> splitLabels(std::string_view cell, std::string_view separator) {
    std::vector<std::string> labels;
    std::unordered_set<std::string> seen;
    const auto add = [&](std::string_view part) {
        std::string label(trimmed(part));
        if (!label.empty() && seen.insert(label).second) labels.push_back(std::move(label));
    };
    const std::string_view whole = trimmed(cell);
    if (whole.starts_with('[') && whole.ends_with(']')) {
        const base::Json list = base::Json::parse(whole.begin(), whole.end(), nullptr, false);
        if (list.is_array() && std::all_of(list.begin(), list.end(), [](const base::Json& item) { return item.is_primitive(); })) {
            for (const base::Json& item : list) add(item.is_string() ? item.get<std::string>() : item.dump());
            return labels;
        }
    }
    // ", " and "," are one to a person, so a separator with blanks splits without them too.
    const std::string_view mark = trimmed(separator).empty() ? separator : trimmed(separator);
    if (mark.empty()) {
        add(cell);
        return labels;
    }
    for (std::size_t at = 0; at <= cell.size();) {
        const std::size_t end = std::min(cell.find(mark, at), cell.size());
        add(cell.substr(at, end - at));
        at = end + mark.size();
    }
    return labels;
}

LengthHistogram lengthHistogram(std::vector<std::int64_t> lengths) {
    LengthHistogram histogram;
    histogram.counts.assign(40, 0);
    if (lengths.empty()) return histogram;
    std::sort(lengths.begin(), lengths.end());
    const std::size_t count = lengths.size();
    histogram.minimum = lengths.front();
    histogram.maximum = lengths.back();
    histogram.median = lengths[(count - 1) / 2];
    histogram.percentile95 = lengths[static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(count))) - 1];
    histogram.mean = static_cast<double>(std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0})) / static_cast<double>(count);
    histogram.binWidth = std::max<std::int64_t>(1, (histogram.maximum + 40) / 40);
    for (const std::int64_t length : lengths) ++histogram.counts[static_cast<std::size_t>(std::min<std::int64_t>(39, length / histogram.binWidth))];
    return histogram;
}

ColumnProfile profileColumn(const Table& table, int column, const std::string& labelSeparator, const ProgressSink& progress, std::stop_token stop) {
    ColumnProfile profile;
    profile.rows = table.rowCount();
    if (column < 0 || column >= table.columnCount()) table.requireColumn(std::to_string(column));
    profile.name = table.columnNames()[static_cast<std::size_t>(column)];
    Counts counts;
    std::vector<std::int64_t> lengths;
    for (std::int64_t row = 0; row < table.rowCount(); ++row) {
        if (row % 4'096 == 0) {
            throwIfStopped(stop);
            if (progress) progress({"Looking at the column", static_cast<double>(row), static_cast<double>(table.rowCount())});
        }
        if (table.isBlank(row, column)) {
            ++profile.blanks;
            continue;
        }
        const std::string_view cell = table.cell(row, column);
        lengths.push_back(data::codePointCount(cell));
        profile.controlCharacterRows += hasControlCharacter(cell);
        profile.htmlRows += hasHtml(cell);
        profile.replacementCharacterRows += cell.find("\xEF\xBF\xBD") != std::string_view::npos;
        ++counts[cell];
    }
    const std::int64_t filled = profile.rows - profile.blanks;
    profile.distinct = static_cast<std::int64_t>(counts.size());
    profile.exactDuplicates = filled - profile.distinct;
    profile.mostFrequent = mostFrequentOf(counts, 20);
    profile.characters = lengthHistogram(std::move(lengths));
    profile.type = typeOf(counts, filled, table.isJsonColumn(column), profile.characters.mean);
    const bool mayBeLabels = profile.type == ColumnType::Category || profile.type == ColumnType::Text || profile.type == ColumnType::Json;
    if (labelSeparator != "none" && (mayBeLabels || !labelSeparator.empty())) {
        profile.labelSeparator = labelSeparator.empty() ? foundSeparator(counts) : labelSeparator;
        if (!profile.labelSeparator.empty()) profile.type = ColumnType::LabelSet;
    }
    if (profile.type == ColumnType::LabelSet) countLabels(counts, profile);
    return profile;
}

std::int64_t duplicateRowCount(const Table& table, std::stop_token stop) {
    struct Hash {
        std::size_t operator()(const XXH128_hash_t& value) const { return value.low64; }
    };
    struct Equal {
        bool operator()(const XXH128_hash_t& a, const XXH128_hash_t& b) const { return XXH128_isEqual(a, b) != 0; }
    };
    std::unordered_set<XXH128_hash_t, Hash, Equal> seen;
    std::int64_t duplicates = 0;
    std::string joined;
    for (std::int64_t row = 0; row < table.rowCount(); ++row) {
        if (row % 4'096 == 0) throwIfStopped(stop);
        joined.clear();
        for (int column = 0; column < table.columnCount(); ++column) {
            const std::string_view cell = table.cell(row, column);
            const std::uint64_t size = cell.size();
            joined.append(reinterpret_cast<const char*>(&size), sizeof size);
            joined += cell;
        }
        duplicates += !seen.insert(XXH3_128bits(joined.data(), joined.size())).second;
    }
    return duplicates;
}

}  // namespace lathe
