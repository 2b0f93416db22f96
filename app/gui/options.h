// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of the window.
#pragma once

#include <QSize>
#include <QString>
#include <QStringList>

namespace lathe::app {

struct Options {
    QString workspace;    ///< folder; empty: the one used last, else the standard place
    QString theme;        ///< "system", "light", "dark"; empty: as set in the window
    QString panel;        ///< id; empty: the one used last
    QString screenshot;   ///< file; empty: none
    QString language;     ///< "en", "ko"; empty: as set in the window
    QSize size;           ///< of the window; invalid: as left
    QStringList files;    ///< data to import
};

/// Reads the arguments. Prints help or version, or what is wrong, and ends the program (0, 0, 2) where that is asked for.
Options readOptions(const QStringList& arguments);

} // namespace lathe::app
