// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/formats/model_files.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/limits.h"
#include "models/formats/adapter.h"
#include "models/formats/file_reader.h"
#include "models/formats/gguf_model.h"
#include "models/formats/safetensors.h"

namespace lathe::formats {
namespace {

namespace fs = std::filesystem;

bool isFile(const fs::path& path) {
    std::error_code code;
    return fs::is_regular_file(path, code);
}

/// Files of the folder with that ending, in name order.
std::vector<fs::path> filesEndingIn(const fs::path& folder, const std::string& ending) {
    std::vector<fs::path> found;
    std::error_code code;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, code))
        if (entry.path().extension() == ending && isFile(entry.path())) found.push_back(entry.path());
    if (code)
        throw Error(ErrorCode::Io,
                    fmt::format("Could not list {}. {}. Check its permissions.", folder.string(), code.message()),
                    {folder.string()});
    std::sort(found.begin(), found.end());
    return found;
}

std::uint64_t sizeOf(const fs::path& file) {
    std::error_code code;
    const auto bytes = fs::file_size(file, code);
    return code ? 0 : bytes;
}

void refusePickle(const fs::path& folder) {
    for (const char* name :
         {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack", "model.ckpt"})
        if (isFile(folder / name)) throwPickle((folder / name).string());
    for (const char* ending : {".bin", ".pt", ".pth"})
        for (const fs::path& file : filesEndingIn(folder, ending))
            if (file.filename() != "training_args.bin" && file.filename() != "optimizer.pt" &&
                file.filename() != "scheduler.pt")
                throwPickle(file.string());
}

/// JSON of a small file; an HTML page or an LFS pointer in its place gets its own sentence.
base::Json readConfig(const fs::path& file) {
    const FileReader reader(file);
    std::vector<std::byte> head(std::min<std::uint64_t>(reader.size(), 256));
    reader.readAt(0, head);
    refuseForeignFile(head, file.string());
    base::Json config = base::readJsonFile(file, {base::kMaxConfigBytes, 64});
    if (!config.is_object())
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("{} is not a JSON object. It cannot describe a model. Download the folder again.",
                                file.string()),
                    {file.string()});
    return config;
}

void openWeights(ModelFiles& model, const fs::path& single) {
    const fs::path index = model.folder / "model.safetensors.index.json";
    if (isFile(single)) {
        model.tensors = openSafetensors(single);
        model.weightBytes = sizeOf(single);
    } else if (isFile(index)) {
        model.tensors = openShardedSafetensors(index);
        for (const fs::path& file : filesEndingIn(model.folder, ".safetensors"))
            if (file.filename().string().starts_with("model-")) model.weightBytes += sizeOf(file);
    } else {
        refusePickle(model.folder);
        throw Error(ErrorCode::NotFound,
                    fmt::format("{} has a config.json but no model.safetensors. Perhaps the download is incomplete. "
                                "Download the folder again.",
                                model.folder.string()),
                    {model.folder.string()});
    }
}

ModelFiles openFolder(const fs::path& folder, const fs::path& weights) {
    ModelFiles model;
    model.folder = folder;
    model.config = readConfig(folder / "config.json");
    if (isFile(folder / "generation_config.json"))
        model.generationConfig = readConfig(folder / "generation_config.json");
    openWeights(model, weights);
    return model;
}

/// The weights of a folder where they have another name than usual but are alone.
fs::path singleWeights(const fs::path& folder) {
    const fs::path usual = folder / "model.safetensors";
    if (isFile(usual) || isFile(folder / "model.safetensors.index.json")) return usual;
    std::vector<fs::path> others = filesEndingIn(folder, ".safetensors");
    std::erase_if(others, [](const fs::path& file) { return file.filename() == "adapter_model.safetensors"; });
    return others.size() == 1 ? others.front() : usual;
}

ModelFiles openAnyFolder(const fs::path& folder) {
    if (isFile(folder / "config.json") &&
        (isFile(singleWeights(folder)) || isFile(folder / "model.safetensors.index.json")))
        return openFolder(folder, singleWeights(folder));
    const std::vector<fs::path> ggufs = filesEndingIn(folder, ".gguf");
    if (ggufs.size() == 1) return openGgufModel(ggufs.front());
    if (ggufs.size() > 1) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("{} has {} .gguf files. It is not clear which one is meant. Name the file itself.",
                                folder.string(), ggufs.size()),
                    {folder.string()});
    }
    if (isFile(folder / "config.json")) return openFolder(folder, singleWeights(folder));
    if (isAdapterFolder(folder)) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("{} holds an adapter, not a whole model. It changes a base model. Open the base model "
                                "and add the adapter.",
                                folder.string()),
                    {folder.string()});
    }
    refusePickle(folder);
    throw Error(ErrorCode::NotFound,
                fmt::format("{} is not a model folder. It has neither a config.json nor a .gguf file. Choose the "
                            "folder that holds them.",
                            folder.string()),
                {folder.string()});
}

bool beginsWithGguf(const fs::path& file) {
    const FileReader reader(file);
    std::vector<std::byte> head(std::min<std::uint64_t>(reader.size(), 256));
    reader.readAt(0, head);
    refuseForeignFile(head, file.string());
    return head.size() >= 4 && std::memcmp(head.data(), "GGUF", 4) == 0;
}

}  // namespace

ModelFiles openModelFiles(const fs::path& path) {
    std::error_code code;
    if (!fs::exists(path, code))
        throw Error(ErrorCode::NotFound,
                    fmt::format("There is no model at {}. The path does not exist. Check its spelling.", path.string()),
                    {path.string()});
    if (fs::is_directory(path, code)) return openAnyFolder(path);
    const std::string ending = path.extension().string();
    if (ending == ".gguf" || beginsWithGguf(path)) return openGgufModel(path);
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (ending == ".safetensors") return openFolder(folder, path);
    if (path.filename() == "model.safetensors.index.json" || path.filename() == "config.json")
        return openAnyFolder(folder);
    if (ending == ".bin" || ending == ".pt" || ending == ".pth") throwPickle(path.string());
    throw Error(ErrorCode::Unsupported,
                fmt::format("{} is not a model file that Lathe knows. It reads Hugging Face folders, .safetensors and "
                            ".gguf. Choose one of these.",
                            path.string()),
                {path.string()});
}

bool isModelPath(const fs::path& path) {
    std::error_code code;
    if (fs::is_directory(path, code)) {
        if (isFile(path / "config.json")) return true;
        for (const fs::directory_entry& entry : fs::directory_iterator(path, code))
            if (entry.path().extension() == ".gguf") return true;
        return false;
    }
    return isFile(path) && (path.extension() == ".gguf" || path.extension() == ".safetensors");
}

}  // namespace lathe::formats
