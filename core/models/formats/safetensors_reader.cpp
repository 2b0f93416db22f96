// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <unordered_set>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"
#include "base/limits.h"
#include "models/formats/file_reader.h"
#include "models/formats/safetensors.h"

namespace lathe::formats {
namespace {

using base::checkedProduct;
using base::checkedSum;
using base::Json;

[[noreturn]] void throwCorrupt(const std::string& what, const std::string& why) {
    throw Error(ErrorCode::CorruptFile,
                fmt::format("{} is not a valid safetensors file. {}. Download or save it again.", what, why), {what});
}

/// A dtype of the format with its width; `type` is empty for the ones that Lathe cannot compute with.
struct DtypeRow {
    std::string_view name;
    std::uint64_t bits;
    std::optional<TensorType> type;
};

constexpr std::array<DtypeRow, 20> kDtypes{{
    {"BOOL", 8, TensorType::Bool},      {"U8", 8, TensorType::U8},          {"I8", 8, TensorType::I8},
    {"U16", 16, TensorType::U16},       {"I16", 16, TensorType::I16},       {"U32", 32, TensorType::U32},
    {"I32", 32, TensorType::I32},       {"U64", 64, TensorType::U64},       {"I64", 64, TensorType::I64},
    {"F8_E4M3", 8, TensorType::F8E4M3}, {"F8_E5M2", 8, TensorType::F8E5M2}, {"F16", 16, TensorType::F16},
    {"BF16", 16, TensorType::BF16},     {"F32", 32, TensorType::F32},       {"F64", 64, TensorType::F64},
    {"C64", 64, std::nullopt},          {"F8_E8M0", 8, std::nullopt},       {"F4", 4, std::nullopt},
    {"F6_E2M3", 6, std::nullopt},       {"F6_E3M2", 6, std::nullopt},
}};

/// One tensor as the header spells it.
struct RawEntry {
    std::string name;
    std::optional<std::string> dtype;
    std::optional<std::vector<std::uint64_t>> shape;
    std::optional<std::vector<std::uint64_t>> offsets;
};

/// Reads the header event by event, so that its memory stays in proportion to the tensors and depth costs nothing.
/// Every deviation from {name: {dtype, shape, data_offsets}, "__metadata__": {text: text}} is an error.
class HeaderReader : public nlohmann::json_sax<Json> {
public:
    HeaderReader(const std::string& what, std::map<std::string, std::string>& metadata)
        : what_(what), metadata_(metadata) {}

    std::vector<RawEntry> entries;

    bool null() override { unexpected("null"); }
    bool boolean(bool) override { unexpected("true or false"); }
    bool number_integer(number_integer_t value) override { unexpected(fmt::format("the number {}", value)); }
    bool number_float(number_float_t, const string_t& text) override { unexpected("the number " + text); }
    bool binary(binary_t&) override { unexpected("binary data"); }

    bool number_unsigned(number_unsigned_t value) override {
        if (list_ == nullptr) unexpected(fmt::format("the number {}", value));
        if (list_->size() >= base::kMaxTensorDimensions)
            throwCorrupt(what_, fmt::format("The tensor \"{}\" has more than {} dimensions", entries.back().name,
                                            base::kMaxTensorDimensions));
        list_->push_back(value);
        return true;
    }

    bool string(string_t& value) override {
        if (depth_ == 2 && isMetadata_) metadata_[key_] = value;
        else if (depth_ == 2 && list_ == nullptr && key_ == "dtype") entries.back().dtype = value;
        else unexpected("the text \"" + value.substr(0, 40) + "\"");
        return true;
    }

    bool key(string_t& value) override {
        if (value.size() > base::kMaxPieceBytes) throwCorrupt(what_, "A name is longer than 64 KiB");
        if (!(depth_ == 1 ? names_ : keys_).insert(value).second)
            throwCorrupt(what_, fmt::format("The name \"{}\" occurs twice", value));
        key_ = value;
        return true;
    }

