// SPDX-License-Identifier: GPL-3.0-or-later
#include "help_dialog.h"

#include "widgets/controls.h"
#include "widgets/theme.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFile>
#include <QHBoxLayout>
#include <QListWidget>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace lathe::shell {
namespace {

QString textOf(const QString& file) {
    QFile page(file);
    return page.open(QIODevice::ReadOnly) ? QString::fromUtf8(page.readAll()) : QString();
}

} // namespace

HelpDialog::HelpDialog(const QString& folder, QWidget* parent) : QDialog(parent), folder_(folder) {
    setObjectName(u"shell.help"_qs);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Help"));
    topics_ = new QListWidget;
    topics_->setObjectName(u"shell.help.topics"_qs);
    topics_->setAccessibleName(tr("Topics"));
    topics_->setFixedWidth(260);
    page_ = new QTextBrowser;
    page_->setObjectName(u"shell.help.page"_qs);
    page_->setAccessibleName(tr("Page"));
    page_->setOpenExternalLinks(true);
    page_->setSearchPaths({folder_});

    QStringList files = QDir(folder_).entryList({u"*.md"_qs}, QDir::Files, QDir::Name);
    files.removeAll(u"README.md"_qs);
    std::stable_partition(files.begin(), files.end(), [](const QString& file) { return file.startsWith(u"panel-"); });
    for (const QString& file : files) {
        auto* topic = new QListWidgetItem(textOf(folder_ + u'/' + file).section(u'\n', 0, 0).remove(0, 2).trimmed(), topics_);
        topic->setData(Qt::UserRole, file.chopped(3));
    }
    connect(topics_, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* topic) {
        if (topic != nullptr) {
            showFile(topic->data(Qt::UserRole).toString());
        }
    });
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* both = row(nullptr, metrics::kSpace16);
    both->addWidget(topics_);
    both->addWidget(page_, 1);
    auto* outer = column(this, metrics::kSpace16, metrics::kSpace24);
    outer->addLayout(both, 1);
    outer->addWidget(buttons);
    topics_->setCurrentRow(0);
    resize(960, 640);
}

void HelpDialog::showPage(const QString& name) {
    for (int i = 0; i < topics_->count(); ++i) {
        if (topics_->item(i)->data(Qt::UserRole).toString() == name) {
            topics_->setCurrentRow(i);
        }
    }
}

void HelpDialog::showFile(const QString& name) {
    page_->setMarkdown(textOf(folder_ + u'/' + name + u".md"_qs));
}

} // namespace lathe::shell
