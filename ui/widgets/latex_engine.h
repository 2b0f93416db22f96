// SPDX-License-Identifier: GPL-3.0-or-later
// MathJax in a JavaScript engine: TeX in, SVG out. Used by one thread, the one that made it.
#pragma once

#include <QByteArray>
#include <QString>

#include <memory>

namespace lathe::widgets {

/// Longest formula in characters, and the processor time that one may take.
inline constexpr int kLongestFormula = 4096;
inline constexpr int kFormulaLimitMilliseconds = 400;

class LatexEngine {
public:
    /// Loads MathJax: about 250 ms. A program without its files gives an engine whose every answer is an error.
    LatexEngine();
    ~LatexEngine();
    LatexEngine(const LatexEngine&) = delete;
    LatexEngine& operator=(const LatexEngine&) = delete;

    struct Answer {
        QByteArray svg;
        QString error;  ///< a sentence; empty on success
    };
    /// Converts one formula. What it defines (\newcommand) is forgotten afterwards, so answers do not depend on what was asked before.
    Answer convert(const QString& tex, bool isDisplay);

    /// Makes a running convert() fail soon. Any thread.
    void interrupt();

private:
    struct Private;
    std::unique_ptr<Private> d_;
};

} // namespace lathe::widgets
