// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/train/recipes.h"

#include <algorithm>
#include <exception>

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include "bridge/sequences.h"

namespace lathe::panels {

QList<Recipe> readRecipes(const QString& resourcesFolder) {
    QList<Recipe> recipes;
    const QDir folder(resourcesFolder + QStringLiteral("/recipes"));
    for (const QString& name : folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::ReadOnly)) continue;
        try {
            Recipe recipe;
            recipe.spec = parseRunSpec(file.readAll().toStdString(), name.toStdString());
            recipe.title = bridge::inWords(QString::fromStdString(recipe.spec.name));
            if (recipe.spec.dataset.file) {
                const QFileInfo sample(QString::fromStdString(*recipe.spec.dataset.file));
                recipe.sampleFile = sample.fileName();
                recipe.spec.dataset.name = sample.completeBaseName().toStdString();
                recipe.spec.dataset.file.reset();
            }
            recipes << recipe;
        } catch (const std::exception&) {
            // A guided sequence or a deduplication recipe: other panels read those.
        }
    }
    std::stable_sort(recipes.begin(), recipes.end(), [](const Recipe& a, const Recipe& b) { return (a.spec.task == "causal-lm") > (b.spec.task == "causal-lm"); });
    std::stable_sort(recipes.begin(), recipes.end(), [](const Recipe& a, const Recipe& b) { return (a.spec.name == "english-to-latex") > (b.spec.name == "english-to-latex"); });
    return recipes;
}

}  // namespace lathe::panels
