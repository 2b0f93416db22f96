// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_set>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/limits.h"
#include "models/formats/file_reader.h"
#include "models/formats/gguf.h"

namespace lathe::formats {
namespace {

using base::checkedProduct;
using base::checkedSum;

/// Headers hold a vocabulary of a few MB; this bounds what a hostile file can make us read.
constexpr std::uint64_t kMaxHeaderBytes = 512u << 20;
constexpr std::uint64_t kFirstReadBytes = 4u << 20;
/// The largest vocabularies have about one million entries; a list is widened in memory, so its length is bounded too.
constexpr std::uint64_t kMaxListLength = 1u << 24;

/// Thrown inside this file when the given prefix ends although the file goes on.
struct NeedsMore {
    std::uint64_t bytes;
};

[[noreturn]] void throwCorrupt(const std::string& what, const std::string& why) {
    throw Error(ErrorCode::CorruptFile, fmt::format("{} is not a valid GGUF file. {}. Download it again.", what, why),
                {what});
}

[[noreturn]] void throwUnsupported(const std::string& what, const std::string& why, const std::string& advice) {
    throw Error(ErrorCode::Unsupported, fmt::format("{} cannot be read. {}. {}.", what, why, advice), {what});
}

// Type numbers of ggml.h (tensors) and of the GGUF specification (metadata).
struct TensorTypeRow {
    std::uint32_t id;
    TensorType type;
};
constexpr std::array kTensorTypes{
    TensorTypeRow{0, TensorType::F32},   TensorTypeRow{1, TensorType::F16},   TensorTypeRow{2, TensorType::Q4_0},
    TensorTypeRow{3, TensorType::Q4_1},  TensorTypeRow{6, TensorType::Q5_0},  TensorTypeRow{7, TensorType::Q5_1},
    TensorTypeRow{8, TensorType::Q8_0},  TensorTypeRow{12, TensorType::Q4_K}, TensorTypeRow{13, TensorType::Q5_K},
    TensorTypeRow{14, TensorType::Q6_K}, TensorTypeRow{24, TensorType::I8},   TensorTypeRow{25, TensorType::I16},
    TensorTypeRow{26, TensorType::I32},  TensorTypeRow{27, TensorType::I64},  TensorTypeRow{28, TensorType::F64},
    TensorTypeRow{30, TensorType::BF16},
};
constexpr std::uint32_t kHighestTensorType = 41;  // ggml of 2026 ends there; above is damage, not a type we lack

enum ValueType : std::uint32_t {
    kU8,
    kI8,
    kU16,
    kI16,
    kU32,
    kI32,
    kF32,
    kBool,
    kString,
    kArray,
    kU64,
    kI64,
    kF64,
    kValueTypes
};
constexpr std::array<std::uint64_t, kValueTypes> kMinimumBytes{1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};

/// Walks over the prefix of a file. Every step is checked against the real file length first.
class Cursor {
public:
    Cursor(std::span<const std::byte> head, std::uint64_t fileBytes, const std::string& what)
        : head_(head), fileBytes_(fileBytes), what_(what) {}

    std::uint64_t position() const { return position_; }
    std::uint64_t bytesLeft() const { return fileBytes_ - position_; }

    std::span<const std::byte> take(std::uint64_t count, const char* thing) {
        if (count > bytesLeft())
            throwCorrupt(what_, fmt::format("{} needs {} bytes, but only {} are left. The file is cut off", thing,
                                            count, bytesLeft()));
        if (position_ + count > kMaxHeaderBytes) throwCorrupt(what_, "Its header is larger than 512 MiB");
        if (position_ + count > head_.size()) throw NeedsMore{position_ + count};
        const auto part = head_.subspan(position_, count);
        position_ += count;
        return part;
    }

    template <typename Value>
    Value number(const char* thing) {
        Value value;
        std::memcpy(&value, take(sizeof value, thing).data(), sizeof value);
        return value;
    }

