// SPDX-License-Identifier: GPL-3.0-or-later
// The application's style sheet, filled from a theme's tokens.
#pragma once

#include <QString>

namespace lathe::widgets {

struct Tokens;

/// The style sheet for these tokens, with font sizes multiplied by `textScale`. Every placeholder of the template is replaced; an
/// unknown one is left in place and reported by qWarning.
QString styleSheet(const Tokens& tokens, double textScale);

} // namespace lathe::widgets
