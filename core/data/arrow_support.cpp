// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/arrow_support.h"

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::data {

void throwArrow(const arrow::Status& status, const std::string& doing, const std::filesystem::path& file) {
    const std::string why = status.message().empty() ? status.CodeAsString() : status.message();
    if (status.IsOutOfMemory()) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("Could not {} {}. There is not enough memory. Close other programs and try again.", doing, file.string()),
                    {file.string()});
    }
    if (status.IsNotImplemented()) {
        throw Error(ErrorCode::Unsupported, fmt::format("Could not {} {}. {}. Save it with another compression or type and try again.", doing, file.string(), why),
                    {file.string()});
    }
    if (status.IsIOError()) {
        throw Error(ErrorCode::Io, fmt::format("Could not {} {}. {}. Check that the disk is there and has free space.", doing, file.string(), why), {file.string()});
    }
    throw Error(ErrorCode::CorruptFile, fmt::format("Could not {} {}. {}. The file is damaged or of another kind; bring in the original again.", doing,
                                                    file.string(), why), {file.string()});
}

AtomicOutputStream::AtomicOutputStream(std::filesystem::path file) : writer_(std::move(file)) {}

arrow::Status AtomicOutputStream::Write(const void* data, std::int64_t byteCount) {
    try {
        writer_.write(std::span(static_cast<const std::byte*>(data), static_cast<std::size_t>(byteCount)));
    } catch (const Error& error) {
        failure_ = std::current_exception();
        return arrow::Status::IOError(error.what());
    }
    position_ += byteCount;
    return arrow::Status::OK();
}

arrow::Status AtomicOutputStream::Close() {
    isClosed_ = true;
    return arrow::Status::OK();
}

arrow::Result<std::int64_t> AtomicOutputStream::Tell() const { return position_; }

void AtomicOutputStream::commit() { writer_.commit(); }

void AtomicOutputStream::rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
}

}  // namespace lathe::data
