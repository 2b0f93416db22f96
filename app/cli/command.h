// SPDX-License-Identifier: GPL-3.0-or-later
/// What every subcommand shares: the session, where output goes, and the request to stop.
#pragma once
#include <memory>
#include <stop_token>
#include <string>

#include <CLI/CLI.hpp>
#include <lathe/session.h>

#include "output.h"

namespace lathe::cli {

struct Context {
    std::string workspace;  ///< --workspace
    int threads = 0;        ///< --threads
    Output output;
    std::stop_source stop;  ///< requested by SIGINT and SIGTERM

    /// Opens the session at the first call.
    Session& session();

private:
    std::unique_ptr<Session> session_;
};

/// Adds a subcommand to `app`; its callback runs it and throws lathe::Error when it fails.
using AddCommand = void (*)(CLI::App& app, Context& context);

void addModels(CLI::App& app, Context& context);
void addImport(CLI::App& app, Context& context);
void addProfile(CLI::App& app, Context& context);
void addTokenize(CLI::App& app, Context& context);
void addEmbed(CLI::App& app, Context& context);
void addDedup(CLI::App& app, Context& context);
void addTrain(CLI::App& app, Context& context);
void addEvaluate(CLI::App& app, Context& context);
void addPredict(CLI::App& app, Context& context);
void addGenerate(CLI::App& app, Context& context);
void addScore(CLI::App& app, Context& context);
void addLabels(CLI::App& app, Context& context);
void addExport(CLI::App& app, Context& context);
void addBench(CLI::App& app, Context& context);

}  // namespace lathe::cli
