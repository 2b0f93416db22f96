// SPDX-License-Identifier: GPL-3.0-or-later
// Tabler icons, drawn in the colours of the theme that is current when they are painted.
#pragma once

#include <QIcon>
#include <QString>
#include <QStringList>

namespace lathe::widgets {

/// Which theme colour an icon takes.
enum class IconTone { Text, Secondary, Accent, Good, Warning, Bad, OnAccent };

/// An icon by its Tabler name, e.g. `player-play`; see resources/icons/icons.txt for what is compiled in. It recolours itself on a theme change.
/// An unknown name gives an empty icon and a qWarning.
QIcon icon(const QString& name, IconTone tone = IconTone::Text);

/// All names that are compiled in.
QStringList iconNames();

} // namespace lathe::widgets
