// SPDX-License-Identifier: GPL-3.0-or-later
// The table of panels, in the order of the work. A new panel is a line here.
#pragma once
#include <QList>

#include "bridge/services.h"
#include "shell/panel_info.h"

namespace lathe::app {

/// `services` must outlive the panels; badges live as long as `parent`.
QList<shell::PanelInfo> panelTable(bridge::Services& services, QObject* parent);

}  // namespace lathe::app
