// SPDX-License-Identifier: GPL-3.0-or-later
#include "keys_dialog.h"

#include "widgets/controls.h"
#include "widgets/key_hint.h"
#include "widgets/theme.h"

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace lathe::shell {

KeysDialog::KeysDialog(const QList<KeyGroup>& groups, QWidget* parent) : QDialog(parent) {
    setObjectName(u"shell.keys"_qs);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Keyboard Shortcuts"));
    auto* page = new QWidget;
    page->setProperty("role", u"page"_qs);
    auto* content = column(page, metrics::kSpace16);
    for (const KeyGroup& group : groups) {
        if (group.keys.isEmpty()) {
            continue;
        }
        auto* grid = new QGridLayout;
        grid->setHorizontalSpacing(metrics::kSpace16);
        grid->setVerticalSpacing(metrics::kSpace8);
        grid->setColumnMinimumWidth(0, 150);
        grid->setColumnStretch(1, 1);
        int line = 0;
        for (const KeyBinding& key : group.keys) {
            // "←/1" are two keys for one thing.
            grid->addWidget(new KeyHint(key.keys == u"/"_qs ? QStringList{key.keys} : key.keys.split(u'/')), line, 0, Qt::AlignLeft);
            grid->addWidget(label(key.text), line, 1);
            ++line;
        }
        content->addWidget(label(group.heading, TextRole::Section));
        content->addLayout(grid);
    }
    content->addStretch(1);
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setWidget(page);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* outer = column(this, metrics::kSpace16, metrics::kSpace24);
    outer->addWidget(area, 1);
    outer->addWidget(buttons);
    resize(480, 560);
}

} // namespace lathe::shell
