// SPDX-License-Identifier: GPL-3.0-or-later
#include "help_dialog.h"

#include "widgets/controls.h"
#include "widgets/theme.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFile>
#include <QHBoxLayout>
#include <QListWidget>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextList>
#include <QTextTable>
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

/// Markdown comes without space between its paragraphs.
void giveRoom(QTextDocument& document, const QPalette& palette) {
    document.setDocumentMargin(metrics::kSpace16);
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        QTextBlockFormat format = block.blockFormat();
        QTextTable* table = QTextCursor(block).currentTable();
        const bool isCode = block.next().isValid() && block.next().blockFormat().hasProperty(QTextFormat::BlockCodeFence) && format.hasProperty(QTextFormat::BlockCodeFence);
        format.setBottomMargin(isCode || table != nullptr ? 0 : block.textList() != nullptr ? metrics::kSpace4 : metrics::kSpace12);
        format.setLineHeight(125, QTextBlockFormat::ProportionalHeight);
        QTextCursor(block).setBlockFormat(format);
        if (table != nullptr) {
            QTextTableFormat lines = table->format();
            lines.setBorderCollapse(true);
            lines.setBorderBrush(palette.mid());
            lines.setCellPadding(metrics::kSpace8);
            lines.setBottomMargin(metrics::kSpace16);
            table->setFormat(lines);
        }
    }
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
        topic->setSizeHint({0, 28});
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
    giveRoom(*page_->document(), palette());
    page_->moveCursor(QTextCursor::Start);
}

} // namespace lathe::shell
