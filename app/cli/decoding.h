// SPDX-License-Identifier: GPL-3.0-or-later
/// How a model picks its tokens, as options of a subcommand.
#pragma once

#include <CLI/CLI.hpp>
#include <lathe/generation.h>

namespace lathe::cli {

class Decoding {
public:
    void addTo(CLI::App& command);  ///< the object must live as long as the command
    GenerationOptions options() const;

private:
    GenerationOptions generation_;
    bool stopsEarly_ = false;
    std::vector<std::int32_t> eosIds_;
    std::int32_t padId_ = -1;
};

}  // namespace lathe::cli
