// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <lathe/dedup.h>

#include "base/files.h"

namespace lathe {

void writeNpy(const EmbeddingMatrix& matrix, const std::filesystem::path& file) {
    // NumPy's format 1.0: magic, version, length of the header, the header as a Python literal padded to 64 bytes.
    std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", matrix.rows, matrix.width);
    constexpr std::size_t kPrefix = 10;
    while ((kPrefix + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    const auto length = static_cast<std::uint16_t>(header.size());
    std::string start("\x93NUMPY\x01\x00", 8);
    start += static_cast<char>(length & 0xFF);
    start += static_cast<char>(length >> 8);
    base::AtomicFileWriter writer(file);
    writer.write(start + header);
    writer.write(std::as_bytes(std::span(matrix.values)));
    writer.commit();
}

}  // namespace lathe
