// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/formats/tensor_source.h"

#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::formats {

const TensorInfo* TensorSource::find(std::string_view name) const {
    const auto place = std::lower_bound(tensors_.begin(), tensors_.end(), name,
                                        [](const TensorInfo& a, std::string_view b) { return a.name < b; });
    return place != tensors_.end() && place->name == name ? &*place : nullptr;
}

const TensorInfo& TensorSource::info(std::string_view name) const {
    if (const TensorInfo* found = find(name)) return *found;
    throw Error(
        ErrorCode::CorruptFile,
        fmt::format("{} has no tensor \"{}\". Its config asks for it. Check that config and weights belong together.",
                    description(), name),
        {description()});
}

void TensorSource::readFloat(std::string_view name, std::span<float> out) const {
    const TensorInfo& tensor = info(name);
    if (out.size() != tensor.elements) {
        throw Error(
            ErrorCode::InvalidInput,
            fmt::format(
                "{} has {} values, but room for {} was given. Check that config and weights of {} belong together.",
                name, tensor.elements, out.size(), description()),
            {description()});
    }
    readFloat(tensor, out, 0);
}

std::vector<float> TensorSource::readFloat(std::string_view name) const {
    const TensorInfo& tensor = info(name);
    std::vector<float> values(tensor.elements);
    readFloat(tensor, values, 0);
    return values;
}

void TensorSource::setTensors(std::vector<TensorInfo> tensors) {
    tensors_ = std::move(tensors);
    std::sort(tensors_.begin(), tensors_.end(),
              [](const TensorInfo& a, const TensorInfo& b) { return a.name < b.name; });
}

}  // namespace lathe::formats
