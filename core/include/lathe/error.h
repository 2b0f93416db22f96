// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace lathe {

/// What a user can do about an error; the sentence says the rest.
enum class ErrorCode { InvalidInput, NotFound, Io, CorruptFile, Unsupported, OutOfMemory, NonFinite, Cancelled, Internal };

/// Name of a code as the command line's --json prints it, such as "CorruptFile".
std::string_view errorCodeName(ErrorCode code);

/// Where it happened; -1 and empty mean "not applicable".
struct ErrorContext {
    std::string file;
    std::int64_t line = -1;
    std::int64_t row = -1;
    std::int64_t step = -1;
};

/// The only exception type that leaves core. what() is the full sentence: WHAT. WHY. WHAT TO DO.
class Error : public std::exception {
public:
    Error(ErrorCode code, std::string sentence, ErrorContext context = {});

    ErrorCode code() const noexcept { return code_; }
    const ErrorContext& context() const noexcept { return context_; }
    const char* what() const noexcept override { return sentence_.c_str(); }

private:
    ErrorCode code_;
    std::string sentence_;
    ErrorContext context_;
};

}  // namespace lathe
