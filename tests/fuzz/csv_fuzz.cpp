// SPDX-License-Identifier: GPL-3.0-or-later
// libFuzzer target: sniffing and importing any bytes as CSV, JSONL or whatever they look like. Each input must end in a
// table or a lathe::Error, within two seconds and 512 MiB, and the table must be readable.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <lathe/data.h>
#include <lathe/error.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

/// In memory where the system has such a folder: 2,000,000 inputs write 4,000,000 files.
const fs::path& scratchFolder() {
    static const fs::path& folder = *new fs::path([] {  // still there when the exit handler runs
        const fs::path base = fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
        const fs::path made = base / ("lathe-csv-fuzz-" + std::to_string(::getpid()));
        fs::create_directories(made);
        std::atexit([] {
            std::error_code ignored;
            fs::remove_all(scratchFolder(), ignored);
        });
        return made;
    }());
    return folder;
}

/// The first byte chooses options, so that all of them are reached.
lathe::ImportOptions optionsOf(std::uint8_t choice) {
    lathe::ImportOptions options;
    if (choice & 1) options.ragged = lathe::RaggedPolicy::LeaveOut;
    if (choice & 2) options.header = choice & 4 ? lathe::HeaderChoice::Yes : lathe::HeaderChoice::No;
    if ((choice & 24) == 8) options.format = lathe::FileFormat::Csv;
    if ((choice & 24) == 16) options.format = lathe::FileFormat::Jsonl;
    if ((choice & 96) == 32) options.encoding = "UTF-8";
    if ((choice & 96) == 64) options.encoding = "CP949";
    if ((choice & 96) == 96) options.encoding = "UTF-16LE";
    if (choice & 128) options.comment = '#';
    return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const lathe::ImportOptions options = optionsOf(data[0]);
    const fs::path input = scratchFolder() / "in.csv", output = scratchFolder() / "out.arrow";
    std::ofstream(input, std::ios::binary).write(reinterpret_cast<const char*>(data) + 1, static_cast<std::streamsize>(size) - 1);
    try {
        const lathe::ImportPreview preview = lathe::previewImport(input, options);
        const lathe::ImportReport report = lathe::importFile(input, options, output);
        const lathe::TablePtr table = lathe::Table::open(output);
        if (table->rowCount() != report.rows || table->columnNames() != report.columnNames) std::abort();
        if (preview.isWholeFile && preview.columnNames != report.columnNames) std::abort();
        for (std::int64_t row = 0; row < table->rowCount() && row < 1'000; ++row) {
            for (int column = 0; column < table->columnCount(); ++column) {
                if (table->cell(row, column).size() > size * 4) std::abort();
            }
        }
        if (table->columnCount() > 0 && size < 4'096) lathe::profileColumn(*table, 0);
    } catch (const lathe::Error&) {
    }
    return 0;
}