    bool start_object(std::size_t) override {
        if (list_ != nullptr || depth_ > 1) unexpected("an object");
        if (depth_++ == 0) return true;
        isMetadata_ = key_ == "__metadata__";
        keys_.clear();
        if (isMetadata_) return true;
        if (entries.size() >= base::kMaxTensors)
            throwCorrupt(what_, fmt::format("It lists more than {} tensors", base::kMaxTensors));
        entries.push_back({key_, {}, {}, {}});
        return true;
    }

    bool end_object() override {
        --depth_;
        return true;
    }

    bool start_array(std::size_t) override {
        if (depth_ != 2 || isMetadata_ || list_ != nullptr || (key_ != "shape" && key_ != "data_offsets"))
            unexpected("a list");
        auto& list = key_ == "shape" ? entries.back().shape : entries.back().offsets;
        list.emplace();
        list_ = &*list;
        return true;
    }

    bool end_array() override {
        list_ = nullptr;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        throwCorrupt(what_, fmt::format("Its header is not JSON at byte {}", position));
    }

private:
    [[noreturn]] void unexpected(const std::string& thing) const {
        throwCorrupt(what_, fmt::format("Its header has {} where the format allows none (near \"{}\")", thing, key_));
    }

    const std::string& what_;
    std::map<std::string, std::string>& metadata_;
    std::unordered_set<std::string> names_;
    std::unordered_set<std::string> keys_;
    std::string key_;
    std::vector<std::uint64_t>* list_ = nullptr;
    int depth_ = 0;
    bool isMetadata_ = false;
};

/// Product of the dimensions. Zeros do not excuse an overflow of the rest, because strides are computed from it too.
std::uint64_t elementCount(const RawEntry& raw, const std::string& what) {
    std::uint64_t product = 1;
    bool isEmpty = false;
    for (const std::uint64_t size : *raw.shape) {
        isEmpty = isEmpty || size == 0;
        const auto next = checkedProduct(product, std::max<std::uint64_t>(size, 1));
        if (!next || *next > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            throwCorrupt(what, fmt::format("The shape of \"{}\" has more elements than can be counted", raw.name));
        product = *next;
    }
    return isEmpty ? 0 : product;
}

SafetensorsEntry checkedEntry(const RawEntry& raw, const std::string& what) {
    if (!raw.dtype || !raw.shape || !raw.offsets)
        throwCorrupt(what, fmt::format("The tensor \"{}\" lacks dtype, shape or data_offsets", raw.name));
    if (raw.offsets->size() != 2)
        throwCorrupt(what, fmt::format("data_offsets of \"{}\" are not two numbers", raw.name));
    const std::uint64_t begin = (*raw.offsets)[0];
    const std::uint64_t end = (*raw.offsets)[1];
    if (end < begin) throwCorrupt(what, fmt::format("The tensor \"{}\" ends before it begins", raw.name));
    const auto* dtype =
        std::find_if(kDtypes.begin(), kDtypes.end(), [&](const DtypeRow& row) { return row.name == *raw.dtype; });
    if (dtype == kDtypes.end()) {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("{} stores \"{}\" as \"{}\". This version of Lathe does not know that type. Save the "
                                "model as F32, F16 or BF16.",
                                what, raw.name, raw.dtype->substr(0, 40)),
                    {what});
    }
    const std::uint64_t elements = elementCount(raw, what);
    const auto bits = checkedProduct(elements, dtype->bits);
    if (!bits) throwCorrupt(what, fmt::format("The tensor \"{}\" is larger than can be counted", raw.name));
    if (*bits % 8 != 0) throwCorrupt(what, fmt::format("The tensor \"{}\" does not end at a whole byte", raw.name));
    if (end - begin != *bits / 8)
        throwCorrupt(what,
                     fmt::format("The tensor \"{}\" needs {} bytes but has {}", raw.name, *bits / 8, end - begin));
    if (!dtype->type) {
        throw Error(
            ErrorCode::Unsupported,
            fmt::format("{} stores \"{}\" as {}. Lathe cannot compute with it. Save the model as F32, F16 or BF16.",
                        what, raw.name, dtype->name),
            {what});
    }
    SafetensorsEntry entry;
    entry.info = {raw.name, *dtype->type, {}, *bits / 8, elements};
    for (const std::uint64_t size : *raw.shape) entry.info.shape.push_back(static_cast<std::int64_t>(size));
    entry.begin = begin;
    return entry;
}

void checkLayout(std::vector<SafetensorsEntry>& entries, std::uint64_t dataBytes, const std::string& what) {
    std::stable_sort(entries.begin(), entries.end(), [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.info.bytes < b.info.bytes;
    });
    std::uint64_t place = 0;
    for (const SafetensorsEntry& entry : entries) {
        if (entry.begin < place)
            throwCorrupt(what, fmt::format("The tensor \"{}\" overlaps another one", entry.info.name));
        if (entry.begin > place)
            throwCorrupt(what, fmt::format("There is a hole of {} bytes before the tensor \"{}\"", entry.begin - place,
                                           entry.info.name));
        const auto end = checkedSum(entry.begin, entry.info.bytes);
        if (!end || *end > dataBytes)
            throwCorrupt(what,
                         fmt::format("The tensor \"{}\" ends after the file. The file is cut off", entry.info.name));
        place = *end;
    }
    if (place != dataBytes)
        throwCorrupt(what, fmt::format("There are {} bytes after the last tensor", dataBytes - place));
}

/// Length of the JSON text, checked against the limit and the file.
std::uint64_t headerLength(std::span<const std::byte> head, std::uint64_t fileBytes, const std::string& what) {
    refuseForeignFile(head, what);
    if (fileBytes < 8 || head.size() < 8) throwCorrupt(what, fmt::format("It has only {} bytes", fileBytes));
    std::uint64_t length = 0;
    std::memcpy(&length, head.data(), sizeof length);
    if (length > base::kMaxSafetensorsHeaderBytes)
        throwCorrupt(what, fmt::format("Its header claims {} bytes, more than the allowed 100 MB", length));
    if (length > fileBytes - 8)
        throwCorrupt(what, fmt::format("Its header claims {} bytes, but the file has {}. The file is cut off", length,
                                       fileBytes));
    return length;
}

class SafetensorsFile final : public TensorSource {
public:
    explicit SafetensorsFile(const std::filesystem::path& path) : file_(path) {
        SafetensorsHeader header = readHeader(file_);
        metadata_ = std::move(header.metadata);
        std::sort(header.entries.begin(), header.entries.end(),
                  [](const auto& a, const auto& b) { return a.info.name < b.info.name; });
        std::vector<TensorInfo> infos;
        for (SafetensorsEntry& entry : header.entries) {
            offsets_.push_back(header.dataStart + entry.begin);
            infos.push_back(std::move(entry.info));
        }
        setTensors(std::move(infos));
    }

