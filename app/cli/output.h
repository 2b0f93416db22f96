// SPDX-License-Identifier: GPL-3.0-or-later
/// Text for people on a terminal, plain lines when piped, one JSON value a line with --json.
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include <lathe/progress.h>
#include <nlohmann/json.hpp>

namespace lathe::cli {

using Json = nlohmann::ordered_json;

class Output {
public:
    bool isJson = false;  ///< --json

    /// One line for people on stdout; nothing with --json.
    void line(const std::string& text);
    /// One JSON value on stdout, whatever the mode.
    void json(const Json& value);
    /// Text without a line end on stdout, shown at once; nothing with --json.
    void text(const std::string& text);
    /// A remark on stderr, such as a warning. With --json too, since stderr is not parsed.
    void remark(const std::string& text);

    /// Redraws the progress bar on a terminal (at most ten times a second); piped, a line at each new stage.
    void progress(const Progress& progress, const std::string& suffix = {});
    /// Removes the progress bar before other text.
    void clearProgress();
    ProgressSink progressSink();

private:
    void clearProgressLocked();

    std::mutex mutex_;
    std::string stage_;
    bool hasBar_ = false;
    std::chrono::steady_clock::time_point lastDraw_{};
};

/// "About 3 minutes left"; empty if unknown (negative).
std::string secondsLeftText(double seconds);
/// "135 M", "1.2 GiB", "1 h 05 min".
std::string countText(std::int64_t count);
std::string bytesText(std::uint64_t bytes);
std::string durationText(double seconds);

}  // namespace lathe::cli
