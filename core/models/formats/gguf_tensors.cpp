// SPDX-License-Identifier: GPL-3.0-or-later
/// The tensors of a GGUF file in Hugging Face's names and order.
#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "models/formats/file_reader.h"
#include "models/formats/gguf_model.h"
#include "models/formats/gguf_names.h"

namespace lathe::formats {
namespace {

constexpr std::string_view kRopeFactors = "rope_freqs.weight";

/// Where a tensor of Hugging Face's name lies and how its rows are to be reordered.
struct Place {
    TensorInfo stored;  ///< the file's shape
    std::uint64_t offset = 0;
    RowOrder order = RowOrder::Same;
    std::uint64_t heads = 1;  ///< for the interleaved orders
};

class GgufTensors final : public TensorSource {
public:
    GgufTensors(const std::filesystem::path& path, const GgufHeader& header) : file_(path) {
        const base::Json config = ggufConfig(header);
        const Architecture* architecture = architectureOfGguf(*header.text("general.architecture"));
        std::vector<std::pair<TensorInfo, Place>> all;
        for (const GgufTensor& tensor : header.tensors) {
            if (tensor.info.name == kRopeFactors) continue;
            const auto mapped = toHuggingFace(*architecture, tensor.info.name);
            if (!mapped) refuse(tensor.info.name);
            Place place{tensor.info, tensor.offset, mapped->order, 1};
            TensorInfo info = tensor.info;
            info.name = mapped->name;
            prepare(config, info, place);
            all.emplace_back(std::move(info), std::move(place));
        }
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first.name < b.first.name; });
        std::vector<TensorInfo> infos;
        for (auto& [info, place] : all) {
            infos.push_back(std::move(info));
            places_.push_back(std::move(place));
        }
        setTensors(std::move(infos));
    }

    std::string description() const override { return file_.path().string(); }

    void readFloat(const TensorInfo& tensor, std::span<float> out, std::uint64_t first) const override {
        const Place& place = placeOf(tensor);
        if (place.order == RowOrder::Same) return readStored(file_, place.stored, place.offset, out, first);
        if (first > tensor.elements || out.size() > tensor.elements - first)
            return readStored(file_, place.stored, place.offset, out, first);  // throws
        if (place.order == RowOrder::Transposed) return readTransposed(place, out, first);
        readInterleaved(place, out, first);
    }

    void readRaw(const TensorInfo& tensor, std::span<std::byte> out) const override {
        const Place& place = placeOf(tensor);
        if (place.order != RowOrder::Same || out.size() != place.stored.bytes)
            throw Error(
                ErrorCode::InvalidInput,
                fmt::format("The stored bytes of {} cannot be given in Hugging Face's order. Read it as numbers.",
                            tensor.name),
                {description()});
        file_.readAt(place.offset, out);
    }

private:
    [[noreturn]] void refuse(const std::string& name) const {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("{} has the tensor \"{}\". This architecture in Lathe has none like it, so results "
                                "would be wrong. Choose another model.",
                                description(), name.substr(0, 80)),
                    {description()});
    }

    void prepare(const base::Json& config, TensorInfo& info, Place& place) const {
        if (place.order == RowOrder::Same) return;
        if (place.order == RowOrder::Transposed) {
            if (info.shape.size() != 2) refuse(place.stored.name);
            std::swap(info.shape[0], info.shape[1]);
            return;
        }
        place.heads = config.at(place.order == RowOrder::InterleavedQ ? "num_attention_heads" : "num_key_value_heads")
                          .get<std::uint64_t>();
        if (info.shape.empty() || info.shape.size() > 2 ||
            static_cast<std::uint64_t>(info.shape[0]) % (2 * place.heads) != 0) {
            throw Error(
                ErrorCode::CorruptFile,
                fmt::format("{} is damaged. The rows of \"{}\" cannot be split into {} heads. Download it again.",
                            description(), place.stored.name, place.heads),
                {description()});
        }
    }

    const Place& placeOf(const TensorInfo& tensor) const {
        return places_[static_cast<std::size_t>(&info(tensor.name) - tensors().data())];
    }

    /// Within a head the file has rows (i, j) for i < half, j < 2; Hugging Face has them as (j, i).
    void readInterleaved(const Place& place, std::span<float> out, std::uint64_t first) const {
        const auto rows = static_cast<std::uint64_t>(place.stored.shape[0]);
        const std::uint64_t width = place.stored.elements / rows;
        const std::uint64_t headRows = rows / place.heads;
        const std::uint64_t headElements = headRows * width;
        std::vector<float> head(headElements);
        for (std::uint64_t start = first - first % headElements; start < first + out.size(); start += headElements) {
            readStored(file_, place.stored, place.offset, head, start);
            for (std::uint64_t row = 0; row < headRows; ++row) {
                const std::uint64_t source = (row % (headRows / 2)) * 2 + row / (headRows / 2);
                const std::uint64_t begin = std::max(first, start + row * width);
                const std::uint64_t end = std::min(first + out.size(), start + (row + 1) * width);
                if (begin >= end) continue;
                const std::uint64_t column = begin - (start + row * width);
                std::copy_n(head.begin() + static_cast<std::ptrdiff_t>(source * width + column), end - begin,
                            out.begin() + static_cast<std::ptrdiff_t>(begin - first));
            }
        }
    }

    void readTransposed(const Place& place, std::span<float> out, std::uint64_t first) const {
        const auto rows = static_cast<std::uint64_t>(place.stored.shape[0]);
        const auto columns = static_cast<std::uint64_t>(place.stored.shape[1]);
        std::vector<float> whole(place.stored.elements);
        readStored(file_, place.stored, place.offset, whole, 0);
        for (std::uint64_t i = 0; i < out.size(); ++i)
            out[i] = whole[(first + i) % rows * columns + (first + i) / rows];
    }

    FileReader file_;
    std::vector<Place> places_;  ///< in the order of tensors()
};

}  // namespace

std::shared_ptr<const TensorSource> openGgufTensors(const std::filesystem::path& file, const GgufHeader& header) {
    return std::make_shared<GgufTensors>(file, header);
}

ModelFiles openGgufModel(const std::filesystem::path& file) {
    const GgufHeader header = readGgufHeader(file);
    ModelFiles model;
    model.container = Container::Gguf;
    model.file = file;
    model.folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    model.config = ggufConfig(header);
    model.tensors = openGgufTensors(file, header);
    model.vocabulary = ggufVocabulary(header);
    model.weightBytes = std::filesystem::file_size(file);
    for (const GgufTensor& tensor : header.tensors) {
        if (tensor.info.name != kRopeFactors || !model.config.contains("rope_theta")) continue;
        const FileReader reader(file);
        std::vector<float> factors(tensor.info.elements);
        readStored(reader, tensor.info, tensor.offset, factors, 0);
        model.config["rope_scaling"] = ggufRopeScaling(header, factors, model.config["rope_theta"].get<double>());
    }
    return model;
}

}  // namespace lathe::formats