    static SafetensorsHeader readHeader(const FileReader& file) {
        const std::string what = file.path().string();
        std::vector<std::byte> head(std::min<std::uint64_t>(file.size(), 1u << 9));
        file.readAt(0, head);
        const std::uint64_t length = headerLength(head, file.size(), what);
        head.resize(8 + length);
        file.readAt(0, head);
        return parseSafetensorsHeader(head, file.size(), what);
    }

    std::string description() const override { return file_.path().string(); }
    const std::map<std::string, std::string>& metadata() const { return metadata_; }

    void readFloat(const TensorInfo& tensor, std::span<float> out, std::uint64_t first) const override {
        readStored(file_, tensor, offsetOf(tensor), out, first);
    }

    void readRaw(const TensorInfo& tensor, std::span<std::byte> out) const override {
        if (out.size() != tensor.bytes)
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("{} has {} bytes, but room for {} was given. Please report this.", tensor.name,
                                    tensor.bytes, out.size()));
        file_.readAt(offsetOf(tensor), out);
    }

private:
    std::uint64_t offsetOf(const TensorInfo& tensor) const {
        return offsets_[static_cast<std::size_t>(&info(tensor.name) - tensors().data())];
    }

    FileReader file_;
    std::vector<std::uint64_t> offsets_;  ///< in the file, in the order of tensors()
    std::map<std::string, std::string> metadata_;
};

/// A plain file name under the rules of POSIX and of Windows, because a folder may travel between both.
bool isPlainFileName(const std::string& name) {
    if (name.empty() || name == "." || name == ".." || name.size() > 255) return false;
    return name.find_first_of(std::string_view("/\\:\0", 4)) == std::string::npos;
}

class ShardedSafetensors final : public TensorSource {
public:
    explicit ShardedSafetensors(const std::filesystem::path& index) : index_(index) {
        const Json json = base::readJsonFile(index, {base::kMaxSafetensorsHeaderBytes, 8});
        const auto map = json.is_object() ? json.find("weight_map") : json.end();
        if (!json.is_object() || map == json.end() || !map->is_object()) throwIndex("It has no \"weight_map\"");
        std::map<std::string, std::size_t> shardOf;
        std::vector<TensorInfo> infos;
        for (const auto& [name, shard] : map->items()) {
            if (!shard.is_string() || !isPlainFileName(shard.get<std::string>()))
                throwIndex(fmt::format("The tensor \"{}\" names a shard that is not a file of this folder", name));
            const std::string file = shard.get<std::string>();
            const auto [place, isNew] = shardOf.emplace(file, shards_.size());
            if (isNew) shards_.push_back(std::make_unique<SafetensorsFile>(index.parent_path() / file));
            const TensorInfo* found = shards_[place->second]->find(name);
            if (found == nullptr) throwIndex(fmt::format("The tensor \"{}\" is not in {}", name, file));
            infos.push_back(*found);
            owner_.emplace(name, place->second);
        }
        setTensors(std::move(infos));
    }

