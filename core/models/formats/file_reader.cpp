// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/formats/file_reader.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::formats {
namespace {

/// 2^18 values keep a chunk's input and output inside the second-level cache of common machines.
constexpr std::uint64_t kChunkElements = 1u << 18;

[[noreturn]] void throwSystemError(const std::filesystem::path& file, int code) {
    const bool isMissing = code == ENOENT || code == ENOTDIR;
    throw Error(
        isMissing ? ErrorCode::NotFound : ErrorCode::Io,
        fmt::format("Could not read {}. {}. Check the path and its permissions.", file.string(), std::strerror(code)),
        {file.string()});
}

/// Runs work(0..count-1) on up to the machine's number of threads; the first exception is thrown here.
template <typename Work>
void forEachChunk(std::uint64_t count, const Work& work) {
    const auto threads = std::min<std::uint64_t>(count, std::clamp(std::thread::hardware_concurrency(), 1u, 16u));
    if (threads <= 1) {
        for (std::uint64_t i = 0; i < count; ++i) work(i);
        return;
    }
    std::atomic<std::uint64_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto run = [&] {
        try {
            for (std::uint64_t i = next++; i < count; i = next++) work(i);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!failure) failure = std::current_exception();
            next = count;
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (std::uint64_t i = 1; i < threads; ++i) helpers.emplace_back(run);
        run();
    }
    if (failure) std::rethrow_exception(failure);
}

/// One chunk: whole blocks are read and converted; a range that starts or ends inside a block goes through a copy.
void readChunk(const FileReader& file, const TensorInfo& tensor, std::uint64_t offset, std::span<float> out,
               std::uint64_t first) {
    const BlockSize block = blockSize(tensor.type);
    const std::uint64_t firstBlock = first / block.elements;
    const std::uint64_t blocks = (first + out.size() + block.elements - 1) / block.elements - firstBlock;
    if (tensor.type == TensorType::F32) return file.readAt(offset + first * 4, std::as_writable_bytes(out));
    std::vector<std::byte> bytes(blocks * block.bytes);
    file.readAt(offset + firstBlock * block.bytes, bytes);
    if (blocks * block.elements == out.size()) return toFloat(tensor.type, bytes, out);
    std::vector<float> values(blocks * block.elements);
    toFloat(tensor.type, bytes, values);
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first - firstBlock * block.elements), out.size(),
                out.begin());
}

bool startsWith(std::span<const std::byte> head, std::string_view prefix) {
    return head.size() >= prefix.size() && std::memcmp(head.data(), prefix.data(), prefix.size()) == 0;
}

bool looksLikeHtml(std::span<const std::byte> head) {
    std::string text;
    for (const std::byte byte : head.first(std::min<std::size_t>(head.size(), 256))) {
        const auto letter = static_cast<char>(byte);
        text += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    const std::size_t start = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (start == std::string::npos) return false;
    const std::string_view rest = std::string_view(text).substr(start);
    return rest.starts_with("<!doctype") || rest.starts_with("<html") || rest.starts_with("<head") ||
           rest.starts_with("<?xml");
}

}  // namespace

FileReader::FileReader(std::filesystem::path file) : path_(std::move(file)) {
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) throwSystemError(path_, errno);
    struct stat status {};
    int code = ::fstat(descriptor_, &status) != 0 ? errno : 0;
    if (code == 0 && !S_ISREG(status.st_mode)) code = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    if (code != 0) {
        ::close(descriptor_);
        throwSystemError(path_, code);
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
}

FileReader::~FileReader() { ::close(descriptor_); }

void FileReader::readAt(std::uint64_t offset, std::span<std::byte> out) const {
    while (!out.empty()) {
        const ssize_t count = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throwSystemError(path_, errno);
        if (count == 0) {
            throw Error(ErrorCode::CorruptFile,
                        fmt::format("{} ends at byte {}. It became shorter while it was read. Wait until no other "
                                    "program writes it, then try again.",
                                    path_.string(), offset),
                        {path_.string()});
        }
        offset += static_cast<std::uint64_t>(count);
        out = out.subspan(static_cast<std::size_t>(count));
    }
}

void readStored(const FileReader& file, const TensorInfo& tensor, std::uint64_t offset, std::span<float> out,
                std::uint64_t first) {
    if (first > tensor.elements || out.size() > tensor.elements - first) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("{} has {} values. {} from {} on were asked for. Please report this.", tensor.name,
                                tensor.elements, out.size(), first),
                    {file.path().string()});
    }
    const std::uint64_t chunks = (out.size() + kChunkElements - 1) / kChunkElements;
    forEachChunk(chunks, [&](std::uint64_t i) {
        const std::uint64_t begin = i * kChunkElements;
        readChunk(file, tensor, offset, out.subspan(begin, std::min<std::uint64_t>(kChunkElements, out.size() - begin)),
                  first + begin);
    });
}

void throwPickle(const std::string& what) {
    throw Error(ErrorCode::Unsupported,
                fmt::format("{} is a Python pickle. A pickle can run any program, so Lathe never opens one. Convert "
                            "the model to safetensors first "
                            "(in Python: model.save_pretrained(\"folder\")), then open that folder.",
                            what),
                {what});
}

void refuseForeignFile(std::span<const std::byte> head, const std::string& what) {
    if (startsWith(head, "version https://git-lfs")) {
        throw Error(
            ErrorCode::CorruptFile,
            fmt::format(
                "{} is a Git LFS pointer, not the model itself. The repository was cloned without its big files. "
                "Run \"git lfs pull\" there, or download the file again.",
                what),
            {what});
    }
    if (looksLikeHtml(head)) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("{} is an HTML page, not a model. A web page was saved instead of the file. Download "
                                "the file itself again.",
                                what),
                    {what});
    }
    const bool isPickle =
        head.size() >= 2 && head[0] == std::byte{0x80} && head[1] >= std::byte{2} && head[1] <= std::byte{5};
    // The fifth byte of a safetensors length below 100 MB is zero, that of a zip archive is its version and is not.
    const bool isZip = startsWith(head, "PK\x03\x04") && head.size() > 4 && head[4] != std::byte{0};
    if (isZip || (isPickle && head.size() > 4 && head[4] != std::byte{0})) throwPickle(what);
}

}  // namespace lathe::formats
