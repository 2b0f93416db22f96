// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace lathe::shell {

/// Resident memory of this process in bytes; 0 when the system does not say.
qint64 residentMemoryBytes();

} // namespace lathe::shell
