// SPDX-License-Identifier: GPL-3.0-or-later
#include "panel_info.h"

namespace lathe::shell {

void BadgeSource::set(const QString& text, widgets::BadgeTone tone) {
    if (text != text_ || tone != tone_) {
        text_ = text;
        tone_ = tone;
        Q_EMIT changed();
    }
}

} // namespace lathe::shell
