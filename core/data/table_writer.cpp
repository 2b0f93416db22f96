// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/table_writer.h"

#include <unordered_set>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/ipc/writer.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <lathe/error.h>
#include <openssl/evp.h>

#include "data/arrow_support.h"
#include "data/fingerprint.h"
#include "data/table_impl.h"

namespace lathe::data {
namespace {

/// A batch is written early at this size, so that 10 MB cells do not pile up.
constexpr std::size_t kBatchBytes = 48u << 20;

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new()) {
        if (context_ == nullptr || EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) != 1)
            throw Error(ErrorCode::Internal, "The SHA-256 routine failed. Please report this.");
    }
    ~Sha256() { EVP_MD_CTX_free(context_); }
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(const void* bytes, std::size_t count) { EVP_DigestUpdate(context_, bytes, count); }
    std::string finish() {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int length = 0;
        EVP_DigestFinal_ex(context_, digest, &length);
        return std::string(reinterpret_cast<const char*>(digest), length);
    }

private:
    EVP_MD_CTX* context_;
};

}  // namespace

struct Fingerprint::Sums {
    Sha256 lengths;
    Sha256 bytes;
};

Fingerprint::Fingerprint(std::vector<std::string> names) : names_(std::move(names)) {
    for (std::size_t i = 0; i < names_.size(); ++i) columns_.push_back(std::make_unique<Sums>());
}
Fingerprint::~Fingerprint() = default;

void Fingerprint::add(int column, std::span<const std::int64_t> lengths, std::string_view bytes) {
    Sums& sums = *columns_[static_cast<std::size_t>(column)];
    sums.lengths.add(lengths.data(), lengths.size_bytes());
    sums.bytes.add(bytes.data(), bytes.size());
}

std::string Fingerprint::hex() {
    Sha256 total;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const std::string head = fmt::format("{}:{}", names_[i].size(), names_[i]);
        total.add(head.data(), head.size());
        for (const std::string& part : {columns_[i]->lengths.finish(), columns_[i]->bytes.finish()}) total.add(part.data(), part.size());
    }
    std::string text;
    for (const char byte : total.finish()) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return text;
}

struct TableWriter::Column {
    std::vector<std::int64_t> offsets{0};
    std::vector<std::int64_t> lengths;   ///< -1 = null, for the fingerprint
    std::string bytes;
    std::int64_t nulls = 0;
};

struct TableWriter::File {
    File(std::vector<std::string> names, std::shared_ptr<arrow::Schema> fields) : print(std::move(names)), schema(std::move(fields)) {}

    Fingerprint print;
    std::shared_ptr<arrow::Schema> schema;
    std::filesystem::path path;
    std::shared_ptr<AtomicOutputStream> output;
    std::shared_ptr<arrow::KeyValueMetadata> footer;
    std::shared_ptr<arrow::ipc::RecordBatchWriter> writer;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;   ///< kept only in memory
};

namespace {

void checkNames(const std::vector<std::string>& names) {
    std::unordered_set<std::string> seen;
    for (const std::string& name : names) {
        if (name.find_first_not_of(" \t\r\n") == std::string::npos)
            throw Error(ErrorCode::InvalidInput, "A column has no name. Every column needs one. Give it a name and try again.");
        if (!seen.insert(name).second)
            throw Error(ErrorCode::InvalidInput, fmt::format("Two columns are named \"{}\". Names must differ. Rename one and try again.", name));
    }
}

std::shared_ptr<arrow::Schema> schemaOf(const std::vector<std::string>& names, const std::vector<bool>& jsonColumns) {
    arrow::FieldVector fields;
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto field = arrow::field(names[i], arrow::large_utf8());
        if (i < jsonColumns.size() && jsonColumns[i]) field = field->WithMetadata(arrow::key_value_metadata({kJsonKey}, {"bare"}));
        fields.push_back(std::move(field));
    }
    return arrow::schema(std::move(fields));
}

/// The batch owns copies only in memory; for a file the buffers are lent until it is written.
std::shared_ptr<arrow::Buffer> bufferOf(const void* bytes, std::size_t size, bool copies) {
    const auto* begin = static_cast<const std::uint8_t*>(bytes);
    if (!copies) return std::make_shared<arrow::Buffer>(begin, static_cast<std::int64_t>(size));
    return arrow::Buffer::FromString(std::string(static_cast<const char*>(bytes), size));
}

