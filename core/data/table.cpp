// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/table.h>

#include <algorithm>

#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "data/arrow_support.h"
#include "data/fingerprint.h"
#include "data/table_impl.h"
#include "data/table_writer.h"

namespace lathe {
namespace data {
namespace {

Table::Impl::Chunk chunkOf(const arrow::Array& array) {
    const auto& strings = static_cast<const arrow::LargeStringArray&>(array);
    Table::Impl::Chunk chunk;
    chunk.offsets = strings.raw_value_offsets();
    const auto& bytes = strings.value_data();
    chunk.data = bytes ? reinterpret_cast<const char*>(bytes->data()) : nullptr;
    chunk.dataSize = bytes ? bytes->size() : 0;
    chunk.validity = array.null_count() > 0 ? array.null_bitmap_data() : nullptr;
    chunk.validityOffset = array.offset();
    return chunk;
}

void fillColumns(Table::Impl& impl, const arrow::Schema& schema) {
    for (int column = 0; column < schema.num_fields(); ++column) {
        const auto& field = schema.field(column);
        if (field->type()->id() != arrow::Type::LARGE_STRING) {
            throw Error(ErrorCode::Unsupported, fmt::format("The column {} of {} has the type {}. A table file of this program holds text only. Import the "
                                                            "original file instead.", field->name(), impl.file.string(), field->type()->ToString()),
                        {impl.file.string()});
        }
        impl.names.push_back(field->name());
        impl.isJson.push_back(field->metadata() && field->metadata()->Contains(kJsonKey));
        if (!impl.positions.emplace(field->name(), column).second) {
            throw Error(ErrorCode::CorruptFile, fmt::format("{} has two columns named {}. Names must differ. Import the original file again.",
                                                            impl.file.string(), field->name()), {impl.file.string()});
        }
    }
}

}  // namespace

std::shared_ptr<const Table> makeTable(std::filesystem::path file, const std::shared_ptr<arrow::Schema>& schema,
                                       std::vector<std::shared_ptr<arrow::RecordBatch>> batches, std::string fingerprint) {
    auto impl = std::make_unique<Table::Impl>();
    impl->file = std::move(file);
    fillColumns(*impl, *schema);
    std::int64_t rows = 0;
    for (const auto& batch : batches) {
        if (batch->num_columns() != schema->num_fields()) {
            throw Error(ErrorCode::CorruptFile, fmt::format("{} is damaged: a block of rows lacks columns. Import the original file again.", impl->file.string()));
        }
        checkArrow(batch->Validate(), "open the table", impl->file);
        impl->firstRows.push_back(rows);
        rows += batch->num_rows();
        for (const auto& column : batch->columns()) impl->chunks.push_back(chunkOf(*column));
    }
    impl->firstRows.push_back(rows);
    impl->batches = std::move(batches);
    impl->fingerprint = std::move(fingerprint);
    return std::make_shared<const Table>(std::move(impl));
}

}  // namespace data

std::size_t Table::Impl::batchOf(std::int64_t row) const {
    // Batches are of one size as a rule, so the guess nearly always holds.
    const auto guess = static_cast<std::size_t>(row / data::kBatchRows);
    if (guess + 1 < firstRows.size() && firstRows[guess] <= row && row < firstRows[guess + 1]) return guess;
    return static_cast<std::size_t>(std::upper_bound(firstRows.begin(), firstRows.end(), row) - firstRows.begin()) - 1;
}

std::shared_ptr<const Table> Table::open(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file))
        throw Error(ErrorCode::NotFound, fmt::format("{} does not exist. It may have been moved or deleted. Import the data again.", file.string()), {file.string()});
    if (std::filesystem::is_directory(file))
        throw Error(ErrorCode::InvalidInput, fmt::format("{} is a folder. A table file is expected. Choose a file in it.", file.string()), {file.string()});
    try {
        auto input = data::valueOf(arrow::io::MemoryMappedFile::Open(file.string(), arrow::io::FileMode::READ), "open", file);
        auto reader = data::valueOf(arrow::ipc::RecordBatchFileReader::Open(input), "open the table", file);
        std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
        for (int i = 0; i < reader->num_record_batches(); ++i)
            batches.push_back(data::valueOf(reader->ReadRecordBatch(i), "open the table", file));
        std::string fingerprint;
        if (const auto& metadata = reader->metadata(); metadata && metadata->Contains(data::kFingerprintKey))
            fingerprint = metadata->Get(data::kFingerprintKey).ValueOr("");
        return data::makeTable(file, reader->schema(), std::move(batches), std::move(fingerprint));
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("There is not enough memory to open {}. Close other programs and try again.", file.string()), {file.string()});
    }
}

