// SPDX-License-Identifier: GPL-3.0-or-later
// Which language the window speaks.
#pragma once

#include <QList>
#include <QString>

namespace lathe::shell {

struct Language {
    QString id;    ///< "en", "ko"; empty: the desktop's
    QString name;  ///< in the language itself
};

/// What can be chosen, the desktop's first.
QList<Language> languages();

/// Installs the program's and Qt's translations and the locale for a language id (empty: the desktop's). Call once, before any window is made.
void installLanguage(const QString& id);

} // namespace lathe::shell
