// SPDX-License-Identifier: GPL-3.0-or-later
// The list of keys (Ctrl+?).
#pragma once

#include "widgets/panel_page.h"

#include <QDialog>

namespace lathe::shell {

struct KeyGroup {
    QString heading;
    QList<widgets::KeyBinding> keys;
};

class KeysDialog : public QDialog {
    Q_OBJECT
public:
    KeysDialog(const QList<KeyGroup>& groups, QWidget* parent);
};

} // namespace lathe::shell