std::shared_ptr<const Table> Table::fromColumns(std::vector<std::string> names, const std::vector<std::vector<std::string>>& columns) {
    if (names.size() != columns.size())
        throw Error(ErrorCode::InvalidInput, fmt::format("{} names were given for {} columns. Give one name a column.", names.size(), columns.size()));
    data::TableWriter writer(std::move(names));
    const std::size_t rows = columns.empty() ? 0 : columns.front().size();
    for (const auto& column : columns) {
        if (column.size() != rows) throw Error(ErrorCode::InvalidInput, "The columns differ in length. Give every column the same number of cells.");
    }
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns.size(); ++column) writer.append(static_cast<int>(column), columns[column][row]);
        writer.endRow();
    }
    return writer.finishInMemory();
}

Table::Table(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Table::~Table() = default;

std::int64_t Table::rowCount() const { return impl_->firstRows.back(); }
int Table::columnCount() const { return static_cast<int>(impl_->names.size()); }
const std::vector<std::string>& Table::columnNames() const { return impl_->names; }
const std::filesystem::path& Table::file() const { return impl_->file; }

std::optional<int> Table::columnIndex(std::string_view name) const {
    const auto found = impl_->positions.find(std::string(name));
    if (found == impl_->positions.end()) return std::nullopt;
    return found->second;
}

int Table::requireColumn(std::string_view name) const {
    if (const auto column = columnIndex(name)) return *column;
    throw Error(ErrorCode::NotFound, fmt::format("There is no column \"{}\". The columns are: {}. Choose one of them.", name, fmt::join(impl_->names, ", ")));
}

namespace {

struct Place {
    const Table::Impl::Chunk* chunk;
    std::int64_t index;
};

Place placeOf(const Table::Impl& impl, std::int64_t row, int column) {
    if (row < 0 || row >= impl.firstRows.back() || column < 0 || static_cast<std::size_t>(column) >= impl.names.size()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("There is no cell at row {}, column {}: the table has {} rows and {} columns.", row, column,
                                                         impl.firstRows.back(), impl.names.size()));
    }
    const std::size_t batch = impl.batchOf(row);
    return {&impl.chunks[batch * impl.names.size() + static_cast<std::size_t>(column)], row - impl.firstRows[batch]};
}

bool isNullAt(const Place& place) {
    return place.chunk->validity != nullptr && !arrow::bit_util::GetBit(place.chunk->validity, place.index + place.chunk->validityOffset);
}

}  // namespace

std::string_view Table::cell(std::int64_t row, int column) const {
    const Place place = placeOf(*impl_, row, column);
    if (isNullAt(place)) return {};
    const std::int64_t begin = place.chunk->offsets[place.index];
    const std::int64_t end = place.chunk->offsets[place.index + 1];
    if (begin < 0 || end < begin || end > place.chunk->dataSize) {
        throw Error(ErrorCode::CorruptFile, fmt::format("Row {} of {} is damaged. Import the original file again.", row + 1, impl_->file.string()),
                    {impl_->file.string(), -1, row});
    }
    return {place.chunk->data + begin, static_cast<std::size_t>(end - begin)};
}

bool Table::isNull(std::int64_t row, int column) const { return isNullAt(placeOf(*impl_, row, column)); }

bool Table::isBlank(std::int64_t row, int column) const {
    const std::string_view text = cell(row, column);
    return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

bool Table::isJsonColumn(int column) const {
    return column >= 0 && static_cast<std::size_t>(column) < impl_->isJson.size() && impl_->isJson[static_cast<std::size_t>(column)];
}

const std::string& Table::fingerprint() const {
    std::call_once(impl_->fingerprintOnce, [this] {
        if (!impl_->fingerprint.empty()) return;
        data::Fingerprint print(impl_->names);
        for (int column = 0; column < columnCount(); ++column) {
            for (std::int64_t row = 0; row < rowCount(); ++row) {
                const std::string_view text = cell(row, column);
                const std::int64_t length = isNull(row, column) ? -1 : static_cast<std::int64_t>(text.size());
                print.add(column, {&length, 1}, text);
            }
        }
        impl_->fingerprint = print.hex();
    });
    return impl_->fingerprint;
}

}  // namespace lathe
