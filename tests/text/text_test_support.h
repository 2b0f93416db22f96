// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"
#include "base/json.h"
#include "text/tokenizer.h"

namespace lathe::text::testing {

namespace fs = std::filesystem;

/// Folder of the shared reference values.
inline fs::path goldens() { return fs::path(LATHE_SHARED_DIR) / "goldens"; }

/// Folder of a starter model that setup has fetched.
inline fs::path starter(const char* name) { return fs::path(LATHE_CACHE_DIR) / "models" / name; }

/// Why a test is skipped when a reference is absent.
inline std::string isMissing(const fs::path& path) {
    return path.string() + " is not there, so there is nothing to compare with";
}

/// A folder of its own that is removed at the end of the test.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (fs::temp_directory_path() / "lathe-text-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const fs::path& path() const { return path_; }
    void write(const char* name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
    }

private:
    fs::path path_;
};

/// A byte-level BPE definition over all bytes with a few merges; `changes` are merged into it.
inline std::string smallBpe(const base::OrderedJson& changes = base::OrderedJson::object()) {
    base::OrderedJson vocab = base::OrderedJson::object();
    int next = 0;
    for (const char* special : {"<|end|>", "<|start|>"}) {
        vocab[special] = next++;
    }
    for (int b = 0; b < 256; ++b) {
        const bool isPrintable = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
        static int other = 0;
        other = b == 0 ? 0 : other;
        const int c = isPrintable ? b : 0x100 + other++;
        std::string text;
        if (c < 0x80) {
            text = std::string(1, static_cast<char>(c));
        } else {
            text = {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
        }
        vocab[text] = next++;
    }
    base::OrderedJson merges = base::OrderedJson::array();
    for (const auto& [left, right] :
         {std::pair("a", "a"), {"aa", "aa"}, {"t", "h"}, {"th", "e"}, {"\xC4\xA0", "the"}, {"1", "2"}}) {
        vocab[std::string(left) + right] = next++;
        merges.push_back({left, right});
    }
    base::OrderedJson out;
    out["version"] = "1.0";
    out["added_tokens"] = base::OrderedJson::array();
    for (const auto& [id, content] : {std::pair(0, "<|end|>"), {1, "<|start|>"}}) {
        out["added_tokens"].push_back({{"id", id},
                                       {"content", content},
                                       {"single_word", false},
                                       {"lstrip", false},
                                       {"rstrip", false},
                                       {"normalized", false},
                                       {"special", true}});
    }
    out["normalizer"] = nullptr;
    out["pre_tokenizer"] = {
        {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
    out["post_processor"] = nullptr;
    out["decoder"] = {{"type", "ByteLevel"}};
    out["model"] = {{"type", "BPE"}};
    out["model"]["vocab"] = vocab;
    out["model"]["merges"] = merges;
    out.merge_patch(changes);
    return out.dump();
}

}  // namespace lathe::text::testing
