// SPDX-License-Identifier: GPL-3.0-or-later
/// What stands behind lathe::Table: Arrow record batches and raw pointers into them.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <arrow/record_batch.h>
#include <lathe/table.h>

namespace lathe {

struct Table::Impl {
    /// One column of one batch. Offsets are checked against dataSize at each access, so a damaged file cannot read outside.
    struct Chunk {
        const std::int64_t* offsets = nullptr;
        const char* data = nullptr;
        std::int64_t dataSize = 0;
        const std::uint8_t* validity = nullptr;   ///< nullptr: no nulls
        std::int64_t validityOffset = 0;
    };

    std::filesystem::path file;
    std::vector<std::string> names;
    std::vector<bool> isJson;
    std::unordered_map<std::string, int> positions;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    std::vector<std::int64_t> firstRows;          ///< of each batch, then the row count
    std::vector<Chunk> chunks;                    ///< batch-major
    mutable std::once_flag fingerprintOnce;
    mutable std::string fingerprint;

    std::size_t batchOf(std::int64_t row) const;
};

namespace data {

/// Key under which a table file's footer keeps the fingerprint, and a field's mark for bare JSON values.
inline constexpr const char* kFingerprintKey = "lathe.fingerprint";
inline constexpr const char* kJsonKey = "lathe.json";
inline constexpr std::int64_t kBatchRows = 65'536;

/// A table over batches of large strings. `fingerprint` empty = computed when asked for. Throws Unsupported, CorruptFile.
std::shared_ptr<const Table> makeTable(std::filesystem::path file, const std::shared_ptr<arrow::Schema>& schema,
                                       std::vector<std::shared_ptr<arrow::RecordBatch>> batches, std::string fingerprint);

}  // namespace data
}  // namespace lathe
