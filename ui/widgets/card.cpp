// SPDX-License-Identifier: GPL-3.0-or-later
#include "card.h"

#include "controls.h"
#include "theme.h"

#include <QBoxLayout>
#include <QLabel>

using namespace Qt::StringLiterals;

namespace lathe::widgets {

Card::Card(const QString& heading, QWidget* parent) : QFrame(parent), header_(new QWidget(this)), heading_(label(heading, TextRole::Section, header_)) {
    setProperty("role", u"card"_qs);
    auto* outer = column(this, metrics::kSpace12, metrics::kSpace16);
    headerRow_ = row(header_);
    headerRow_->addWidget(heading_);
    headerRow_->addStretch();
    outer->addWidget(header_);
    body_ = column(nullptr);
    outer->addLayout(body_, 1);
    header_->setVisible(!heading.isEmpty());
}

void Card::setHeading(const QString& heading) {
    heading_->setText(heading);
    header_->setVisible(!heading.isEmpty() || headerRow_->count() > 2);
}

void Card::addHeaderWidget(QWidget* widget) {
    headerRow_->addWidget(widget);
    header_->setVisible(true);
}

void Card::setSelected(bool isSelected) {
    if (isSelected_ != isSelected) {
        isSelected_ = isSelected;
        setProperty("selected", isSelected);
        restyle(this);
    }
}

} // namespace lathe::widgets
