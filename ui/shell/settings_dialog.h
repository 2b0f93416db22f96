// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QSettings;

namespace lathe::widgets {
class Theme;
}

namespace lathe::shell {

/// Theme, text size and language. Theme and size act at once; a new language is shown after the next start. Non-modal.
class SettingsDialog : public QDialog {
    Q_OBJECT
public:
    SettingsDialog(widgets::Theme& theme, QSettings& settings, QWidget* parent);
};

/// Keys of the settings file.
namespace settings_keys {
inline constexpr char kTheme[] = "window/theme";
inline constexpr char kTextScale[] = "window/textScale";
inline constexpr char kLanguage[] = "window/language";
inline constexpr char kGeometry[] = "window/geometry";
inline constexpr char kPanel[] = "window/panel";
inline constexpr char kRecentWorkspaces[] = "workspace/recent";
} // namespace settings_keys

} // namespace lathe::shell
