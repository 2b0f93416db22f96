// SPDX-License-Identifier: GPL-3.0-or-later
/// Files that are either whole or absent: written beside their place, fsynced, renamed, and the folder fsynced.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lathe::base {

/// Whole file as bytes. Throws NotFound, Io, or InvalidInput above maxBytes.
std::string readFile(const std::filesystem::path& file, std::size_t maxBytes = std::size_t{1} << 30);

/// Replaces `file` with `bytes` atomically. Throws Io (with the system's reason); the old file then stays as it was.
void writeFileAtomically(const std::filesystem::path& file, std::string_view bytes);

/// Streams into a temporary file beside `file`; commit() makes it appear. Without commit() nothing is left behind.
class AtomicFileWriter {
public:
    explicit AtomicFileWriter(std::filesystem::path file);
    ~AtomicFileWriter();
    AtomicFileWriter(const AtomicFileWriter&) = delete;
    AtomicFileWriter& operator=(const AtomicFileWriter&) = delete;

    /// Throws Io, such as when the disk is full.
    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);
    /// fsync, rename, fsync of the folder. Throws Io.
    void commit();

private:
    std::filesystem::path file_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
};

/// While it lives, AtomicFileWriter::commit() on this thread does not wait for the disk: for many files in a folder that has
/// no name yet, which is synced as a whole (syncFile, syncFolder) before it gets one.
class DeferredSync {
public:
    DeferredSync();
    ~DeferredSync();
    DeferredSync(const DeferredSync&) = delete;
    DeferredSync& operator=(const DeferredSync&) = delete;
};

/// Waits until a file's bytes are on the disk. Throws Io; a failed sync is final, write the file again.
void syncFile(const std::filesystem::path& file);

/// fsyncs a folder so that a rename in it survives a power cut. Throws Io.
void syncFolder(const std::filesystem::path& folder);

/// A read-only mapping of a whole file, kept until destruction. An empty file maps to an empty span.
class MappedFile {
public:
    /// Throws NotFound or Io.
    explicit MappedFile(const std::filesystem::path& file);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {data_, size_}; }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Lower-case hexadecimal SHA-256 of bytes or of a file. The file form throws NotFound or Io.
std::string sha256(std::string_view bytes);
std::string sha256File(const std::filesystem::path& file);

/// Bytes free for this user on the disk that holds `path` (or its nearest existing parent).
std::uint64_t freeDiskBytes(const std::filesystem::path& path);

/// Where setup keeps starter models and unpacked packages: $LATHE_CACHE, $XDG_CACHE_HOME/lathe or ~/.cache/lathe.
std::filesystem::path cacheFolder();

}  // namespace lathe::base
