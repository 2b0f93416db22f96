// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_export.h"

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"
#include "models/formats/adapter.h"
#include "models/formats/gguf_model.h"
#include "models/formats/model_files.h"
#include "models/loader.h"
#include "session/gguf_vocabulary.h"

namespace lathe::session {
namespace {

namespace fs = std::filesystem;

torch::ScalarType torchType(const std::string& dtype) {
    if (dtype == "bf16") return torch::kBFloat16;
    if (dtype == "f16") return torch::kHalf;
    if (dtype == "f32") return torch::kFloat32;
    throw Error(ErrorCode::InvalidInput, fmt::format("{} cannot be written as a Hugging Face folder. It is a GGUF type. Choose f32, bf16 or f16.", dtype));
}

formats::TensorType ggufType(const std::string& dtype) {
    if (dtype == "bf16") return formats::TensorType::BF16;
    if (dtype == "f16") return formats::TensorType::F16;
    if (dtype == "q8_0") return formats::TensorType::Q8_0;
    return formats::TensorType::F32;
}

void refuseToOverwrite(const fs::path& output, const ResolvedModel& model) {
    std::error_code ignored;
    if (fs::equivalent(output, model.path, ignored))
        throw Error(ErrorCode::InvalidInput, fmt::format("{} is the model itself. Writing there could lose it. Choose another place.", output.string()), {output.string()});
    if (fs::is_directory(output) && !fs::is_empty(output))
        throw Error(ErrorCode::InvalidInput, fmt::format("{} is not empty. Nothing is written over. Choose a new folder.", output.string()), {output.string()});
}

void writeAsGguf(const models::Model& model, const text::GgufVocabulary& vocabulary, const ModelExportOptions& options) {
    std::vector<formats::GgufTensorToWrite> tensors;
    for (const models::Parameter& parameter : model.parameters()) {
        tensors.push_back({parameter.name, parameter.fileShape(), [&parameter](std::uint64_t first, std::span<float> out) {
                               torch::Tensor value = parameter.isTransposed ? parameter.value.t() : parameter.value;
                               value = value.detach().to(torch::kFloat32).contiguous().flatten();
                               const float* data = value.data_ptr<float>() + first;
                               std::copy(data, data + out.size(), out.begin());
                           }});
    }
    formats::writeGguf(options.output, base::parseJson(model.configJson(), "config.json"), vocabulary, tensors, ggufType(options.dtype));
}

}  // namespace

void exportModel(const ResolvedModel& model, const ModelExportOptions& options, const ProgressSink& progress, const std::stop_token& stop) {
    const auto tell = [&](const char* stage, double done) {
        throwIfStopped(stop);
        if (progress) progress({stage, done, 3});
    };
    refuseToOverwrite(options.output, model);
    tell("Reading the model", 0);
    const models::LoadedModel loaded = models::loadModel(model.path);
    const text::Tokenizer tokenizer = loadModelTokenizer(model);
    if (options.format == ModelExportFormat::Adapter) {
        if (!loaded.model->hasLora())
            throw Error(ErrorCode::InvalidInput, fmt::format("{} has no adapter. It was not trained with LoRA. Export it as hf instead.", model.name));
        tell("Writing the adapter", 1);
        models::saveAdapter(*loaded.model, options.output, formats::readAdapter(model.path).config.baseModelName);
        tokenizer.save(options.output);
        return;
    }
    if (options.format == ModelExportFormat::Merged && !loaded.model->hasLora())
        throw Error(ErrorCode::InvalidInput, fmt::format("{} has no adapter that could be merged. It was not trained with LoRA. Export it as hf instead.", model.name));
    if (loaded.model->hasLora()) loaded.model->mergeAndDropLora();
    tell("Writing the model", 1);
    if (options.format == ModelExportFormat::Gguf) return writeAsGguf(*loaded.model, ggufVocabularyOf(model, tokenizer), options);
    models::SaveOptions save;
    save.dtype = torchType(options.dtype);
    save.generationConfigJson = loaded.generationConfigJson;
    models::saveModel(*loaded.model, options.output, save);
    tell("Writing the tokenizer", 2);
    tokenizer.save(options.output);
}

}  // namespace lathe::session
