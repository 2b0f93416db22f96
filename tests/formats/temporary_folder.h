// SPDX-License-Identifier: GPL-3.0-or-later
/// A fresh folder for one test and small helpers around it.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include <gtest/gtest.h>
#include <lathe/error.h>

namespace lathe::testing {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lathe-formats-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code code;
        std::filesystem::remove_all(path_, code);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path_ / name, std::ios::binary) << bytes;
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

/// Runs `work` and returns the code of the Error it throws; the sentence must have the three parts WHAT. WHY. WHAT TO
/// DO.
template <typename Work>
std::string errorOf(const Work& work, std::string* sentence = nullptr) {
    try {
        work();
    } catch (const Error& error) {
        const std::string text = error.what();
        if (sentence != nullptr) *sentence = text;
        EXPECT_GE(std::count(text.begin(), text.end(), '.'), 3) << text;
        return std::string(errorCodeName(error.code()));
    }
    return "none";
}

}  // namespace lathe::testing
