// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/post_processor.h"

#include <set>

#include <fmt/format.h>

#include "text/json_access.h"

namespace lathe::text {

namespace {

using Part = PostProcessor::Part;

std::vector<Part> templateParts(const base::Json& list, const base::Json& specialTokens) {
    std::vector<Part> parts;
    for (const base::Json& piece : list) {
        if (!piece.is_object() || piece.size() != 1) {
            throwCorrupt("a piece of TemplateProcessing is neither SpecialToken nor Sequence");
        }
        const std::string kind = piece.begin().key();
        const base::Json& body = piece.begin().value();
        Part part;
        const std::int64_t typeId = integerOr(body, "type_id", 0);
        if (typeId < 0 || typeId > 255) {
            throwCorrupt("a type_id of TemplateProcessing is out of range");
        }
        part.typeId = static_cast<std::int32_t>(typeId);
        const std::string id = requiredText(body, "id");
        if (kind == "Sequence") {
            if (id != "A" && id != "B") {
                throwCorrupt("a Sequence of TemplateProcessing is neither A nor B");
            }
            part.kind = id == "A" ? Part::Kind::First : Part::Kind::Second;
        } else if (kind == "SpecialToken") {
            part.kind = Part::Kind::Special;
            for (const base::Json& tokenId : requiredArray(requiredObject(specialTokens, id.c_str()), "ids")) {
                part.ids.push_back(checkedId(tokenId, "the special token '" + id + "'"));
            }
        } else {
            throwCorrupt("a piece of TemplateProcessing is neither SpecialToken nor Sequence");
        }
        parts.push_back(std::move(part));
    }
    return parts;
}

/// ["[SEP]", 102]
std::int32_t tokenPairId(const base::Json& json, const char* key) {
    const base::Json& pair = requiredArray(json, key);
    if (pair.size() != 2) {
        throwCorrupt(fmt::format("'{}' of the post_processor must be [token, id]", key));
    }
    return checkedId(pair[1], fmt::format("'{}' of the post_processor", key));
}

Part special(std::int32_t id, std::int32_t typeId) { return {Part::Kind::Special, {id}, typeId}; }

void addBertParts(const base::Json& json, PostProcessor& out, bool isRoberta) {
    const std::int32_t sep = tokenPairId(json, "sep");
    const std::int32_t cls = tokenPairId(json, "cls");
    const std::int32_t secondType = isRoberta ? 0 : 1;
    out.single = {special(cls, 0), {Part::Kind::First, {}, 0}, special(sep, 0)};
    out.pair = out.single;
    if (isRoberta) {
        out.pair.push_back(special(sep, 0));
    }
    out.pair.push_back({Part::Kind::Second, {}, secondType});
    out.pair.push_back(special(sep, secondType));
}

void addStep(const base::Json& json, PostProcessor& out) {
    const std::string type = typeOf(json, "post_processor");
    if (type == "Sequence") {
        for (const base::Json& step : requiredArray(json, "processors")) {
            addStep(step, out);
        }
    } else if (type == "TemplateProcessing") {
        const base::Json empty = base::Json::object();
        const base::Json& tokens = json.contains("special_tokens") ? requiredObject(json, "special_tokens") : empty;
        out.single = templateParts(requiredArray(json, "single"), tokens);
        out.pair = templateParts(requiredArray(json, "pair"), tokens);
    } else if (type == "BertProcessing") {
        addBertParts(json, out, false);
    } else if (type == "RobertaProcessing") {
        addBertParts(json, out, true);
        out.trimsOffsets = boolOr(json, "trim_offsets", true);
        out.addsPrefixSpace = boolOr(json, "add_prefix_space", true);
    } else if (type == "ByteLevel") {
        out.trimsOffsets = boolOr(json, "trim_offsets", true);
        out.addsPrefixSpace = boolOr(json, "add_prefix_space", true);
    } else {
        throwUnsupported("post_processor", type);
    }
}

void append(Encoding& out, const Encoding& part, std::int32_t typeId) {
    out.ids.insert(out.ids.end(), part.ids.begin(), part.ids.end());
    out.offsets.insert(out.offsets.end(), part.offsets.begin(), part.offsets.end());
    out.typeIds.insert(out.typeIds.end(), part.ids.size(), typeId);
    out.isSpecial.insert(out.isSpecial.end(), part.ids.size(), std::uint8_t{0});
}

}  // namespace

std::int32_t PostProcessor::specialTokensPerText() const {
    std::size_t count = 0;
    for (const Part& part : single) {
        count += part.ids.size();
    }
    return static_cast<std::int32_t>(count);
}

std::vector<std::int32_t> PostProcessor::specialIds() const {
    std::set<std::int32_t> ids;
    for (const auto* parts : {&single, &pair}) {
        for (const Part& part : *parts) {
            ids.insert(part.ids.begin(), part.ids.end());
        }
    }
    return {ids.begin(), ids.end()};
}

PostProcessor makePostProcessor(const base::Json& json) {
    PostProcessor out;
    if (!json.is_null()) {
        addStep(json, out);
    }
    return out;
}

Encoding postProcess(const PostProcessor& processor, const Encoding& first, const Encoding* second,
                     AddSpecialTokens addSpecialTokens) {
    Encoding out;
    for (const Part& part : second == nullptr ? processor.single : processor.pair) {
        if (part.kind == Part::Kind::First) {
            append(out, first, part.typeId);
        } else if (part.kind == Part::Kind::Second) {
            if (second != nullptr) {
                append(out, *second, part.typeId);
            }
        } else if (addSpecialTokens == AddSpecialTokens::Yes) {
            for (const std::int32_t id : part.ids) {
                out.ids.push_back(id);
                out.typeIds.push_back(part.typeId);
                out.offsets.push_back({});
                out.isSpecial.push_back(1);
            }
        }
    }
    return out;
}

}  // namespace lathe::text
