// SPDX-License-Identifier: GPL-3.0-or-later
/// TensorBoard event files (tensorflow/core/util/event.proto, lib/io/record_writer): scalars only.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace lathe::train {

/// CRC-32C (Castagnoli), reflected, as RFC 3720 B.4.
std::uint32_t crc32c(std::string_view bytes);
/// The masked form of TensorFlow records: rotate right by 15, add 0xa282ead8.
std::uint32_t maskedCrc32c(std::string_view bytes);

class EventFile {
public:
    /// Opens DIR/events.out.tfevents.SECONDS.HOST and writes the version record. Throws Io.
    explicit EventFile(const std::filesystem::path& folder);
    /// One point; flushed at once. Tags such as "train/loss". Throws Io.
    void addScalar(std::string_view tag, std::int64_t step, double value);

private:
    void writeRecord(std::string_view data);
    std::ofstream out_;
    std::filesystem::path file_;
};

}  // namespace lathe::train
