// SPDX-License-Identifier: GPL-3.0-or-later
/// Positioned reads of a checkpoint file and the conversion of what lies there; private to this folder.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "models/formats/tensor_source.h"

namespace lathe::formats {

/// An open file whose size was taken once. readAt() may be called from several threads.
class FileReader {
public:
    /// Throws NotFound or Io.
    explicit FileReader(std::filesystem::path file);
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    std::uint64_t size() const { return size_; }
    const std::filesystem::path& path() const { return path_; }
    /// Fills `out` from that offset. Throws CorruptFile if the file ends before (it shrank since it was opened), or Io.
    void readAt(std::uint64_t offset, std::span<std::byte> out) const;

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

/// Elements [first, first + out.size()) of a tensor whose stored bytes begin at `offset`, in stored order. Big ranges
/// are split over threads. Throws InvalidInput if the range leaves the tensor.
void readStored(const FileReader& file, const TensorInfo& tensor, std::uint64_t offset, std::span<float> out,
                std::uint64_t first);

/// Throws the right error if the first bytes show that this is no checkpoint at all: an HTML page, a Git LFS pointer or
/// a pickle. Returns quietly otherwise.
void refuseForeignFile(std::span<const std::byte> head, const std::string& what);
/// The same error for a pickle that is known by its name.
[[noreturn]] void throwPickle(const std::string& what);

}  // namespace lathe::formats