    std::string description() const override { return index_.string(); }

    void readFloat(const TensorInfo& tensor, std::span<float> out, std::uint64_t first) const override {
        const SafetensorsFile& shard = shardOf(tensor);
        shard.readFloat(shard.info(tensor.name), out, first);
    }

    void readRaw(const TensorInfo& tensor, std::span<std::byte> out) const override {
        const SafetensorsFile& shard = shardOf(tensor);
        shard.readRaw(shard.info(tensor.name), out);
    }

private:
    [[noreturn]] void throwIndex(const std::string& why) const {
        throw Error(
            ErrorCode::CorruptFile,
            fmt::format("{} does not describe this model. {}. Download the folder again.", index_.string(), why),
            {index_.string()});
    }

    const SafetensorsFile& shardOf(const TensorInfo& tensor) const {
        return *shards_[owner_.at(info(tensor.name).name)];
    }

    std::filesystem::path index_;
    std::vector<std::unique_ptr<SafetensorsFile>> shards_;
    std::map<std::string, std::size_t> owner_;
};

}  // namespace

SafetensorsHeader parseSafetensorsHeader(std::span<const std::byte> head, std::uint64_t fileBytes,
                                         const std::string& what) {
    const std::uint64_t length = headerLength(head, fileBytes, what);
    if (head.size() - 8 < length) throwCorrupt(what, "Its header is cut off");
    const std::string_view text(reinterpret_cast<const char*>(head.data()) + 8, length);
    if (!text.starts_with('{')) throwCorrupt(what, "Its header does not begin with {");
    SafetensorsHeader header;
    HeaderReader reader(what, header.metadata);
    Json::sax_parse(text.begin(), text.end(), &reader);
    header.dataStart = 8 + length;
    header.entries.reserve(reader.entries.size());
    for (const RawEntry& raw : reader.entries) header.entries.push_back(checkedEntry(raw, what));
    checkLayout(header.entries, fileBytes - header.dataStart, what);
    return header;
}

std::shared_ptr<const TensorSource> openSafetensors(const std::filesystem::path& file) {
    return std::make_shared<SafetensorsFile>(file);
}

std::map<std::string, std::string> readSafetensorsMetadata(const std::filesystem::path& file) {
    return SafetensorsFile(file).metadata();
}

std::shared_ptr<const TensorSource> openShardedSafetensors(const std::filesystem::path& indexFile) {
    return std::make_shared<ShardedSafetensors>(indexFile);
}

}  // namespace lathe::formats
