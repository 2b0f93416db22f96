// SPDX-License-Identifier: GPL-3.0-or-later
#include "output.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <unistd.h>

#include <fmt/format.h>

namespace lathe::cli {
namespace {

bool isTerminal() {
    static const bool answer = ::isatty(STDERR_FILENO) == 1;
    return answer;
}

void put(std::FILE* file, const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fflush(file);
}

}  // namespace

void Output::line(const std::string& text) {
    if (isJson) return;
    const std::lock_guard lock(mutex_);
    clearProgressLocked();
    put(stdout, text + "\n");
}

void Output::json(const Json& value) {
    const std::lock_guard lock(mutex_);
    clearProgressLocked();
    put(stdout, value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Output::text(const std::string& text) {
    if (isJson) return;
    const std::lock_guard lock(mutex_);
    clearProgressLocked();
    put(stdout, text);
}

void Output::remark(const std::string& text) {
    const std::lock_guard lock(mutex_);
    clearProgressLocked();
    put(stderr, text + "\n");
}

void Output::progress(const Progress& progress, const std::string& suffix) {
    if (isJson) return;
    const std::lock_guard lock(mutex_);
    const bool isNewStage = progress.stage != stage_;
    stage_ = progress.stage;
    if (!isTerminal()) {
        if (isNewStage && !stage_.empty()) put(stderr, stage_ + " …\n");
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!isNewStage && now - lastDraw_ < std::chrono::milliseconds(100)) return;
    lastDraw_ = now;
    hasBar_ = true;
    if (progress.total <= 0) {
        put(stderr, fmt::format("\r\033[K{} … {}", stage_, suffix));
        return;
    }
    constexpr int kWidth = 28;
    const double share = std::clamp(progress.done / progress.total, 0.0, 1.0);
    const int filled = static_cast<int>(std::lround(share * kWidth));
    std::string bar;
    for (int i = 0; i < kWidth; ++i) bar += i < filled ? "━" : "╌";
    put(stderr, fmt::format("\r\033[K{} {} {:3.0f} %  {}", stage_, bar, share * 100, suffix));
}

void Output::clearProgress() {
    const std::lock_guard lock(mutex_);
    clearProgressLocked();
}

void Output::clearProgressLocked() {
    if (hasBar_) put(stderr, "\r\033[K");
    hasBar_ = false;
}

ProgressSink Output::progressSink() {
    return [this](const Progress& now) { progress(now); };
}

std::string secondsLeftText(double seconds) {
    if (seconds < 0) return {};
    if (seconds < 45) return "less than a minute left";
    const double minutes = seconds / 60;
    constexpr std::array<int, 8> kRound{1, 2, 3, 5, 10, 15, 20, 30};
    if (minutes < 40) {
        const auto nearest = std::min_element(kRound.begin(), kRound.end(), [&](int a, int b) { return std::abs(a - minutes) < std::abs(b - minutes); });
        return fmt::format("about {} minute{} left", *nearest, *nearest == 1 ? "" : "s");
    }
    return fmt::format("about {:.0f} h {:02.0f} min left", std::floor(minutes / 60), std::floor(std::fmod(minutes, 60) / 10) * 10);
}

std::string countText(std::int64_t count) {
    const auto value = static_cast<double>(count);
    if (count >= 1'000'000'000) return fmt::format("{:.2f} B", value / 1e9);
    if (count >= 1'000'000) return fmt::format("{:.1f} M", value / 1e6);
    if (count >= 10'000) return fmt::format("{:.1f} k", value / 1e3);
    return fmt::format("{}", count);
}

std::string bytesText(std::uint64_t bytes) {
    const auto value = static_cast<double>(bytes);
    if (bytes >= 1u << 30) return fmt::format("{:.2f} GiB", value / (1u << 30));
    if (bytes >= 1u << 20) return fmt::format("{:.1f} MiB", value / (1u << 20));
    if (bytes >= 1u << 10) return fmt::format("{:.1f} KiB", value / (1u << 10));
    return fmt::format("{} B", bytes);
}

std::string durationText(double seconds) {
    if (seconds < 60) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(seconds);
    if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace lathe::cli
