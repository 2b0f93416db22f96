// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of a model with check boxes: what is trained and how many parameters that is.
#pragma once
#include <vector>

#include <QTreeWidget>

#include <lathe/training.h>

namespace lathe::panels {

class LayerTree : public QTreeWidget {
    Q_OBJECT
public:
    explicit LayerTree(QWidget* parent = nullptr);

    void setLayers(const std::vector<LayerInfo>& layers);
    int blocks() const;  ///< of the model; 0 before it is known
    /// Checks the last `count` blocks and the head, and the embeddings if told.
    void showLastLayers(int count, bool withEmbeddings);
    void showAll();
    /// Globs on parameter names as in trainable.freeze.
    void showPatterns(const QStringList& freeze);

Q_SIGNALS:
    /// The person changed a check box: the globs that freeze what is not checked.
    void edited(const QStringList& freeze);

private:
    void check(const std::function<bool(const LayerInfo&)>& isTrainable);
    void emitEdited();

    std::vector<LayerInfo> layers_;
    bool isFilling_ = false;
};

}  // namespace lathe::panels
