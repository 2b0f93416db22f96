// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/formats/model_files.h"

#include <gmock/gmock.h>

#include "base/files.h"
#include "formats/gguf_bytes.h"
#include "formats/temporary_folder.h"
#include "models/formats/adapter.h"
#include "models/formats/gguf_model.h"
#include "models/formats/safetensors.h"

namespace lathe::formats {
namespace {

namespace fs = std::filesystem;
using lathe::testing::errorOf;
using lathe::testing::TemporaryFolder;

class ModelFolder : public ::testing::Test {
protected:
    void addWeights(const std::string& name = "model.safetensors") {
        writeSafetensors(folder_.path() / name,
                         {rawTensor("w", {3}, TensorType::F32, std::as_bytes(std::span(values_)))});
    }
    void addConfig() { folder_.write("config.json", R"({"model_type":"llama","hidden_size":8})"); }
    std::string code(std::string* sentence = nullptr) {
        return errorOf([&] { openModelFiles(folder_.path()); }, sentence);
    }

    std::vector<float> values_{1, 2, 3};
    TemporaryFolder folder_;
};

TEST_F(ModelFolder, OpensAFolderAndAFileInIt) {
    addConfig();
    addWeights();
    folder_.write("generation_config.json", R"({"eos_token_id":[1,2]})");
    for (const fs::path& path :
         {folder_.path(), folder_.path() / "model.safetensors", folder_.path() / "config.json"}) {
        const ModelFiles model = openModelFiles(path);
        EXPECT_EQ(model.config["hidden_size"], 8);
        EXPECT_EQ(model.generationConfig["eos_token_id"][1], 2);
        EXPECT_EQ(model.tensors->readFloat("w"), values_);
        EXPECT_EQ(model.folder, folder_.path());
        EXPECT_EQ(model.weightBytes, fs::file_size(folder_.path() / "model.safetensors"));
        EXPECT_FALSE(model.vocabulary.has_value());
    }
    EXPECT_TRUE(isModelPath(folder_.path()));
}

TEST_F(ModelFolder, OpensWeightsWithAnotherNameIfTheyAreAlone) {
    addConfig();
    addWeights("tiny.safetensors");
    EXPECT_EQ(openModelFiles(folder_.path()).tensors->tensors().size(), 1u);
}

TEST_F(ModelFolder, OpensAFolderWithOneGguf) {
    folder_.write("a.gguf", lathe::testing::tinyLlama().finish());
    EXPECT_EQ(openModelFiles(folder_.path()).container, Container::Gguf);
    EXPECT_TRUE(isModelPath(folder_.path()));
    folder_.write("b.gguf", lathe::testing::tinyLlama().finish());
    EXPECT_EQ(code(), "InvalidInput");
    EXPECT_EQ(openModelFiles(folder_.path() / "b.gguf").container, Container::Gguf);
}

TEST_F(ModelFolder, RefusesPicklesAndSaysWhatToDo) {
    addConfig();
    folder_.write("pytorch_model.bin", "PK\x03\x04");
    std::string sentence;
    EXPECT_EQ(code(&sentence), "Unsupported");
    EXPECT_THAT(sentence, ::testing::HasSubstr("Convert the model to safetensors first"));
    EXPECT_EQ(errorOf([&] { openModelFiles(folder_.path() / "pytorch_model.bin"); }), "Unsupported");
    EXPECT_EQ(errorOf([&] { openModelFiles(folder_.write("x.pt", "anything")); }), "Unsupported");
}

TEST_F(ModelFolder, SaysWhatIsMissing) {
    EXPECT_EQ(code(), "NotFound");
    EXPECT_EQ(errorOf([&] { openModelFiles(folder_.path() / "nowhere"); }), "NotFound");
    addConfig();
    EXPECT_EQ(code(), "NotFound");
    EXPECT_FALSE(isModelPath(folder_.path() / "nowhere"));
    EXPECT_EQ(errorOf([&] { openModelFiles(folder_.write("notes.txt", "hello")); }), "Unsupported");
}

TEST_F(ModelFolder, ReportsDamagedConfigs) {
    addWeights();
    std::string sentence;
    folder_.write("config.json", "<!DOCTYPE html><html></html>");
    EXPECT_EQ(code(&sentence), "CorruptFile");
    EXPECT_THAT(sentence, ::testing::HasSubstr("HTML page"));
    folder_.write("config.json", "version https://git-lfs.github.com/spec/v1\n");
    EXPECT_EQ(code(&sentence), "CorruptFile");
    EXPECT_THAT(sentence, ::testing::HasSubstr("git lfs pull"));
    for (const char* text : {"", "{", "[]", "7", "{\"a\":1,\"a\":2}", "{\"a\":1e999}"}) {
        folder_.write("config.json", text);
        EXPECT_EQ(code(), "CorruptFile") << text;
    }
    folder_.write("config.json", std::string(100'000, '['));
    EXPECT_EQ(code(), "CorruptFile");
}

TEST_F(ModelFolder, TellsAnAdapterFromAModel) {
    folder_.write("adapter_config.json", "{}");
    addWeights("adapter_model.safetensors");
    std::string sentence;
    EXPECT_EQ(code(&sentence), "InvalidInput");
    EXPECT_THAT(sentence, ::testing::HasSubstr("base model"));
}

TEST(Adapter, ARoundTripKeepsConfigAndTensors) {
    const TemporaryFolder folder;
    LoraFileConfig config;
    config.baseModelName = "base";
    config.taskType = "CAUSAL_LM";
    config.r = 3;
    config.alpha = 6;
    config.dropout = 0.1;
    config.targetModules = {"q_proj", "v_proj"};
    config.modulesToSave = {"score"};
    config.rankPattern = {{"layers.0.self_attn.q_proj", 2}};
    config.alphaPattern = {{"layers.0.self_attn.q_proj", 2.5}};
    std::vector<float> values(12, 0.25f);
    writeAdapter(folder.path(), config,
                 {rawTensor("base_model.model.q_proj.lora_A.weight", {3, 4}, TensorType::F32,
                            std::as_bytes(std::span(values)))});
    ASSERT_TRUE(isAdapterFolder(folder.path()));
    const AdapterFiles files = readAdapter(folder.path());
    EXPECT_EQ(files.config.r, 3);
    EXPECT_EQ(files.config.alpha, 6);
    EXPECT_EQ(files.config.dropout, 0.1);
    EXPECT_EQ(files.config.targetModules, config.targetModules);
    EXPECT_EQ(files.config.modulesToSave, config.modulesToSave);
    EXPECT_EQ(files.config.rankPattern, config.rankPattern);
    EXPECT_EQ(files.config.alphaPattern, config.alphaPattern);
    EXPECT_EQ(files.config.baseModelName, "base");
    EXPECT_EQ(files.tensors->readFloat("base_model.model.q_proj.lora_A.weight"), values);
    EXPECT_EQ(base::readJsonFile(folder.path() / "adapter_config.json")["lora_alpha"].type(),
              base::Json::value_t::number_unsigned);
}

TEST(Adapter, RefusesWhatLatheDoesNotCompute) {
    const TemporaryFolder folder;
    const auto code = [&](const char* text) {
        folder.write("adapter_config.json", text);
        return errorOf([&] { readAdapter(folder.path()); });
    };
    EXPECT_EQ(code(R"({"peft_type":"IA3"})"), "Unsupported");
    EXPECT_EQ(code(R"({"peft_type":"LORA","use_dora":true})"), "Unsupported");
    EXPECT_EQ(code(R"({"peft_type":"LORA","bias":"all"})"), "Unsupported");
    EXPECT_EQ(code(R"({"peft_type":"LORA","r":0})"), "CorruptFile");
    EXPECT_EQ(code(R"({"peft_type":"LORA","r":1.5})"), "CorruptFile");
    EXPECT_EQ(code(R"({"peft_type":"LORA","r":"8"})"), "CorruptFile");
    EXPECT_EQ(code(R"({"peft_type":"LORA","lora_alpha":"8"})"), "CorruptFile");
    EXPECT_EQ(code(R"({"peft_type":"LORA","target_modules":[1]})"), "CorruptFile");
    EXPECT_EQ(code(R"([])"), "CorruptFile");
    EXPECT_EQ(code(R"({"peft_type":"LORA","r":8})"), "NotFound");
    folder.write("adapter_model.bin", "PK");
    EXPECT_EQ(code(R"({"peft_type":"LORA","r":8})"), "Unsupported");
}

TEST(SharedGoldens, AreReadWithTheirAdapters) {
    const fs::path models = fs::path(LATHE_SHARED_DIR) / "goldens" / "models";
    if (!fs::is_directory(models)) GTEST_SKIP() << "the shared goldens are not beside this checkout";
    for (const char* name : {"bert", "distilbert", "gpt2", "gpt2-reward", "llama", "qwen2", "roberta"}) {
        const ModelFiles model = openModelFiles(models / name);
        EXPECT_TRUE(model.config.contains("model_type")) << name;
        EXPECT_GT(model.tensors->tensors().size(), 10u) << name;
    }
    const AdapterFiles adapter = readAdapter(models / "llama" / "adapter");
    EXPECT_EQ(adapter.config.r, 4);
    EXPECT_EQ(adapter.config.alpha, 8);
    EXPECT_FALSE(adapter.config.targetModules.empty());
}

TEST(SharedGoldens, SurviveTheWayToGgufAndBack) {
    const fs::path models = fs::path(LATHE_SHARED_DIR) / "goldens" / "models";
    if (!fs::is_directory(models)) GTEST_SKIP() << "the shared goldens are not beside this checkout";
    const TemporaryFolder folder;
    for (const char* name : {"gpt2", "llama", "qwen2"}) {
        const ModelFiles model = openModelFiles(models / name);
        std::vector<GgufTensorToWrite> tensors;
        for (const TensorInfo& info : model.tensors->tensors())
            tensors.push_back(
                {info.name, info.shape, [&model, name = info.name](std::uint64_t first, std::span<float> out) {
                     model.tensors->readFloat(model.tensors->info(name), out, first);
                 }});
        const fs::path file = folder.path() / (std::string(name) + ".gguf");
        writeGguf(file, model.config, vocabularyOfFolder(models / name), tensors, TensorType::F32);
        const ModelFiles copy = openModelFiles(file);
        for (const TensorInfo& info : copy.tensors->tensors()) {
            EXPECT_EQ(info.shape, model.tensors->info(info.name).shape) << info.name;
            EXPECT_EQ(copy.tensors->readFloat(info.name), model.tensors->readFloat(info.name)) << info.name;
        }
        EXPECT_GE(copy.tensors->tensors().size() + 1, model.tensors->tensors().size());
        EXPECT_EQ(copy.vocabulary->tokens.size(), copy.config["vocab_size"].get<std::size_t>());
        EXPECT_FALSE(copy.vocabulary->merges.empty());
    }
}

TEST(StarterModels, AreRead) {
    const fs::path decoder = fs::path(LATHE_CACHE_DIR) / "models" / "smollm2-135m-instruct";
    if (!fs::is_directory(decoder)) GTEST_SKIP() << "the starter models are not fetched";
    const ModelFiles model = openModelFiles(decoder);
    EXPECT_EQ(model.config["num_hidden_layers"], 30);
    EXPECT_EQ(model.config["rope_theta"], 100000.0);
    EXPECT_EQ(model.config["eos_token_id"], 2);
    EXPECT_EQ(model.vocabulary->tokens.size(), 49152u);
    EXPECT_EQ(model.vocabulary->pre, "smollm");
    EXPECT_EQ(model.tensors->tensors().size(), 272u);
}

}  // namespace
}  // namespace lathe::formats
