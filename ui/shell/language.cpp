// SPDX-License-Identifier: GPL-3.0-or-later
#include "language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

using namespace Qt::StringLiterals;

namespace lathe::shell {

QList<Language> languages() {
    return {{QString(), QCoreApplication::translate("lathe::shell::language", "As the desktop")}, {u"en"_qs, u"English"_qs}, {u"ko"_qs, u"한국어"_qs}};
}

void installLanguage(const QString& id) {
    const QLocale locale = id.isEmpty() ? QLocale::system() : QLocale(id);
    QLocale::setDefault(locale);
    const QString language = locale.language() == QLocale::Korean ? u"ko"_qs : u"en"_qs;
    // English has a catalogue too: only it knows "1 minute" from "2 minutes".
    for (const QString& part : {u"lathe_"_qs, u"lathe_runspec_"_qs}) {
        auto* own = new QTranslator(QCoreApplication::instance());
        if (own->load(u":/i18n/"_qs + part + language + u".qm"_qs)) {
            QCoreApplication::installTranslator(own);
        }
    }
    auto* qt = new QTranslator(QCoreApplication::instance());
    if (language != u"en"_qs && qt->load(u"qtbase_"_qs + language, QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
        QCoreApplication::installTranslator(qt);
    }
}

} // namespace lathe::shell
