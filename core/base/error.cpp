// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/error.h>
#include <lathe/progress.h>

#include <utility>

namespace lathe {

std::string_view errorCodeName(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidInput: return "InvalidInput";
        case ErrorCode::NotFound: return "NotFound";
        case ErrorCode::Io: return "Io";
        case ErrorCode::CorruptFile: return "CorruptFile";
        case ErrorCode::Unsupported: return "Unsupported";
        case ErrorCode::OutOfMemory: return "OutOfMemory";
        case ErrorCode::NonFinite: return "NonFinite";
        case ErrorCode::Cancelled: return "Cancelled";
        case ErrorCode::Internal: break;
    }
    return "Internal";
}

Error::Error(ErrorCode code, std::string sentence, ErrorContext context)
    : code_(code), sentence_(std::move(sentence)), context_(std::move(context)) {}

void throwIfStopped(const std::stop_token& stop) {
    if (stop.stop_requested()) throw Error(ErrorCode::Cancelled, "Stopped as asked.");
}

}  // namespace lathe
