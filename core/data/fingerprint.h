// SPDX-License-Identifier: GPL-3.0-or-later
/// SHA-256 over the content of a table, in a form that does not depend on how rows lie in batches.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::data {

/// Each column has two running sums, over cell lengths and over cell bytes; the fingerprint is the sum of names and these.
class Fingerprint {
public:
    explicit Fingerprint(std::vector<std::string> names);
    ~Fingerprint();
    Fingerprint(const Fingerprint&) = delete;
    Fingerprint& operator=(const Fingerprint&) = delete;

    /// Adds cells of a column in row order: their lengths (-1 = null) and their bytes end to end.
    void add(int column, std::span<const std::int64_t> lengths, std::string_view bytes);

    /// Lower-case hex; call once, at the end.
    std::string hex();

private:
    struct Sums;
    std::vector<std::string> names_;
    std::vector<std::unique_ptr<Sums>> columns_;
};

}  // namespace lathe::data