    std::string text(std::size_t maxBytes, const char* thing) {
        const auto length = number<std::uint64_t>(thing);
        if (length > maxBytes)
            throwCorrupt(what_, fmt::format("{} has a length of {} bytes, allowed are {}", thing, length, maxBytes));
        const auto bytes = take(length, thing);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    /// A count of records that take at least `minimumBytes` each: it must fit into what is left of the file.
    std::uint64_t count(std::uint64_t value, std::uint64_t minimumBytes, const char* thing) const {
        if (value > bytesLeft() / minimumBytes)
            throwCorrupt(what_, fmt::format("It claims {} {}, but has room for at most {}", value, thing,
                                            bytesLeft() / minimumBytes));
        return value;
    }

    const std::string& what() const { return what_; }

private:
    std::span<const std::byte> head_;
    std::uint64_t fileBytes_;
    const std::string& what_;
    std::uint64_t position_ = 0;
};

bool readBoolean(Cursor& cursor) {
    const auto value = cursor.number<std::uint8_t>("A truth value");
    if (value > 1) throwCorrupt(cursor.what(), fmt::format("A truth value is {}, allowed are 0 and 1", value));
    return value == 1;
}

std::int64_t readInteger(Cursor& cursor, std::uint32_t type) {
    switch (type) {
        case kU8: return cursor.number<std::uint8_t>("A number");
        case kI8: return cursor.number<std::int8_t>("A number");
        case kU16: return cursor.number<std::uint16_t>("A number");
        case kI16: return cursor.number<std::int16_t>("A number");
        case kU32: return cursor.number<std::uint32_t>("A number");
        case kI32: return cursor.number<std::int32_t>("A number");
        default: return cursor.number<std::int64_t>("A number");
    }
}

double readDouble(Cursor& cursor, std::uint32_t type) {
    return type == kF32 ? static_cast<double>(cursor.number<float>("A number")) : cursor.number<double>("A number");
}

/// A 64-bit unsigned array element above 2^63 has no meaning in a model.
std::int64_t readArrayInteger(Cursor& cursor, std::uint32_t type) {
    if (type != kU64) return readInteger(cursor, type);
    const auto value = cursor.number<std::uint64_t>("A number");
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        throwCorrupt(cursor.what(), "A number in a list is out of range");
    return static_cast<std::int64_t>(value);
}

GgufValue readArray(Cursor& cursor) {
    const auto type = cursor.number<std::uint32_t>("A list");
    if (type >= kValueTypes) throwCorrupt(cursor.what(), fmt::format("A list has the unknown type {}", type));
    if (type == kArray) throwCorrupt(cursor.what(), "A list holds lists");
    const std::uint64_t count =
        cursor.count(cursor.number<std::uint64_t>("A list"), kMinimumBytes[type], "list elements");
    if (count > kMaxListLength)
        throwCorrupt(cursor.what(), fmt::format("A list has {} elements, allowed are {}", count, kMaxListLength));
    const auto fill = [&](auto list, auto read) {
        for (std::uint64_t i = 0; i < count; ++i) list.push_back(read());
        return GgufValue(std::move(list));
    };
    if (type == kString)
        return fill(std::vector<std::string>(), [&] { return cursor.text(base::kMaxGgufStringBytes, "A text"); });
    if (type == kBool) return fill(std::vector<bool>(), [&] { return readBoolean(cursor); });
    if (type == kF32 || type == kF64) return fill(std::vector<double>(), [&] { return readDouble(cursor, type); });
    return fill(std::vector<std::int64_t>(), [&] { return readArrayInteger(cursor, type); });
}

GgufValue readValue(Cursor& cursor) {
    const auto type = cursor.number<std::uint32_t>("A value");
    switch (type) {
        case kBool: return readBoolean(cursor);
        case kString: return cursor.text(base::kMaxGgufStringBytes, "A text");
        case kArray: return readArray(cursor);
        case kF32:
        case kF64: return readDouble(cursor, type);
        case kU64: return cursor.number<std::uint64_t>("A number");
        default: break;
    }
    if (type >= kValueTypes) throwCorrupt(cursor.what(), fmt::format("A value has the unknown type {}", type));
    return readInteger(cursor, type);
}

void readPairs(Cursor& cursor, std::uint64_t count, GgufHeader& header) {
    for (std::uint64_t i = 0; i < count; ++i) {
        std::string key = cursor.text(base::kMaxGgufKeyBytes, "A key");
        if (key.empty()) throwCorrupt(cursor.what(), "A key is empty");
        const bool isAlignment = key == "general.alignment";
        const std::uint64_t start = cursor.position();
        GgufValue value = readValue(cursor);
        if (isAlignment) {
            // The specification fixes the type to UINT32: exactly 8 bytes with its type number.
            const auto* number = std::get_if<std::int64_t>(&value);
            if (number == nullptr || cursor.position() - start != 8)
                throwCorrupt(cursor.what(), "general.alignment is not a 32-bit number");
            if (*number < 1 || *number > static_cast<std::int64_t>(base::kMaxGgufAlignment) ||
                !std::has_single_bit(static_cast<std::uint64_t>(*number)))
                throwCorrupt(cursor.what(),
                             fmt::format("general.alignment is {}, allowed are powers of two up to 1 MiB", *number));
            header.alignment = static_cast<std::uint64_t>(*number);
        }
        if (!header.pairs.emplace(key, std::move(value)).second)
            throwCorrupt(cursor.what(), fmt::format("The key \"{}\" occurs twice", key));
    }
}

TensorType tensorType(std::uint32_t id, const std::string& name, const std::string& what) {
    for (const TensorTypeRow& row : kTensorTypes)
        if (row.id == id) return row.type;
    if (id > kHighestTensorType) throwCorrupt(what, fmt::format("The tensor \"{}\" has the unknown type {}", name, id));
    throwUnsupported(
        what,
        fmt::format("The tensor \"{}\" is stored in GGUF's format number {}, which Lathe does not know", name, id),
        "Choose a file in F32, F16, BF16, Q8_0, Q6_K, Q5_K, Q5_1, Q5_0, Q4_K, Q4_1 or Q4_0");
}

/// One row of the tensor table; `offset` is still relative to the data section.
GgufTensor readTensor(Cursor& cursor) {
    GgufTensor tensor;
    const std::string& what = cursor.what();
    tensor.info.name = cursor.text(base::kMaxGgufKeyBytes, "A tensor name");
    if (tensor.info.name.empty()) throwCorrupt(what, "A tensor has no name");
    const auto dimensions = cursor.number<std::uint32_t>("A tensor");
    if (dimensions > 4)
        throwCorrupt(what,
                     fmt::format("The tensor \"{}\" has {} dimensions, allowed are 4", tensor.info.name, dimensions));
    std::uint64_t elements = 1;
    for (std::uint32_t i = 0; i < dimensions; ++i) {
        const auto size = cursor.number<std::uint64_t>("A tensor");
        const auto product = checkedProduct(elements, std::max<std::uint64_t>(size, 1));
        if (!product || *product > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            throwCorrupt(what,
                         fmt::format("The shape of \"{}\" has more elements than can be counted", tensor.info.name));
        if (size == 0) throwCorrupt(what, fmt::format("The tensor \"{}\" has an empty dimension", tensor.info.name));
        elements = *product;
        tensor.info.shape.insert(tensor.info.shape.begin(), static_cast<std::int64_t>(size));
    }
    tensor.info.type = tensorType(cursor.number<std::uint32_t>("A tensor"), tensor.info.name, what);
    const BlockSize block = blockSize(tensor.info.type);
    const auto rowLength = static_cast<std::uint64_t>(tensor.info.shape.empty() ? 1 : tensor.info.shape.back());
    if (rowLength % block.elements != 0)
        throwCorrupt(what, fmt::format("The rows of \"{}\" have {} values, which {} cannot hold", tensor.info.name,
                                       rowLength, typeName(tensor.info.type)));
    const auto bytes = checkedProduct(elements / block.elements, block.bytes);
    if (!bytes) throwCorrupt(what, fmt::format("The tensor \"{}\" is larger than can be counted", tensor.info.name));
    tensor.info.elements = elements;
    tensor.info.bytes = *bytes;
    tensor.offset = cursor.number<std::uint64_t>("A tensor");
    return tensor;
}

/// Makes offsets absolute and checks that every tensor lies inside the file and on its own.
void placeTensors(GgufHeader& header, std::uint64_t headerEnd, std::uint64_t fileBytes) {
    const auto padded = checkedSum(
        headerEnd, header.alignment - 1);  // both are bounded, so this cannot fail; the rule is the same everywhere
    const std::uint64_t dataStart = padded.value_or(fileBytes) & ~(header.alignment - 1);
    std::vector<const GgufTensor*> order;
    for (GgufTensor& tensor : header.tensors) {
        const std::string& name = tensor.info.name;
        if (tensor.offset % header.alignment != 0)
            throwCorrupt(header.what,
                         fmt::format("The tensor \"{}\" is not aligned to {} bytes", name, header.alignment));
        const auto start = checkedSum(dataStart, tensor.offset);
        const auto end = start ? checkedSum(*start, tensor.info.bytes) : std::nullopt;
        if (!end || *end > fileBytes)
            throwCorrupt(header.what, fmt::format("The tensor \"{}\" ends after the file. The file is cut off", name));
        tensor.offset = *start;
        order.push_back(&tensor);
    }
    std::sort(order.begin(), order.end(),
              [](const GgufTensor* a, const GgufTensor* b) { return a->offset < b->offset; });
    for (std::size_t i = 1; i < order.size(); ++i)
        if (order[i - 1]->offset + order[i - 1]->info.bytes > order[i]->offset)
            throwCorrupt(header.what, fmt::format("The tensors \"{}\" and \"{}\" overlap", order[i - 1]->info.name,
                                                  order[i]->info.name));
}

void checkMagic(std::span<const std::byte> head, std::uint64_t fileBytes, const std::string& what) {
    refuseForeignFile(head, what);
    if (fileBytes < 24) throwCorrupt(what, fmt::format("It has only {} bytes", fileBytes));
    if (std::memcmp(head.data(), "GGUF", 4) != 0) throwCorrupt(what, "It does not begin with \"GGUF\"");
}

std::uint32_t readVersion(Cursor& cursor) {
    cursor.take(4, "The file");
    const auto version = cursor.number<std::uint32_t>("The version");
    if (version != 0 && (version & 0xffffu) == 0)
        throwUnsupported(cursor.what(), "It is stored in big-endian order", "Convert it with gguf-convert-endian");
    if (version == 1)
        throwUnsupported(cursor.what(), "It has GGUF version 1", "Convert the model again with a current llama.cpp");
    if (version == 0) throwCorrupt(cursor.what(), "It has GGUF version 0");
    if (version > 3)
        throwUnsupported(cursor.what(), fmt::format("It has GGUF version {}, and Lathe knows 2 and 3", version),
                         "Look for a newer Lathe or an older file");
    return version;
}

GgufHeader parseHeader(std::span<const std::byte> head, std::uint64_t fileBytes, const std::string& what) {
    GgufHeader header;
    header.what = what;
    Cursor cursor(head, fileBytes, header.what);
    header.version = readVersion(cursor);
    // A tensor's record takes at least 8 (name) + 4 (dimensions) + 4 (type) + 8 (offset) bytes, a pair's 8 + 4 + 1.
    const std::uint64_t tensors = cursor.count(cursor.number<std::uint64_t>("The tensor count"), 24, "tensors");
    const std::uint64_t pairs = cursor.count(cursor.number<std::uint64_t>("The pair count"), 13, "metadata pairs");
    if (tensors > base::kMaxTensors)
        throwCorrupt(what, fmt::format("It lists {} tensors, allowed are {}", tensors, base::kMaxTensors));
    if (pairs > base::kMaxGgufPairs)
        throwCorrupt(what, fmt::format("It lists {} metadata pairs, allowed are {}", pairs, base::kMaxGgufPairs));
    readPairs(cursor, pairs, header);
    std::unordered_set<std::string> names;
    for (std::uint64_t i = 0; i < tensors; ++i) {
        header.tensors.push_back(readTensor(cursor));
        if (!names.insert(header.tensors.back().info.name).second)
            throwCorrupt(what, fmt::format("The tensor \"{}\" occurs twice", header.tensors.back().info.name));
    }
    placeTensors(header, cursor.position(), fileBytes);
    return header;
}

[[noreturn]] void throwWrongType(const GgufHeader& header, std::string_view key, const char* expected) {
    throwCorrupt(header.what, fmt::format("{} is not {}", key, expected));
}

template <typename Value>
const Value* typed(const GgufHeader& header, std::string_view key, const char* expected) {
    const GgufValue* value = header.find(key);
    if (value == nullptr) return nullptr;
    if (const auto* result = std::get_if<Value>(value)) return result;
    throwWrongType(header, key, expected);
}

}  // namespace

std::optional<GgufHeader> parseGgufHeader(std::span<const std::byte> head, std::uint64_t fileBytes,
                                          const std::string& what, std::uint64_t* needed) {
    if (head.size() < std::min<std::uint64_t>(fileBytes, 24)) {
        *needed = 24;
        return std::nullopt;
    }
    checkMagic(head, fileBytes, what);
    try {
        return parseHeader(head, fileBytes, what);
    } catch (const NeedsMore& more) {
        *needed = more.bytes;
        return std::nullopt;
    }
}

GgufHeader readGgufHeader(const std::filesystem::path& file) {
    const FileReader reader(file);
    std::uint64_t length = kFirstReadBytes;
    std::vector<std::byte> head;
    while (true) {
        const std::uint64_t have = head.size();
        head.resize(std::min(length, reader.size()));
        reader.readAt(have, std::span(head).subspan(have));
        std::uint64_t needed = 0;
        if (auto header = parseGgufHeader(head, reader.size(), file.string(), &needed)) return std::move(*header);
        length = std::max(needed, 2 * length);
    }
}

const GgufValue* GgufHeader::find(std::string_view key) const {
    const auto place = pairs.find(key);
    return place == pairs.end() ? nullptr : &place->second;
}

std::optional<std::string> GgufHeader::text(std::string_view key) const {
    const auto* value = typed<std::string>(*this, key, "a text");
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<bool> GgufHeader::boolean(std::string_view key) const {
    const auto* value = typed<bool>(*this, key, "true or false");
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<double> GgufHeader::number(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* number = std::get_if<double>(value)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(value)) return static_cast<double>(*number);
    if (const auto* number = std::get_if<std::uint64_t>(value)) return static_cast<double>(*number);
    throwWrongType(*this, key, "a number");
}

std::optional<std::int64_t> GgufHeader::integer(std::string_view key, std::int64_t minimum,
                                                std::int64_t maximum) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return std::nullopt;
    std::int64_t result = 0;
    if (const auto* number = std::get_if<std::int64_t>(value)) result = *number;
    else if (const auto* large = std::get_if<std::uint64_t>(value))
        result = *large > static_cast<std::uint64_t>(maximum) ? std::numeric_limits<std::int64_t>::max()
                                                              : static_cast<std::int64_t>(*large);
    else throwWrongType(*this, key, "a whole number");
    if (result < minimum || result > maximum)
        throwCorrupt(what, fmt::format("{} is {}, allowed is {} to {}", key, result, minimum, maximum));
    return result;
}

const std::vector<std::string>* GgufHeader::texts(std::string_view key) const {
    return typed<std::vector<std::string>>(*this, key, "a list of texts");
}

const std::vector<std::int64_t>* GgufHeader::integers(std::string_view key) const {
    return typed<std::vector<std::int64_t>>(*this, key, "a list of whole numbers");
}

const std::vector<double>* GgufHeader::numbers(std::string_view key) const {
    return typed<std::vector<double>>(*this, key, "a list of numbers");
}

}  // namespace lathe::formats
