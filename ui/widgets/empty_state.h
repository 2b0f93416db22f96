// SPDX-License-Identifier: GPL-3.0-or-later
// What a panel shows while it has nothing: an icon, a heading, one line and the action that leads on.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace lathe::widgets {

class EmptyState : public QWidget {
    Q_OBJECT
public:
    /// `objectName` names the state, its main button `<objectName>.action` and its second one `<objectName>.sample`.
    EmptyState(const QString& objectName, const QString& iconName, const QString& heading, const QString& line, QWidget* parent = nullptr);

    /// The one action (a primary button); empty text hides it.
    void setAction(const QString& text, const QString& iconName = {});
    /// A second, quiet button, e.g. "Load the sample".
    void setSampleAction(const QString& text, const QString& iconName = {});
    void setHeading(const QString& heading);
    void setLine(const QString& line);

Q_SIGNALS:
    void actionTriggered();
    void sampleTriggered();

private:
    QLabel* heading_;
    QLabel* line_;
    QPushButton* action_;
    QPushButton* sample_;
};

} // namespace lathe::widgets
