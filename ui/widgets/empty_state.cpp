// SPDX-License-Identifier: GPL-3.0-or-later
#include "empty_state.h"

#include "controls.h"
#include "theme.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr int kPictureSize = 48;
constexpr int kTextWidth = 420;

/// Draws an icon itself, so that it follows a theme change.
class IconPicture : public QWidget {
public:
    IconPicture(const QString& name, QWidget* parent) : QWidget(parent), icon_(icon(name, IconTone::Secondary)) {
        setFixedSize(kPictureSize, kPictureSize);
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        icon_.paint(&painter, rect());
    }

private:
    QIcon icon_;
};

} // namespace

EmptyState::EmptyState(const QString& objectName, const QString& iconName, const QString& heading, const QString& line, QWidget* parent)
    : QWidget(parent), heading_(label(heading, TextRole::Section)), line_(helpLine(line)),
      action_(button(objectName + u".action"_qs, {}, ButtonKind::Primary)), sample_(button(objectName + u".sample"_qs, {}, ButtonKind::Normal)) {
    setObjectName(objectName);
    heading_->setAlignment(Qt::AlignCenter);
    heading_->setWordWrap(true);
    line_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    for (QLabel* text : {heading_, line_}) {
        text->setMinimumWidth(std::min(kTextWidth, 240));
        text->setMaximumWidth(kTextWidth);
        text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    }
    action_->hide();
    sample_->hide();

    auto* buttons = row();
    buttons->addStretch();
    buttons->addWidget(action_);
    buttons->addWidget(sample_);
    buttons->addStretch();

    auto* outer = column(this, metrics::kSpace8, metrics::kSpace24);
    outer->addStretch(2);
    outer->addWidget(new IconPicture(iconName, this), 0, Qt::AlignHCenter);
    outer->addSpacing(metrics::kSpace8);
    for (QLabel* text : {heading_, line_}) {
        auto* centred = row();
        centred->addStretch(1);
        centred->addWidget(text, 100);
        centred->addStretch(1);
        outer->addLayout(centred);
    }
    outer->addSpacing(metrics::kSpace8);
    outer->addLayout(buttons);
    outer->addStretch(3);

    connect(action_, &QPushButton::clicked, this, &EmptyState::actionTriggered);
    connect(sample_, &QPushButton::clicked, this, &EmptyState::sampleTriggered);
}

void EmptyState::setAction(const QString& text, const QString& iconName) {
    action_->setText(text);
    action_->setIcon(iconName.isEmpty() ? QIcon() : icon(iconName, IconTone::OnAccent));
    action_->setVisible(!text.isEmpty());
}

void EmptyState::setSampleAction(const QString& text, const QString& iconName) {
    sample_->setText(text);
    sample_->setIcon(iconName.isEmpty() ? QIcon() : icon(iconName));
    sample_->setVisible(!text.isEmpty());
}

void EmptyState::setHeading(const QString& heading) {
    heading_->setText(heading);
}

void EmptyState::setLine(const QString& line) {
    line_->setText(line);
}

} // namespace lathe::widgets
