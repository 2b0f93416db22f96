// SPDX-License-Identifier: GPL-3.0-or-later
/// Writes what Lathe writes and lets the Python libraries read it. Needs LATHE_PEER_PYTHON=/path/to/python with
/// transformers, peft and gguf; is skipped without it.
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/files.h"
#include "formats/temporary_folder.h"
#include "models/formats/adapter.h"
#include "models/formats/gguf_model.h"

namespace lathe::formats {
namespace {

namespace fs = std::filesystem;
using lathe::testing::TemporaryFolder;

const fs::path kModels = fs::path(LATHE_SHARED_DIR) / "goldens" / "models";

class Peers : public ::testing::Test {
protected:
    void SetUp() override {
        if (std::getenv("LATHE_PEER_PYTHON") == nullptr) GTEST_SKIP() << "LATHE_PEER_PYTHON is not set";
        if (!fs::is_directory(kModels)) GTEST_SKIP() << "the shared goldens are not beside this checkout";
    }

    /// Runs peer_check.py KIND ARGUMENTS... and returns its exit status.
    static int check(const std::string& arguments) {
        const std::string command = std::string("HF_HUB_OFFLINE=1 \"") + std::getenv("LATHE_PEER_PYTHON") +
                                    "\" \"" LATHE_SOURCE_DIR "/tests/formats/peer_check.py\" " + arguments;
        return std::system(command.c_str());
    }

    static FloatReader readerOf(const std::shared_ptr<const TensorSource>& source, const std::string& name) {
        return [source, name](std::uint64_t first, std::span<float> out) {
            source->readFloat(source->info(name), out, first);
        };
    }

    static std::vector<GgufTensorToWrite> forGguf(const std::shared_ptr<const TensorSource>& source) {
        std::vector<GgufTensorToWrite> tensors;
        for (const TensorInfo& info : source->tensors())
            tensors.push_back({info.name, info.shape, readerOf(source, info.name)});
        return tensors;
    }

    TemporaryFolder folder_;
};

TEST_F(Peers, TransformersLoadsAFolderOfShards) {
    for (const char* name : {"llama", "gpt2", "bert"}) {
        const ModelFiles model = openModelFiles(kModels / name);
        std::vector<TensorToWrite> tensors;
        for (const TensorInfo& info : model.tensors->tensors())
            tensors.push_back(floatTensor(info.name, info.shape, TensorType::F32, readerOf(model.tensors, info.name)));
        const fs::path out = folder_.path() / name;
        writeModelFolder(out, model.config.dump(2),
                         model.generationConfig.is_null() ? "" : model.generationConfig.dump(2), tensors, 100'000);
        EXPECT_GT(std::distance(fs::directory_iterator(out), fs::directory_iterator()), 3);
        EXPECT_EQ(check("folder \"" + out.string() + "\" \"" + (kModels / name).string() + "\""), 0) << name;
    }
}

TEST_F(Peers, PeftLoadsAnAdapter) {
    for (const char* name : {"llama", "gpt2"}) {
        const AdapterFiles adapter = readAdapter(kModels / name / "adapter");
        std::vector<TensorToWrite> tensors;
        for (const TensorInfo& info : adapter.tensors->tensors())
            tensors.push_back(
                floatTensor(info.name, info.shape, TensorType::F32, readerOf(adapter.tensors, info.name)));
        const fs::path out = folder_.path() / name;
        writeAdapter(out, adapter.config, tensors);
        EXPECT_EQ(check("adapter \"" + out.string() + "\" \"" + (kModels / name).string() + "\""), 0) << name;
    }
}

TEST_F(Peers, TransformersAndGgufLoadAGguf) {
    for (const char* name : {"llama", "qwen2", "gpt2"})
        for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::BF16, TensorType::Q8_0}) {
            const ModelFiles model = openModelFiles(kModels / name);
            const fs::path out = folder_.path() / (std::string(name) + "-" + std::string(typeName(type)) + ".gguf");
            writeGguf(out, model.config, vocabularyOfFolder(kModels / name), forGguf(model.tensors), type);
            EXPECT_EQ(check("gguf \"" + out.string() + "\" \"" + (kModels / name).string() + "\""), 0) << out;
        }
}

}  // namespace
}  // namespace lathe::formats