std::string validityOf(const std::vector<std::int64_t>& lengths) {
    std::string bits((lengths.size() + 7) / 8, '\0');
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (lengths[i] >= 0) bits[i / 8] = static_cast<char>(bits[i / 8] | (1 << (i % 8)));
    }
    return bits;
}

}  // namespace

TableWriter::TableWriter(std::vector<std::string> names) : names_(std::move(names)) {
    checkNames(names_);
    columns_.resize(names_.size());
    file_ = std::make_unique<File>(names_, schemaOf(names_, {}));
}

TableWriter::TableWriter(std::vector<std::string> names, const std::filesystem::path& file, const std::vector<bool>& jsonColumns) : names_(std::move(names)) {
    checkNames(names_);
    columns_.resize(names_.size());
    file_ = std::make_unique<File>(names_, schemaOf(names_, jsonColumns));
    file_->path = file;
    file_->output = std::make_shared<AtomicOutputStream>(file);
    file_->footer = std::make_shared<arrow::KeyValueMetadata>();
    file_->writer = valueOf(arrow::ipc::MakeFileWriter(file_->output, file_->schema, arrow::ipc::IpcWriteOptions::Defaults(), file_->footer), "write", file);
}

TableWriter::~TableWriter() = default;

void TableWriter::append(int column, std::string_view text) {
    Column& target = columns_[static_cast<std::size_t>(column)];
    target.bytes.append(text);
    target.lengths.push_back(static_cast<std::int64_t>(text.size()));
    target.offsets.push_back(static_cast<std::int64_t>(target.bytes.size()));
}

void TableWriter::appendNull(int column) {
    Column& target = columns_[static_cast<std::size_t>(column)];
    target.lengths.push_back(-1);
    target.offsets.push_back(static_cast<std::int64_t>(target.bytes.size()));
    ++target.nulls;
}

void TableWriter::endRow() {
    ++batchRows_;
    ++rows_;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].lengths.size() < static_cast<std::size_t>(batchRows_)) appendNull(static_cast<int>(i));
        bytes += columns_[i].bytes.size();
    }
    if (batchRows_ >= kBatchRows || bytes >= kBatchBytes) flush();
}

void TableWriter::flush() {
    if (batchRows_ == 0) return;
    const bool isInMemory = file_->writer == nullptr;
    std::vector<std::string> validities(columns_.size());
    arrow::ArrayVector arrays;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const Column& column = columns_[i];
        file_->print.add(static_cast<int>(i), column.lengths, column.bytes);
        std::shared_ptr<arrow::Buffer> bits;
        if (column.nulls > 0) {
            validities[i] = validityOf(column.lengths);
            bits = bufferOf(validities[i].data(), validities[i].size(), isInMemory);
        }
        arrays.push_back(std::make_shared<arrow::LargeStringArray>(
            batchRows_, bufferOf(column.offsets.data(), column.offsets.size() * sizeof(std::int64_t), isInMemory),
            bufferOf(column.bytes.data(), column.bytes.size(), isInMemory), std::move(bits), column.nulls));
    }
    auto batch = arrow::RecordBatch::Make(file_->schema, batchRows_, std::move(arrays));
    if (isInMemory) {
        file_->batches.push_back(std::move(batch));
    } else {
        const arrow::Status status = file_->writer->WriteRecordBatch(*batch);
        file_->output->rethrow();
        checkArrow(status, "write", file_->path);
    }
    for (Column& column : columns_) {
        column.offsets.assign(1, 0);
        column.lengths.clear();
        // A buffer that one huge cell blew up goes back to the system.
        if (column.bytes.capacity() > kBatchBytes) std::string().swap(column.bytes);
        column.bytes.clear();
        column.nulls = 0;
    }
    batchRows_ = 0;
}

std::string TableWriter::finish() {
    flush();
    std::string print = file_->print.hex();
    file_->footer->Append(kFingerprintKey, print);
    const arrow::Status status = file_->writer->Close();
    file_->output->rethrow();
    checkArrow(status, "write", file_->path);
    file_->output->commit();
    return print;
}

std::shared_ptr<const Table> TableWriter::finishInMemory() {
    flush();
    std::string print = file_->print.hex();
    return makeTable({}, file_->schema, std::move(file_->batches), std::move(print));
}

}  // namespace lathe::data
