// SPDX-License-Identifier: GPL-3.0-or-later
#include "process_memory.h"

#include <QByteArrayList>
#include <QFile>

#include <unistd.h>

namespace lathe::shell {

qint64 residentMemoryBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) {
        return 0;
    }
    return file.readAll().split(' ').value(1).toLongLong() * sysconf(_SC_PAGESIZE);
}

} // namespace lathe::shell
