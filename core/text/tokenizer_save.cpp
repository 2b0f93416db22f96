// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/error.h>

#include "base/files.h"
#include "text/tokenizer_definition.h"

namespace lathe::text {

namespace {

using Json = base::OrderedJson;

void addRoles(const TokenizerSettings& settings, const SpecialTokenIds& ids, const Tokenizer& tokenizer, Json& out) {
    const std::tuple<const char*, const std::optional<std::string>*, std::optional<std::int32_t>> roles[] = {
        {"bos_token", &settings.bos, ids.bos},   {"eos_token", &settings.eos, ids.eos},
        {"unk_token", &settings.unk, ids.unk},   {"pad_token", &settings.pad, ids.pad},
        {"cls_token", &settings.cls, ids.cls},   {"sep_token", &settings.sep, ids.sep},
        {"mask_token", &settings.mask, ids.mask}};
    for (const auto& [key, content, id] : roles) {
        if (*content) {
            out[key] = **content;
        } else if (id && tokenizer.isSpecial(*id)) {
            out[key] = tokenizer.tokenText(*id);
        }
    }
}

/// The configuration that was read, or a new one that makes transformers use tokenizer.json as it is.
Json configOf(const Tokenizer::Definition& definition, const Tokenizer& tokenizer) {
    const TokenizerSettings& settings = definition.settings();
    Json out = settings.originalConfig.empty() ? Json::object() : Json::parse(settings.originalConfig);
    if (settings.originalConfig.empty()) {
        out["tokenizer_class"] = "PreTrainedTokenizerFast";
        out["model_max_length"] = settings.modelMaxLength ? Json(*settings.modelMaxLength) : Json(1e30);
        out["clean_up_tokenization_spaces"] = settings.cleansUpSpaces;
    }
    addRoles(settings, definition.specialIds, tokenizer, out);
    if (!settings.chatTemplate.empty()) {
        out["chat_template"] = settings.chatTemplate;
    }
    return out;
}

}  // namespace

void Tokenizer::save(const std::filesystem::path& folder) const {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) {
        throw Error(
            ErrorCode::Io,
            "The folder " + folder.string() + " cannot be made: " + problem.message() + ". Choose another folder.",
            {folder.string()});
    }
    const auto text = [](const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; };
    base::writeFileAtomically(folder / "tokenizer.json", definition_->jsonText());
    base::writeFileAtomically(folder / "tokenizer_config.json", text(configOf(*definition_, *this)));
    Json roles = Json::object();
    addRoles(definition_->settings(), definition_->specialIds, *this, roles);
    base::writeFileAtomically(folder / "special_tokens_map.json", text(roles));
    if (!chatTemplate().empty()) {
        base::writeFileAtomically(folder / "chat_template.jinja", chatTemplate());
    }
    if (definition_->sentencepiece() != nullptr) {
        base::writeFileAtomically(folder / "tokenizer.model", definition_->sentencepiece()->bytes());
    }
}

}  // namespace lathe::text
