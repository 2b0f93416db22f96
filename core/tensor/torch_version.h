// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string_view>

namespace lathe::tensor {

/// The version of libtorch that this was compiled against, such as "2.15.0".
std::string_view torchVersion();

}  // namespace lathe::tensor
