// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/preferences/label_keys.h"

#include <QKeyEvent>

namespace lathe::panels {
namespace {

// Places on the keyboard as X11 and Wayland number them (evdev + 8), whatever stands on the key.
constexpr quint32 kPlaceOfA = 38;
constexpr quint32 kPlaceOfF = 41;
constexpr quint32 kPlaceOfL = 46;
constexpr quint32 kPlaceOfN = 57;
constexpr quint32 kPlaceOf1 = 10;
constexpr quint32 kPlaceOf0 = 19;

/// What a letter key means; both by its letter and by its place.
LabelKey letterKey(int key, quint32 place) {
    if (key == Qt::Key_F || place == kPlaceOfF) return LabelKey::Flag;
    if (key == Qt::Key_N || place == kPlaceOfN) return LabelKey::Note;
    if (key == Qt::Key_A || place == kPlaceOfA) return LabelKey::Left;
    if (key == Qt::Key_L || place == kPlaceOfL) return LabelKey::Right;
    return LabelKey::None;
}

bool isLatinLetter(int key) { return key >= Qt::Key_A && key <= Qt::Key_Z; }

}  // namespace

LabelKey labelKeyOf(const QKeyEvent& event) {
    const Qt::KeyboardModifiers modifiers = event.modifiers() & ~Qt::KeypadModifier;
    if (modifiers == Qt::ControlModifier && event.key() == Qt::Key_Z) return LabelKey::Undo;
    if ((modifiers & ~Qt::ShiftModifier) != Qt::NoModifier) return LabelKey::None;
    switch (event.key()) {
        case Qt::Key_Left: return LabelKey::Left;
        case Qt::Key_Right: return LabelKey::Right;
        case Qt::Key_Down: return LabelKey::Tie;
        case Qt::Key_Space: return LabelKey::Skip;
        case Qt::Key_Backspace: return LabelKey::Undo;
        default: break;
    }
    const int digit = ratingKeyOf(event);
    if (digit >= 1 && digit <= 4) return LabelKey(int(LabelKey::Left) + digit - 1);
    if (digit != 0) return LabelKey::None;
    // A Latin layout such as Dvorak has its letters elsewhere: the place counts only where the key gives no Latin letter.
    return letterKey(event.key(), isLatinLetter(event.key()) ? 0 : event.nativeScanCode());
}

int ratingKeyOf(const QKeyEvent& event) {
    if ((event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) != Qt::NoModifier) return 0;
    if (event.key() >= Qt::Key_1 && event.key() <= Qt::Key_9) return event.key() - Qt::Key_1 + 1;
    if (event.key() == Qt::Key_0) return 10;
    // Digits that need Shift (French): by their place.
    const quint32 place = event.nativeScanCode();
    const bool isOther = event.key() < Qt::Key_0 || (event.key() > Qt::Key_9 && event.key() != Qt::Key_unknown && !isLatinLetter(event.key()));
    if (isOther && place >= kPlaceOf1 && place <= kPlaceOf0) return int(place - kPlaceOf1) + 1;
    return 0;
}

}  // namespace lathe::panels
