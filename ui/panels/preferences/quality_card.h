// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include <lathe/preference.h>

#include "widgets/card.h"

class QGridLayout;
class QLabel;

namespace lathe::panels {

/// How far the labels can be trusted, each number with a word about what it means.
class QualityCard : public widgets::Card {
    Q_OBJECT
public:
    explicit QualityCard(QWidget* parent = nullptr);
    void show(const LabelQuality& quality, const PairReport& pairs);
    void clear();

private:
    void add(const char* name, const QString& what);
    void set(std::size_t index, const QString& text, bool isBad = false);

    QGridLayout* grid_ = nullptr;
    std::vector<QLabel*> values_;
    QLabel* advice_ = nullptr;
    QLabel* pairs_ = nullptr;
};

/// Sentences about what stands out, most important first; empty if nothing does.
QStringList adviceOn(const LabelQuality& quality);

}  // namespace lathe::panels
