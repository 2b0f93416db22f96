// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/playground/beam_list.h"

#include <algorithm>

#include <QHeaderView>

#include "widgets/format.h"

namespace lathe::panels {
namespace {

constexpr int kBeamRole = Qt::UserRole;

qsizetype sharedLength(const QString& a, const QString& b) {
    const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
    const qsizetype length = end - a.begin();
    // Part at a blank, so that no word is torn.
    const qsizetype blank = a.lastIndexOf(u' ', length);
    return length == a.size() || length == b.size() ? length : std::max<qsizetype>(blank + 1, 0);
}

void addBranch(QTreeWidgetItem* parent, std::vector<std::pair<QString, int>> beams, const std::vector<GeneratedText>& all) {
    while (!beams.empty()) {
        std::vector<std::pair<QString, int>> alike{beams.front()};
        qsizetype shared = beams.front().first.size();
        for (std::size_t i = 1; i < beams.size(); ++i) {
            const qsizetype length = sharedLength(beams.front().first, beams[i].first);
            if (length == 0) continue;
            shared = std::min(shared, length);
            alike.push_back(beams[i]);
        }
        std::erase_if(beams, [&](const auto& beam) { return std::find(alike.begin(), alike.end(), beam) != alike.end(); });
        auto* item = new QTreeWidgetItem(parent);
        if (alike.size() == 1) {
            item->setText(0, alike.front().first.simplified());
            item->setText(1, widgets::formatNumber(all[std::size_t(alike.front().second)].score, 4));
            item->setTextAlignment(1, Qt::AlignRight);
            item->setData(0, kBeamRole, alike.front().second);
            item->setToolTip(0, alike.front().first);
            continue;
        }
        item->setText(0, alike.front().first.left(shared).simplified());
        for (auto& beam : alike) beam.first = beam.first.mid(shared);
        addBranch(item, alike, all);
    }
}

}  // namespace

BeamList::BeamList(QWidget* parent) : QTreeWidget(parent) {
    setHeaderLabels({tr("Beam"), tr("Score")});
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    setRootIsDecorated(true);
    connect(this, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* item) {
        const QVariant beam = item->data(0, kBeamRole);
        if (beam.isValid()) Q_EMIT beamChosen(beam.toInt());
    });
}

void BeamList::setBeams(const std::vector<GeneratedText>& beams) {
    clear();
    std::vector<std::pair<QString, int>> texts;
    for (std::size_t i = 0; i < beams.size(); ++i) texts.emplace_back(QString::fromStdString(beams[i].text), int(i));
    addBranch(invisibleRootItem(), texts, beams);
    expandAll();
}

}  // namespace lathe::panels
