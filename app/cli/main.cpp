// SPDX-License-Identifier: GPL-3.0-or-later
// lathe-cli: the command line. Composition only; each subcommand is a file beside this one.
#include <csignal>
#include <cstdio>
#include <exception>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#include <lathe/version.h>

#include "command.h"

namespace lathe::cli {

Session& Context::session() {
    if (!session_) {
        session_ = Session::open({.workspace = workspace, .threads = threads});
        if (const std::string notice = session_->workspaceNotice(); !notice.empty()) output.remark(notice);
    }
    return *session_;
}

namespace {

constexpr AddCommand kCommands[] = {addModels, addImport,   addProfile,  addTokenize, addEmbed,  addDedup,
                                    addTrain,  addEvaluate, addPredict, addGenerate, addScore,    addLabels,   addExport, addBench};

/// The first signal asks the work to stop and save; a second one ends the program at once.
void watchSignals(std::stop_token ended, std::stop_source stop, Output& output) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
    const timespec wait{.tv_sec = 0, .tv_nsec = 100'000'000};
    bool wasAsked = false;
    while (!ended.stop_requested()) {
        const int number = sigtimedwait(&signals, nullptr, &wait);
        if (number < 0) continue;
        if (wasAsked) ::_exit(128 + number);
        wasAsked = true;
        output.remark("Stopping after this step and saving. Press Ctrl+C again to end at once.");
        stop.request_stop();
    }
}

void blockSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

int fail(Context& context, const std::string& sentence, std::string_view code) {
    context.output.clearProgress();
    std::fprintf(stderr, "error: %s\n", sentence.c_str());
    if (context.output.isJson) context.output.json({{"error", sentence}, {"code", std::string(code)}});
    return 1;
}

int run(int argc, char** argv) {
    Context context;
    CLI::App app("Lathe: fine-tune open language models on this machine.", "lathe-cli");
    app.set_version_flag("--version", std::string(kVersion));
    app.add_flag("--json", context.output.isJson, "Print one JSON value a line");
    app.add_option("--workspace", context.workspace, "Folder that remembers datasets, models and runs");
    app.add_option("--threads", context.threads, "Threads to compute with (default: all cores)")->check(CLI::Range(1, 1024));
    app.require_subcommand(1);
    app.fallthrough();
    for (const AddCommand add : kCommands) add(app, context);
    blockSignals();
    const std::jthread watcher([&context](std::stop_token ended) { watchSignals(std::move(ended), context.stop, context.output); });
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const Error& error) {
        return fail(context, error.what(), errorCodeName(error.code()));
    } catch (const std::bad_alloc&) {
        return fail(context, "There is not enough memory. The work needs more than this machine has free. Use a smaller batch, a shorter max_length or LoRA.",
                    errorCodeName(ErrorCode::OutOfMemory));
    } catch (const std::exception& error) {
        return fail(context, std::string("Something went wrong inside Lathe: ") + error.what() + ". Please report it with this sentence.",
                    errorCodeName(ErrorCode::Internal));
    }
}

}  // namespace
}  // namespace lathe::cli

int main(int argc, char** argv) { return lathe::cli::run(argc, argv); }
