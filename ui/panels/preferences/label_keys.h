// SPDX-License-Identifier: GPL-3.0-or-later
/// Which key means what while labelling.
#pragma once

class QKeyEvent;

namespace lathe::panels {

enum class LabelKey { None, Left, Right, Tie, BothBad, Skip, Undo, Flag, Note };

/// Letters are also known by their place on the keyboard, so that they work on a Korean, Greek or other layout.
LabelKey labelKeyOf(const QKeyEvent& event);

/// 1 to 10 for the digit keys (0 is ten), or 0.
int ratingKeyOf(const QKeyEvent& event);

}  // namespace lathe::panels
