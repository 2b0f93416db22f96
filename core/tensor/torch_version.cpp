// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/torch_version.h"

#include <torch/version.h>

namespace lathe::tensor {

std::string_view torchVersion() { return TORCH_VERSION; }

}  // namespace lathe::tensor
