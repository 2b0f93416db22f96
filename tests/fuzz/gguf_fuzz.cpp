// SPDX-License-Identifier: GPL-3.0-or-later
/// Any bytes are a valid GGUF file or an Error; tensors lie inside the file, and config and vocabulary never crash.
#include <cstdlib>

#include <lathe/error.h>

#include "models/formats/gguf_model.h"

namespace {

using namespace lathe::formats;

void useTensors(const GgufHeader& header, std::span<const std::byte> bytes) {
    for (const GgufTensor& tensor : header.tensors) {
        if (tensor.offset + tensor.info.bytes > bytes.size()) std::abort();
        if (tensor.info.elements > 4096) continue;
        std::vector<float> values(tensor.info.elements);
        toFloat(tensor.info.type, bytes.subspan(tensor.offset, tensor.info.bytes), values);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
    try {
        std::uint64_t needed = 0;
        const auto header = parseGgufHeader(bytes, size, "fuzz", &needed);
        if (!header) std::abort();  // all of the file was given
        useTensors(*header, bytes);
        ggufConfig(*header);
        ggufVocabulary(*header);
    } catch (const lathe::Error&) {
    }
    return 0;
}
