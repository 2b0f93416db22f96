// SPDX-License-Identifier: GPL-3.0-or-later
// QCustomPlot's header is written with Qt's keyword macros, which this project switches off: they exist only while it is read.
#pragma once

#include <QtGlobal>

#include <QObject>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define emit Q_EMIT
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef foreach
#undef emit
#undef slots
#undef signals
