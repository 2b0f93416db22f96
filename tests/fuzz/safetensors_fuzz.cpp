// SPDX-License-Identifier: GPL-3.0-or-later
/// Any bytes are a valid safetensors file or an Error; a valid header points inside the file.
#include <cstdlib>

#include <lathe/error.h>

#include "models/formats/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
    try {
        const auto header = lathe::formats::parseSafetensorsHeader(bytes, size, "fuzz");
        for (const auto& entry : header.entries) {
            if (header.dataStart + entry.begin + entry.info.bytes > size) std::abort();
            if (entry.info.elements > 4096) continue;
            std::vector<float> values(entry.info.elements);
            lathe::formats::toFloat(entry.info.type, bytes.subspan(header.dataStart + entry.begin, entry.info.bytes),
                                    values);
        }
    } catch (const lathe::Error&) {
    }
    return 0;
}
