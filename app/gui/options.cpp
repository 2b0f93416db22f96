// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdio>
#include <cstdlib>

using namespace Qt::StringLiterals;

namespace lathe::app {
namespace {

[[noreturn]] void refuse(const QString& what) {
    std::fprintf(stderr, "error: %s Run with --help to see the options.\n", qPrintable(what));
    std::exit(2);
}

QSize readSize(const QString& text) {
    const QStringList parts = text.split(u'x');
    const QSize size(parts.value(0).toInt(), parts.value(1).toInt());
    if (parts.size() != 2 || size.width() < 400 || size.height() < 300 || size.width() > 8192 || size.height() > 8192) {
        refuse(u"--size is WIDTHxHEIGHT such as 1440x900, not \"%1\"."_qs.arg(text));
    }
    return size;
}

} // namespace

Options readOptions(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Fine-tunes open language models in a window, without Python."_qs);
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    const QCommandLineOption workspace(u"workspace"_qs, u"Folder that holds datasets, runs and labels."_qs, u"dir"_qs);
    const QCommandLineOption theme(u"theme"_qs, u"system, light or dark."_qs, u"name"_qs);
    const QCommandLineOption language(u"language"_qs, u"en or ko."_qs, u"id"_qs);
    const QCommandLineOption panel(u"panel"_qs, u"Panel to show: data, deduplicate, train, runs, preferences, playground, latex, models."_qs, u"name"_qs);
    const QCommandLineOption screenshot(u"screenshot"_qs, u"Save a picture of the window once it has settled, then end."_qs, u"file.png"_qs);
    const QCommandLineOption size(u"size"_qs, u"Size of the window."_qs, u"WIDTHxHEIGHT"_qs);
    parser.addOptions({workspace, theme, language, panel, screenshot, size});
    parser.addPositionalArgument(u"files"_qs, u"Tables to import."_qs, u"[files...]"_qs);
    if (!parser.parse(arguments)) {
        refuse(parser.errorText() + u'.');
    }
    if (parser.isSet(help)) {
        parser.showHelp(0);
    }
    if (parser.isSet(version)) {
        parser.showVersion();
    }
    Options options;
    options.workspace = parser.value(workspace);
    options.theme = parser.value(theme);
    options.language = parser.value(language);
    options.panel = parser.value(panel);
    options.screenshot = parser.value(screenshot);
    options.files = parser.positionalArguments();
    if (!options.theme.isEmpty() && !QStringList{u"system"_qs, u"light"_qs, u"dark"_qs}.contains(options.theme)) {
        refuse(u"--theme is system, light or dark, not \"%1\"."_qs.arg(options.theme));
    }
    if (!options.language.isEmpty() && !QStringList{u"en"_qs, u"ko"_qs}.contains(options.language)) {
        refuse(u"--language is en or ko, not \"%1\"."_qs.arg(options.language));
    }
    if (parser.isSet(size)) {
        options.size = readSize(parser.value(size));
    }
    return options;
}

} // namespace lathe::app
