// SPDX-License-Identifier: GPL-3.0-or-later
// The beams of an answer as a tree with scores.
#pragma once
#include <vector>

#include <QTreeWidget>

#include <lathe/generation.h>

namespace lathe::panels {

/// Beams that begin alike share a branch; each leaf has the rest of its text and its score.
class BeamList : public QTreeWidget {
    Q_OBJECT
public:
    explicit BeamList(QWidget* parent = nullptr);
    void setBeams(const std::vector<GeneratedText>& beams);

Q_SIGNALS:
    /// The person chose a beam; index as in setBeams().
    void beamChosen(int index);
};

}  // namespace lathe::panels
