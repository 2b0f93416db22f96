// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

#include <lathe/session.h>

namespace lathe::session {

/// The device that training and generation use, in words.
DeviceInfo describeDevice();

/// Memory of this process that lies in RAM.
std::uint64_t residentBytes();

}  // namespace lathe::session
