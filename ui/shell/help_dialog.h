// SPDX-License-Identifier: GPL-3.0-or-later
// The help pages (F1): a list of topics and the page.
#pragma once

#include <QDialog>

class QListWidget;
class QTextBrowser;

namespace lathe::shell {

/// Shows the Markdown pages of a folder, named by their titles: those of panels (panel-NAME.md) first, then the topics.
class HelpDialog : public QDialog {
    Q_OBJECT
public:
    explicit HelpDialog(const QString& folder, QWidget* parent = nullptr);

    /// Shows a page by its file name without ending, such as "panel-train". Unknown names change nothing.
    void showPage(const QString& name);

private:
    void showFile(const QString& name);

    QString folder_;
    QListWidget* topics_ = nullptr;
    QTextBrowser* page_ = nullptr;
};

} // namespace lathe::shell
