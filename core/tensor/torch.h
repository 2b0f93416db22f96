// SPDX-License-Identifier: GPL-3.0-or-later
/// The one place that includes libtorch: precompiled for every layer that is allowed to see it.
#pragma once
#include <torch/torch.h>
