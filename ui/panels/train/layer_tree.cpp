// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/train/layer_tree.h"

#include <QHeaderView>
#include <QRegularExpression>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace lathe::panels {

LayerTree::LayerTree(QWidget* parent) : QTreeWidget(parent) {
    setObjectName(QStringLiteral("train.layers"));
    setAccessibleName(tr("Layers that are trained"));
    setHeaderLabels({tr("Layer"), tr("Parameters")});
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    setFixedHeight(190);
    connect(this, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem*, int column) {
        if (!isFilling_ && column == 0) emitEdited();
    });
}

void LayerTree::setLayers(const std::vector<LayerInfo>& layers) {
    layers_ = layers;
    isFilling_ = true;
    clear();
    // The head stands on top, as the last layers are what people train first.
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
        auto* item = new QTreeWidgetItem(this);
        item->setText(0, QString::fromStdString(layer->name));
        item->setText(1, widgets::formatShortCount(double(layer->parameters)));
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(0, Qt::Checked);
    }
    isFilling_ = false;
}

void LayerTree::check(const std::function<bool(const LayerInfo&)>& isTrainable) {
    isFilling_ = true;
    const int count = topLevelItemCount();
    for (int i = 0; i < count; ++i)
        topLevelItem(i)->setCheckState(0, isTrainable(layers_[layers_.size() - 1 - std::size_t(i)]) ? Qt::Checked : Qt::Unchecked);
    isFilling_ = false;
}

int LayerTree::blocks() const {
    // The final norm and head stand after the last block, with its index plus one.
    std::int64_t last = 0;
    for (const LayerInfo& layer : layers_) last = std::max(last, layer.index);
    return int(last);
}

void LayerTree::showLastLayers(int count, bool withEmbeddings) {
    std::int64_t blocks = 0;
    for (const LayerInfo& layer : layers_) blocks = std::max(blocks, layer.index);
    check([=](const LayerInfo& layer) { return layer.index < 0 ? withEmbeddings : layer.index >= blocks - count; });
}

void LayerTree::showAll() {
    check([](const LayerInfo&) { return true; });
}

void LayerTree::showPatterns(const QStringList& freeze) {
    check([&](const LayerInfo& layer) {
        bool isTrained = true;
        const QString name = QString::fromStdString(layer.name);
        for (QString glob : freeze) {
            const bool isBack = glob.startsWith(QLatin1Char('!'));
            if (isBack) glob.remove(0, 1);
            const QRegularExpression pattern(QRegularExpression::wildcardToRegularExpression(glob));
            if (pattern.match(name).hasMatch() || pattern.match(name + QStringLiteral(".weight")).hasMatch()) isTrained = isBack;
        }
        return isTrained;
    });
}

void LayerTree::emitEdited() {
    QStringList freeze;
    for (int i = 0; i < topLevelItemCount(); ++i)
        if (topLevelItem(i)->checkState(0) == Qt::Unchecked) freeze << topLevelItem(i)->text(0) + QStringLiteral(".*");
    Q_EMIT edited(freeze);
}

}  // namespace lathe::panels
