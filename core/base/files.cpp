// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/files.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <lathe/error.h>
#include <openssl/evp.h>

namespace lathe::base {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throwSystemError(const std::string& doing, const fs::path& file, int code) {
    const bool isMissing = code == ENOENT || code == ENOTDIR;
    std::string advice = "Check the path and its permissions";
    if (code == ENOSPC || code == EDQUOT) advice = "Free some disk space and try again; what was saved before is untouched";
    if (code == EFBIG) advice = "The file size limit of this user is reached; raise it and try again";
    if (code == EROFS) advice = "Choose a folder that can be written";
    throw Error(isMissing ? ErrorCode::NotFound : ErrorCode::Io,
                fmt::format("Could not {} {}. {}. {}.", doing, file.string(), std::strerror(code), advice), {file.string()});
}

thread_local int deferredSyncs = 0;  ///< DeferredSync objects alive on this thread

class Descriptor {
public:
    Descriptor(const fs::path& file, int flags) : value_(::open(file.c_str(), flags | O_CLOEXEC)) {}
    ~Descriptor() { if (value_ >= 0) ::close(value_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int value() const { return value_; }

private:
    int value_;
};

std::string hex(std::span<const unsigned char> digest) {
    std::string text;
    for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
    return text;
}

std::string sha256Span(std::span<const std::byte> bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr) != 1)
        throw Error(ErrorCode::Internal, "The SHA-256 routine failed. Please report this.");
    return hex({digest, length});
}

}  // namespace

std::string readFile(const fs::path& file, std::size_t maxBytes) {
    const Descriptor input(file, O_RDONLY);
    if (input.value() < 0) throwSystemError("open", file, errno);
    struct stat status{};
    if (::fstat(input.value(), &status) != 0) throwSystemError("read", file, errno);
    if (S_ISDIR(status.st_mode)) throwSystemError("read", file, EISDIR);
    std::string bytes;
    char buffer[1 << 16];
    while (true) {
        const ssize_t count = ::read(input.value(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throwSystemError("read", file, errno);
        if (count == 0) return bytes;
        bytes.append(buffer, static_cast<std::size_t>(count));
        if (bytes.size() > maxBytes) {
            throw Error(ErrorCode::InvalidInput, fmt::format("{} has more than {} bytes. That is more than is read here. Check that this is the right file.",
                                                             file.string(), maxBytes), {file.string()});
        }
    }
}

void writeFileAtomically(const fs::path& file, std::string_view bytes) {
    AtomicFileWriter writer(file);
    writer.write(bytes);
    writer.commit();
}

AtomicFileWriter::AtomicFileWriter(fs::path file) : file_(std::move(file)) {
    static std::atomic<unsigned> counter{0};
    temporary_ = file_;
    temporary_ += fmt::format(".{}-{}.tmp", ::getpid(), counter.fetch_add(1));
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throwSystemError("write", file_, errno);
}

AtomicFileWriter::~AtomicFileWriter() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
}

void AtomicFileWriter::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throwSystemError("write", file_, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void AtomicFileWriter::write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }

DeferredSync::DeferredSync() { ++deferredSyncs; }
DeferredSync::~DeferredSync() { --deferredSyncs; }

void syncFile(const fs::path& file) {
    const Descriptor input(file, O_RDONLY);
    if (input.value() < 0) throwSystemError("open", file, errno);
    if (::fsync(input.value()) != 0) throwSystemError("write", file, errno);
}

void AtomicFileWriter::commit() {
    // A failed fsync is final: the pages count as clean afterwards, so a retry would lie. The destructor drops the file.
    if (deferredSyncs == 0 && ::fsync(descriptor_) != 0) throwSystemError("write", file_, errno);
    if (::rename(temporary_.c_str(), file_.c_str()) != 0) throwSystemError("write", file_, errno);
    ::close(descriptor_);
    descriptor_ = -1;
    if (deferredSyncs == 0) syncFolder(file_.has_parent_path() ? file_.parent_path() : fs::path("."));
}

void syncFolder(const fs::path& folder) {
    const Descriptor handle(folder, O_RDONLY | O_DIRECTORY);
    if (handle.value() < 0) throwSystemError("open the folder", folder, errno);
    if (::fsync(handle.value()) != 0 && errno != EINVAL) throwSystemError("write the folder", folder, errno);
}

MappedFile::MappedFile(const fs::path& file) : path_(file) {
    const Descriptor input(file, O_RDONLY);
    if (input.value() < 0) throwSystemError("open", file, errno);
    struct stat status{};
    if (::fstat(input.value(), &status) != 0) throwSystemError("read", file, errno);
    if (!S_ISREG(status.st_mode)) throwSystemError("read", file, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ == 0) return;
    void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, input.value(), 0);
    if (address == MAP_FAILED) throwSystemError("map", file, errno);
    data_ = static_cast<const std::byte*>(address);
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

std::string sha256(std::string_view bytes) { return sha256Span(std::as_bytes(std::span(bytes.data(), bytes.size()))); }

std::string sha256File(const fs::path& file) { return sha256Span(MappedFile(file).bytes()); }

std::uint64_t freeDiskBytes(const fs::path& path) {
    fs::path place = fs::absolute(path);
    while (!fs::exists(place) && place.has_parent_path() && place != place.parent_path()) place = place.parent_path();
    std::error_code code;
    const fs::space_info space = fs::space(place, code);
    if (code) throwSystemError("look at the disk of", place, code.value());
    return space.available;
}

fs::path cacheFolder() {
    if (const char* own = std::getenv("LATHE_CACHE"); own != nullptr && *own != 0) return own;
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != 0) return fs::path(xdg) / "lathe";
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : "/tmp") / ".cache" / "lathe";
}

}  // namespace lathe::base
