// SPDX-License-Identifier: GPL-3.0-or-later
/// From the name a person uses to the files of a model, and what those files hold.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <lathe/models.h>

#include "text/tokenizer.h"

namespace lathe::workspace {
class Workspace;
}

namespace lathe::session {

/// Files that models::loadModel takes.
struct ResolvedModel {
    std::string name;
    std::filesystem::path path;  ///< Hugging Face folder, adapter folder or .gguf file
    std::string origin;          ///< "starter", "added", "run" or "path"
    std::filesystem::path run;   ///< folder of the run that made it; empty if none
};

/// Names of the models that packaging/setup brings.
const std::vector<std::string>& starterModels();

/// A starter's name, an added one's, a run's id, or a path: a folder, a .gguf file, or a run's folder (then its best model, or
/// its newest checkpoint). `workspace` may be null. Throws NotFound that lists the known names.
ResolvedModel resolveModel(const std::string& nameOrPath, const workspace::Workspace* workspace);

/// Everything known; a starter that is not on this disk is listed with isPresent = false.
std::vector<ModelInfo> listModels(const workspace::Workspace* workspace);

/// Reads headers only. Throws as formats::openModelFiles does.
ModelInfo describeModel(const ResolvedModel& model);

/// Tokenizer beside the weights, in the .gguf file, or of the adapter's base model.
text::Tokenizer loadModelTokenizer(const ResolvedModel& model);

/// Reads every weight; finds truncated or non-finite ones. Throws Cancelled.
VerifyResult verifyModel(const ResolvedModel& model, const ProgressSink& progress, const std::stop_token& stop);

}  // namespace lathe::session
