// SPDX-License-Identifier: GPL-3.0-or-later
/// The one place that includes libtorch: precompiled once for every layer that is allowed to see it. Not <torch/torch.h>,
/// whose modules, optimisers and serialisation nothing here uses: these cost two thirds of its time and memory.
#pragma once
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>
