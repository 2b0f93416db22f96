// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of every panel at work, in both themes, from a real workspace. usage: pictures WORKSPACE FOLDER [WIDTH HEIGHT]
// The workspace holds the sample data and a finished run of the english-to-latex recipe (packaging/screenshots makes it).
#include "journey.h"

#include <QApplication>
#include <QDir>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSlider>

#include <cstdio>

#include "shell/language.h"
#include "widgets/latex_view.h"
#include "widgets/text_table.h"

using lathe::tests::Journey;

namespace {

constexpr int kPatience = 120'000;

bool until(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, kPatience); }

class Pictures {
public:
    Pictures(const QString& workspace, const QString& folder, const QSize& size) : journey_(workspace), folder_(folder) { journey_.window().resize(size); }

    bool takeAll() {
        if (!until([this] { return !journey_.services().models().list().empty() && journey_.services().datasets().list().size() >= 2; })) return false;
        return data() && deduplicate() && train() && runs() && preferences() && playground() && latex() && models();
    }

private:
    /// In both themes, when nothing moves any more.
    bool take(const QString& panel) {
        for (const auto& [mode, name] : {std::pair{lathe::widgets::ThemeMode::Dark, "dark"}, {lathe::widgets::ThemeMode::Light, "light"}}) {
            journey_.theme().setMode(mode);
            QTest::qWait(1'500);
            until([this] { return journey_.window().isSettled(); });
            const QString file = QStringLiteral("%1/%2-%3.png").arg(folder_, panel, QLatin1String(name));
            if (!journey_.window().grab().save(file)) return complain(file);
        }
        return true;
    }
    static bool complain(const QString& what) {
        std::fprintf(stderr, "error: %s\n", qPrintable(what));
        return false;
    }
    bool write(const QString& objectName, const QString& text) {
        auto* edit = journey_.find<QPlainTextEdit>(objectName);
        if (edit == nullptr) return complain(objectName);
        edit->setFocus();
        edit->setPlainText(text);
        return true;
    }
    bool openDataset(const QString& panel, const QString& name) {
        journey_.window().showPanel(panel, {{QStringLiteral("dataset"), name}});
        return true;
    }

    bool data() { return openDataset(QStringLiteral("data"), QStringLiteral("anime_catalogue")) && take(QStringLiteral("data")); }
    bool deduplicate() {
        openDataset(QStringLiteral("deduplicate"), QStringLiteral("anime_catalogue"));
        if (!journey_.click(QStringLiteral("deduplicate.find"))) return complain(QStringLiteral("deduplicate.find"));
        until([this] { return journey_.textOf(QStringLiteral("deduplicate.sentence")).startsWith(QStringLiteral("Keeps")); });
        journey_.find<QSlider>(QStringLiteral("deduplicate.threshold"))->setValue(850);
        return take(QStringLiteral("deduplicate"));
    }
    bool train() {
        journey_.window().showPanel(QStringLiteral("train"), {{QStringLiteral("recipe"), QStringLiteral("english-to-latex")}});
        until([this] { return !journey_.textOf(QStringLiteral("train.forecast.time")).isEmpty(); });
        return take(QStringLiteral("train"));
    }
    bool runs() {
        journey_.show(QStringLiteral("runs"));
        return take(QStringLiteral("runs"));
    }
    bool preferences() {
        journey_.show(QStringLiteral("preferences"));
        // A workspace that is kept has the sample's pairs already.
        const bool isEmpty = journey_.services().session().labelSets().empty();
        if (isEmpty && !journey_.click(QStringLiteral("preferences.empty.sample"))) return complain(QStringLiteral("preferences.empty.sample"));
        return take(QStringLiteral("preferences"));
    }
    bool playground() {
        journey_.show(QStringLiteral("playground"));
        if (!write(QStringLiteral("playground.prompt"), QStringLiteral("Convert English to LaTeX\nEnglish: the limit of sine of x over x as x goes to zero\nLaTeX:"))) return false;
        if (!journey_.click(QStringLiteral("playground.generate"))) return complain(QStringLiteral("playground.generate"));
        QTest::qWait(8'000);
        return take(QStringLiteral("playground"));
    }
    bool latex() {
        const auto runs = journey_.services().session().runs();
        if (runs.empty()) return complain(QStringLiteral("The workspace has no run. Train one in it first."));
        journey_.window().showPanel(QStringLiteral("latex"), {{QStringLiteral("model"), QString::fromStdString(runs.front().output.string())}});
        if (!write(QStringLiteral("latex.english"), QStringLiteral("g of x equals integral from 0 to 1 of x squared"))) return false;
        journey_.click(QStringLiteral("latex.convert"));
        auto* formula = journey_.find<lathe::widgets::LatexView>(QStringLiteral("latex.formula"));
        until([&] { return !formula->isRendering() && !formula->picture().isNull(); });
        QTest::qWait(4'000);
        return take(QStringLiteral("latex"));
    }
    bool models() {
        journey_.show(QStringLiteral("models"));
        return take(QStringLiteral("models"));
    }

    Journey journey_;
    QString folder_;
};

}  // namespace

int main(int count, char** arguments) {
    const QApplication application(count, arguments);
    lathe::shell::installLanguage(QStringLiteral("en"));
    if (count != 3 && count != 5) {
        std::fputs("usage: pictures WORKSPACE FOLDER [WIDTH HEIGHT]\n", stderr);
        return 2;
    }
    const QSize size = count == 5 ? QSize(QByteArray(arguments[3]).toInt(), QByteArray(arguments[4]).toInt()) : QSize(1280, 800);
    QDir().mkpath(QString::fromLocal8Bit(arguments[2]));
    return Pictures(QDir(QString::fromLocal8Bit(arguments[1])).absolutePath(), QString::fromLocal8Bit(arguments[2]), size).takeAll() ? 0 : 1;
}
