// SPDX-License-Identifier: GPL-3.0-or-later
/// The JSON files of a model folder: an adapter's config, a shard index, and tokenizer.json on its way to GGUF.
#include <cstdlib>
#include <fstream>

#include <unistd.h>

#include <lathe/error.h>

#include "models/formats/adapter.h"
#include "models/formats/gguf_model.h"

namespace {

const std::filesystem::path& folder() {
    static const std::filesystem::path path = [] {
        std::string pattern = "/tmp/lathe-fuzz-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        return std::filesystem::path(pattern);
    }();
    return path;
}

template <typename Work>
void attempt(const char* name, const std::uint8_t* data, std::size_t size, const Work& work) {
    std::ofstream(folder() / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    try {
        work();
    } catch (const lathe::Error&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    using namespace lathe::formats;
    switch (data[0] % 3) {
        case 0: attempt("adapter_config.json", data + 1, size - 1, [] { readAdapter(folder()); }); break;
        case 1:
            attempt("model.safetensors.index.json", data + 1, size - 1,
                    [] { openShardedSafetensors(folder() / "model.safetensors.index.json"); });
            break;
        default: attempt("tokenizer.json", data + 1, size - 1, [] { vocabularyOfFolder(folder()); }); break;
    }
    return 0;
}
