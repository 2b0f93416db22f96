// SPDX-License-Identifier: GPL-3.0-or-later
/// Arrow's statuses as lathe::Error, and an Arrow output stream onto an atomic file.
#pragma once
#include <filesystem>
#include <string>

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include "base/files.h"

namespace lathe::data {

/// Throws what `status` says; `doing` and `file` make the sentence ("read the table", "x.parquet").
[[noreturn]] void throwArrow(const arrow::Status& status, const std::string& doing, const std::filesystem::path& file);

inline void checkArrow(const arrow::Status& status, const std::string& doing, const std::filesystem::path& file) {
    if (!status.ok()) throwArrow(status, doing, file);
}

template <class T>
T valueOf(arrow::Result<T> result, const std::string& doing, const std::filesystem::path& file) {
    if (!result.ok()) throwArrow(result.status(), doing, file);
    return std::move(result).ValueUnsafe();
}

/// Writes through an AtomicFileWriter. A failure is kept and thrown again as the lathe::Error it was by rethrow().
class AtomicOutputStream final : public arrow::io::OutputStream {
public:
    explicit AtomicOutputStream(std::filesystem::path file);

    arrow::Status Write(const void* data, std::int64_t byteCount) override;
    arrow::Status Close() override;
    arrow::Result<std::int64_t> Tell() const override;
    bool closed() const override { return isClosed_; }

    /// Makes the file appear. Throws Io.
    void commit();
    /// Throws the failure that Write met, if it met one.
    void rethrow() const;

private:
    base::AtomicFileWriter writer_;
    std::int64_t position_ = 0;
    bool isClosed_ = false;
    std::exception_ptr failure_;
};

}  // namespace lathe::data
