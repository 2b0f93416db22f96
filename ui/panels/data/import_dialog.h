// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDialog>

#include "bridge/services.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace lathe::widgets {
class RowsProvider;
class TextTable;
}

namespace lathe::panels {

/// Shows how a file will be read before it is, and reads it. Not modal: the window stays usable.
class ImportDialog : public QDialog {
    Q_OBJECT
public:
    ImportDialog(bridge::Services& services, const QString& file, QWidget* parent);

Q_SIGNALS:
    void imported(const QString& dataset);

protected:
    void reject() override;

private:
    QWidget* buildDialect();
    ImportOptions options() const;
    void preview();
    void showPreview(const ImportPreview& preview);
    void showProblems(const std::vector<ProblemRow>& problems, std::int64_t count);
    void import();
    void say(const QString& sentence, bool isBad);

    bridge::Services& services_;
    QString file_;
    QLineEdit* name_;
    QComboBox* encoding_;
    QComboBox* delimiter_;
    QComboBox* quote_;
    QComboBox* header_;
    QComboBox* ragged_;
    QSpinBox* preamble_;
    QLabel* found_;
    std::shared_ptr<widgets::RowsProvider> provider_;
    widgets::TextTable* table_;
    QLabel* problemsHeading_;
    QPlainTextEdit* problems_;
    QLabel* note_;
    QProgressBar* progress_;
    QPushButton* import_;
    bridge::WorkPtr work_;
    int round_ = 0;
    bool isImporting_ = false;
};

}  // namespace lathe::panels
