// SPDX-License-Identifier: GPL-3.0-or-later
#include "about_dialog.h"

#include "widgets/controls.h"
#include "widgets/theme.h"

#include <QDialogButtonBox>
#include <QIcon>
#include <QLabel>
#include <QVBoxLayout>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace lathe::shell {

AboutDialog::AboutDialog(QWidget* parent) : QDialog(parent) {
    setObjectName(u"shell.about"_qs);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("About Lathe"));
    auto* picture = new QLabel;
    picture->setPixmap(QIcon(u":/lathe/icons/lathe.svg"_qs).pixmap(64, 64));
    auto* top = row(nullptr, metrics::kSpace16);
    auto* names = column(nullptr, metrics::kSpace4);
    names->addStretch(1);
    names->addWidget(label(u"Lathe"_qs, TextRole::Title));
    names->addWidget(label(tr("Version %1").arg(QLatin1StringView(LATHE_VERSION)), TextRole::Secondary));
    names->addStretch(1);
    top->addWidget(picture);
    top->addLayout(names, 1);
    QLabel* what = label(tr("Fine-tunes open language models on this machine, without Python and without sending data anywhere."));
    what->setWordWrap(true);
    QLabel* licence = helpLine(tr("Free software under the GNU General Public License, version 3 or later. There is no warranty."));
    QLabel* thanks = helpLine(tr("Built with PyTorch's C++ library, Apache Arrow, Qt, QCustomPlot, MathJax, Tabler Icons, SQLite, ICU, PCRE2, SentencePiece, "
                                 "uchardet, xxHash, nlohmann JSON, {fmt} and CLI11."));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* outer = column(this, metrics::kSpace16, metrics::kSpace24);
    outer->addLayout(top);
    outer->addWidget(what);
    outer->addWidget(licence);
    outer->addWidget(thanks);
    outer->addWidget(buttons);
    setFixedWidth(440);
}

} // namespace lathe::shell
