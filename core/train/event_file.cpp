// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/event_file.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::train {
namespace {

std::array<std::uint32_t, 256> makeCrcTable() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0x82f63b78U : 0U);
        table[i] = value;
    }
    return table;
}

template <class T>
void appendLittleEndian(std::string& out, T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xffU));
}

void appendVarint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    out.push_back(static_cast<char>(value));
}

// Protocol-buffer wire types: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.
void appendKey(std::string& out, std::uint32_t field, std::uint32_t wireType) { appendVarint(out, (field << 3) | wireType); }

void appendBytes(std::string& out, std::uint32_t field, std::string_view bytes) {
    appendKey(out, field, 2);
    appendVarint(out, bytes.size());
    out += bytes;
}

double secondsNow() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// Event { double wall_time = 1; int64 step = 2; oneof { string file_version = 3; Summary summary = 5; } }
std::string eventHead(std::int64_t step) {
    std::string event;
    appendKey(event, 1, 1);
    appendLittleEndian(event, std::bit_cast<std::uint64_t>(secondsNow()));
    if (step != 0) {
        appendKey(event, 2, 0);
        appendVarint(event, static_cast<std::uint64_t>(step));
    }
    return event;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    static const auto table = makeCrcTable();
    std::uint32_t crc = 0xffffffffU;
    for (const char byte : bytes) crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xffU] ^ (crc >> 8);
    return crc ^ 0xffffffffU;
}

std::uint32_t maskedCrc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8U; }

EventFile::EventFile(const std::filesystem::path& folder) {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    const auto seconds = static_cast<std::int64_t>(secondsNow());
    std::string name = fmt::format("events.out.tfevents.{:010}.{}.{}", seconds, host[0] == '\0' ? "localhost" : host.data(), getpid());
    for (int attempt = 1; std::filesystem::exists(folder / name); ++attempt) name += fmt::format(".{}", attempt);
    file_ = folder / name;
    out_.open(file_, std::ios::binary | std::ios::app);
    std::string event = eventHead(0);
    appendBytes(event, 3, "brain.Event:2");
    writeRecord(event);
}

void EventFile::addScalar(std::string_view tag, std::int64_t step, double value) {
    // Summary { repeated Value value = 1 }, Value { string tag = 1; float simple_value = 2 }
    std::string point;
    appendBytes(point, 1, tag);
    appendKey(point, 2, 5);
    appendLittleEndian(point, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
    std::string summary;
    appendBytes(summary, 1, point);
    std::string event = eventHead(step);
    appendBytes(event, 5, summary);
    writeRecord(event);
}

void EventFile::writeRecord(std::string_view data) {
    std::string length;
    appendLittleEndian(length, static_cast<std::uint64_t>(data.size()));
    std::string record = length;
    appendLittleEndian(record, maskedCrc32c(length));
    record += data;
    appendLittleEndian(record, maskedCrc32c(data));
    out_.write(record.data(), static_cast<std::streamsize>(record.size()));
    out_.flush();
    if (!out_) throw Error(ErrorCode::Io, fmt::format("{} cannot be written. The disk may be full or the folder read-only. Free space or choose another output folder.", file_.string()), {file_.string()});
}

}  // namespace lathe::train
