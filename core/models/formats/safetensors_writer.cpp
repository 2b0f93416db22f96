// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "base/limits.h"
#include "models/formats/safetensors.h"

namespace lathe::formats {
namespace {

namespace fs = std::filesystem;
using base::OrderedJson;

/// 4 MiB of output at a time: large enough for the disk, small beside any model.
constexpr std::uint64_t kChunkBytes = 4u << 20;

std::uint64_t elementCount(const TensorToWrite& tensor) {
    std::uint64_t product = 1;
    for (const std::int64_t size : tensor.shape) {
        const auto next = size < 0 ? std::nullopt : base::checkedProduct(product, static_cast<std::uint64_t>(size));
        if (!next)
            throw Error(
                ErrorCode::InvalidInput,
                fmt::format("The tensor \"{}\" has an impossible shape. It cannot be saved. Please report this.",
                            tensor.name));
        product = *next;
    }
    return product;
}

std::uint64_t byteCount(const TensorToWrite& tensor) {
    if (isQuantised(tensor.type))
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("safetensors cannot hold {} (tensor \"{}\"). Choose f32, f16 or bf16.",
                                typeName(tensor.type), tensor.name));
    return elementCount(tensor) * blockSize(tensor.type).bytes;
}

std::string headerText(const std::vector<TensorToWrite>& tensors, const std::map<std::string, std::string>& metadata) {
    OrderedJson header = OrderedJson::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::set<std::string_view> names;
    std::uint64_t place = 0;
    for (const TensorToWrite& tensor : tensors) {
        if (!names.insert(tensor.name).second)
            throw Error(
                ErrorCode::InvalidInput,
                fmt::format("Two tensors are called \"{}\". A file can hold one. Please report this.", tensor.name));
        const std::uint64_t end = place + byteCount(tensor);
        header[tensor.name] = {
            {"dtype", typeName(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {place, end}}};
        place = end;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');  // keeps the data aligned, as the reference implementation does
    return text;
}

void writeData(base::AtomicFileWriter& writer, const TensorToWrite& tensor, std::vector<std::byte>& buffer) {
    const std::uint64_t width = blockSize(tensor.type).bytes;
    const std::uint64_t count = elementCount(tensor);
    const std::uint64_t step = kChunkBytes / width;
    for (std::uint64_t first = 0; first < count; first += step) {
        buffer.resize(std::min(step, count - first) * width);
        tensor.fill(first, buffer);
        writer.write(buffer);
    }
}

bool isWeightFile(const std::string& name) {
    return name == "model.safetensors" || name == "model.safetensors.index.json" ||
           (name.starts_with("model-") && name.ends_with(".safetensors") && name.find("-of-") != std::string::npos);
}

void removeOldWeights(const fs::path& folder, const std::set<std::string>& kept) {
    std::vector<fs::path> old;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (isWeightFile(name) && !kept.contains(name)) old.push_back(entry.path());
    }
    for (const fs::path& file : old) fs::remove(file);
}

/// Greedy: a shard takes tensors in order until the next one would exceed the limit. One tensor is never split.
std::vector<std::vector<TensorToWrite>> shardsOf(const std::vector<TensorToWrite>& tensors,
                                                 std::uint64_t maxShardBytes) {
    std::vector<std::vector<TensorToWrite>> shards(1);
    std::uint64_t used = 0;
    for (const TensorToWrite& tensor : tensors) {
        const std::uint64_t bytes = byteCount(tensor);
        if (!shards.back().empty() && used + bytes > maxShardBytes) {
            shards.emplace_back();
            used = 0;
        }
        shards.back().push_back(tensor);
        used += bytes;
    }
    return shards;
}

void makeFolder(const fs::path& folder) {
    std::error_code code;
    fs::create_directories(folder, code);
    if (code)
        throw Error(
            ErrorCode::Io,
            fmt::format("Could not make the folder {}. {}. Choose another place.", folder.string(), code.message()),
            {folder.string()});
}

}  // namespace

TensorToWrite floatTensor(std::string name, std::vector<std::int64_t> shape, TensorType type, FloatReader read) {
    auto fill = [type, read = std::move(read)](std::uint64_t first, std::span<std::byte> out) {
        std::vector<float> values(out.size() / blockSize(type).bytes);
        read(first, values);
        fromFloat(type, values, out);
    };
    return {std::move(name), type, std::move(shape), std::move(fill)};
}

TensorToWrite rawTensor(std::string name, std::vector<std::int64_t> shape, TensorType type,
                        std::span<const std::byte> bytes) {
    auto fill = [type, bytes](std::uint64_t first, std::span<std::byte> out) {
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(first * blockSize(type).bytes), out.size(),
                    out.begin());
    };
    TensorToWrite tensor{std::move(name), type, std::move(shape), std::move(fill)};
    if (byteCount(tensor) != bytes.size())
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("The tensor \"{}\" has {} bytes, but its shape needs {}. Please report this.",
                                tensor.name, bytes.size(), byteCount(tensor)));
    return tensor;
}

void writeSafetensors(const fs::path& file, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata) {
    const std::string header = headerText(tensors, metadata);
    base::AtomicFileWriter writer(file);
    const std::uint64_t length = header.size();
    writer.write(std::as_bytes(std::span(&length, 1)));
    writer.write(header);
    std::vector<std::byte> buffer;
    for (const TensorToWrite& tensor : tensors) writeData(writer, tensor, buffer);
    writer.commit();
}

void writeModelWeights(const fs::path& folder, const std::vector<TensorToWrite>& tensors, std::uint64_t maxShardBytes) {
    makeFolder(folder);
    const auto shards = shardsOf(tensors, maxShardBytes);
    std::set<std::string> written;
    if (shards.size() == 1) {
        writeSafetensors(folder / "model.safetensors", tensors);
        removeOldWeights(folder, {"model.safetensors"});
        return;
    }
    OrderedJson map = OrderedJson::object();
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const std::string name = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
        writeSafetensors(folder / name, shards[i]);
        written.insert(name);
        for (const TensorToWrite& tensor : shards[i]) {
            map[tensor.name] = name;
            total += byteCount(tensor);
        }
    }
    const OrderedJson index = {{"metadata", {{"total_size", total}}}, {"weight_map", map}};
    base::writeFileAtomically(folder / "model.safetensors.index.json", index.dump(2) + "\n");
    written.insert("model.safetensors.index.json");
    removeOldWeights(folder, written);
}

void writeModelFolder(const fs::path& folder, std::string_view configJson, std::string_view generationConfigJson,
                      const std::vector<TensorToWrite>& tensors, std::uint64_t maxShardBytes) {
    writeModelWeights(folder, tensors, maxShardBytes);
    base::writeFileAtomically(folder / "config.json", configJson);
    if (!generationConfigJson.empty())
        base::writeFileAtomically(folder / "generation_config.json", generationConfigJson);
}

}  // namespace lathe::formats
