// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "tensor/torch.h"

namespace lathe::tensor {

/// Asks the system for 2 MiB pages behind a large CPU tensor that was just allocated and not written yet: one page fault
/// instead of 512, and streams that do not stop every 4 KiB. Does nothing for small tensors or other devices.
void adviseHugePages(const torch::Tensor& fresh);

}  // namespace lathe::tensor
