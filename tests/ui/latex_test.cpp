// SPDX-License-Identifier: GPL-3.0-or-later
// Formulas: which render, which are refused and why, that none blocks or spoils the next, and that the picture has ink where it should.
#include "widgets/latex_renderer.h"
#include "widgets/latex_view.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QMimeData>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace {

/// Number of pixels that are at least half covered by ink.
int inkPixels(const QImage& image) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            count += qAlpha(image.pixel(x, y)) > 127 ? 1 : 0;
        }
    }
    return count;
}

bool hasInkIn(const QImage& image, const QRect& area) {
    return inkPixels(image.copy(area)) > 0;
}

} // namespace

class LatexTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { keepAlive_.prewarm(); }

    void rendersHardFormulas_data() {
        QTest::addColumn<QString>("tex");
        const QStringList formulas = {
            u"x^2"_qs,
            u"\\frac{-b\\pm\\sqrt{b^2-4ac}}{2a}"_qs,
            u"\\int_{0}^{\\infty} e^{-x^2}\\,dx=\\frac{\\sqrt{\\pi}}{2}"_qs,
            u"\\begin{vmatrix} a & b \\\\ c & d \\end{vmatrix}=ad-bc"_qs,
            u"\\begin{bmatrix}1&2&3\\\\4&5&6\\\\7&8&9\\end{bmatrix}"_qs,
            u"f(x)=\\begin{cases} x^2 & x>0\\\\ -x & \\text{otherwise}\\end{cases}"_qs,
            u"\\overbrace{a+b+c}^{n}\\underbrace{d+e+f}_{m}"_qs,
            u"A\\xrightarrow[\\text{below}]{\\text{above and long}}B"_qs,
            u"\\left\\{\\left[\\left(\\frac{\\frac{a}{b}}{\\frac{c}{d}}\\right)\\right]\\right\\}"_qs,
            u"\\ce{2H2 + O2 -> 2H2O}"_qs,
            u"\\cancel{x}+\\bcancel{y}+\\xcancel{z}"_qs,
            u"\\begin{array}{c|c} a & b \\\\ \\hline c & d \\end{array}"_qs,
            u"\\sum_{\\substack{0\\le i\\le m\\\\0<j<n}}P(i,j)"_qs,
            u"\\hat{a}\\vec{b}\\bar{c}\\tilde{d}\\dot{e}\\widehat{fgh}"_qs,
            u"\\lim_{x\\to 0}\\frac{\\sin x}{x}=1"_qs,
            u"\\oint_C \\mathbf{F}\\cdot d\\mathbf{r}"_qs,
            u"\\mathscr{L}\\mathcal{F}\\mathbb{R}\\mathfrak{g}"_qs,
            u"\\text{넓이}=\\pi r^2"_qs,
            u"\\boxed{E=mc^2}"_qs,
            u"\\fcolorbox{red}{yellow}{x}"_qs,
            u"\\colorbox{yellow}{$x+y$}"_qs,
            u"\\color{#2F6FDE}{a+b}"_qs,
            u"\\begin{align} a&=b\\\\ c&=d\\end{align}"_qs,
            u"E=mc^2\\tag{1}"_qs,
            u"\\braket{\\phi|\\psi}"_qs,
            u"\\sqrt[3]{x+\\sqrt{y}}"_qs,
            u"\\binom{n}{k}\\pmod{7}"_qs,
            u"\\coloneqq \\iiint \\ddots"_qs,
            u"\\bm{v}\\cdot\\boldsymbol{w}"_qs,
        };
        for (const QString& formula : formulas) {
            QTest::newRow(qPrintable(formula)) << formula;
        }
    }

    void rendersHardFormulas() {
        QFETCH(QString, tex);
        const LatexResult result = LatexRenderer::renderNow(tex);
        QCOMPARE(result.error, QString());
        QVERIFY(result.picture.sizeEx().width() > 0.5);
        QVERIFY(result.picture.sizeEx().height() > 0.5);
        QVERIFY(inkPixels(result.picture.toImage(12, Qt::black)) > 20);
    }

    void refusesWhatIsWrong_data() {
        QTest::addColumn<QString>("tex");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown command") << u"\\frac12+\\foo{x}"_qs << u"There is no command \\foo."_qs;
        QTest::newRow("missing argument") << u"\\frac{1}"_qs << u"\\frac"_qs;
        QTest::newRow("open brace") << u"\\sqrt{x"_qs << u"{"_qs;
        QTest::newRow("closing brace") << u"x}"_qs << u"}"_qs;
        QTest::newRow("left without right") << u"\\left( x"_qs << u"\\right"_qs;
        QTest::newRow("right without left") << u"x \\right)"_qs << u"\\left"_qs;
        QTest::newRow("double exponent") << u"x^2^3"_qs << u"superscripts"_qs;
        QTest::newRow("mismatched environment") << u"\\begin{matrix} a \\end{pmatrix}"_qs << u"matrix"_qs;
        QTest::newRow("unknown environment") << u"\\begin{nothing} a \\end{nothing}"_qs << u"nothing"_qs;
        QTest::newRow("link") << u"\\href{javascript:alert(1)}{x}"_qs << u"\\href"_qs;
        QTest::newRow("package loading") << u"\\require{html}"_qs << u"\\require"_qs;
        QTest::newRow("recursive macro") << u"\\def\\a{\\a\\a}\\a"_qs << u"macro"_qs;
        QTest::newRow("recursive command") << u"\\newcommand{\\b}{x\\b}\\b"_qs << QString();
        QTest::newRow("too long") << QString(5000, u'x') << u"4096"_qs;
    }

    void refusesWhatIsWrong() {
        QFETCH(QString, tex);
        QFETCH(QString, says);
        const LatexResult result = LatexRenderer::renderNow(tex);
        QVERIFY(!result.isOk());
        QVERIFY2(result.error.contains(says, Qt::CaseInsensitive), qPrintable(result.error));
        QVERIFY(result.picture.isNull());
        QVERIFY2(result.error.endsWith(u'.'), qPrintable(result.error));
    }

    void aFormulaThatTakesTooLongIsStoppedAndTheNextOneWorks() {
        QString slow = u"x"_qs;
        for (int i = 0; i < 400; ++i) {
            slow = u"\\sqrt{"_qs + slow + u"}"_qs;
        }
        QElapsedTimer timer;
        timer.start();
        const LatexResult result = LatexRenderer::renderNow(slow);
        QVERIFY(result.isOk() || !result.error.isEmpty());
        QVERIFY2(timer.elapsed() < 20000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(LatexRenderer::renderNow(u"y^2"_qs).isOk());
    }

    void definitionsDoNotLeakIntoTheNextFormula() {
        QVERIFY(LatexRenderer::renderNow(u"\\newcommand{\\leak}{x}\\leak"_qs).isOk());
        QVERIFY(!LatexRenderer::renderNow(u"\\leak+1"_qs).isOk());
        QVERIFY(LatexRenderer::renderNow(u"\\def\\leakdef{x}\\leakdef"_qs).isOk());
        QVERIFY(!LatexRenderer::renderNow(u"\\leakdef+1"_qs).isOk());
        QVERIFY(LatexRenderer::renderNow(u"\\DeclareMathOperator{\\leakop}{lk}\\leakop x"_qs).isOk());
        QVERIFY(!LatexRenderer::renderNow(u"\\leakop x+1"_qs).isOk());
        QVERIFY(LatexRenderer::renderNow(u"\\renewcommand{\\alpha}{Z}\\alpha"_qs).isOk());
        const QByteArray alpha = LatexRenderer::renderNow(u"\\alpha"_qs).picture.toSvg(Qt::black);
        const QByteArray again = LatexRenderer::renderNow(u"{\\alpha}"_qs).picture.toSvg(Qt::black);
        QCOMPARE(alpha.count("<path"), again.count("<path"));
        QVERIFY(!alpha.contains("data-c=\"5A\""));
    }

    void aBoxIsAFrameAndNotAFilledRectangle() {
        const QImage image = LatexRenderer::renderNow(u"\\boxed{\\phantom{xxxxxx}}"_qs).picture.toImage(20, Qt::black);
        // Ink at the edges of the frame, none in the middle.
        QVERIFY(inkPixels(image) > 50);
        const QPoint centre = image.rect().center();
        QVERIFY(!hasInkIn(image, QRect(centre - QPoint(5, 5), QSize(10, 10))));
    }

    void stretchyPiecesStayInsideTheirClip() {
        // A tall parenthesis is built of pieces in nested svgs; without clips they overhang the picture's box.
        const LatexResult result =
            LatexRenderer::renderNow(u"\\left(\\begin{matrix}1\\\\2\\\\3\\\\4\\\\5\\\\6\\\\7\\\\8\\end{matrix}\\right)"_qs);
        QVERIFY(result.isOk());
        const double ex = 10;
        const QSizeF size = result.picture.sizeFor(ex);
        QImage image((size + QSizeF(200, 200)).toSize(), QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        const QRectF target(QPointF(100, 100), size);
        result.picture.paint(painter, target, Qt::black);
        painter.end();
        const QRect inside = target.toAlignedRect().adjusted(-2, -2, 2, 2);
        QCOMPARE(inkPixels(image), inkPixels(image.copy(inside)));
        // The parenthesis reaches from top to bottom without a gap in its extension.
        for (int y = inside.top() + inside.height() / 4; y < inside.bottom() - inside.height() / 4; ++y) {
            QVERIFY2(hasInkIn(image, QRect(inside.left(), y, int(ex * 2), 1)), qPrintable(QString::number(y)));
        }
    }

    void koreanGlyphsHaveInk() {
        const QImage image = LatexRenderer::renderNow(u"\\text{한글}"_qs).picture.toImage(20, Qt::black);
        QVERIFY(inkPixels(image) > 100);
    }

    void textOnALightBoxStaysDarkInTheDarkTheme() {
        const QImage image = LatexRenderer::renderNow(u"\\colorbox{yellow}{$\\blacksquare$}"_qs).picture.toImage(20, Qt::white);
        bool hasDark = false;
        for (int x = 0; x < image.width() && !hasDark; ++x) {
            hasDark = qAlpha(image.pixel(x, image.height() / 2)) > 200 && qGray(image.pixel(x, image.height() / 2)) < 60;
        }
        QVERIFY(hasDark);
    }

    void aColouredBorderKeepsItsColour() {
        const QImage image = LatexRenderer::renderNow(u"\\fcolorbox{red}{yellow}{x}"_qs).picture.toImage(20, Qt::black);
        int red = 0;
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, image.height() / 2);
            red += pixel.alpha() > 200 && pixel.red() > 200 && pixel.green() < 60 ? 1 : 0;
        }
        QVERIFY(red >= 2);
    }

    void inlineModeIsLowerThanDisplayMode() {
        const QString tex = u"\\sum_{i=0}^{n} i"_qs;
        QVERIFY(LatexRenderer::renderNow(tex, LatexMode::Inline).picture.sizeEx().height() <
                LatexRenderer::renderNow(tex, LatexMode::Display).picture.sizeEx().height());
        QVERIFY(LatexRenderer::renderNow(u"\\frac{a}{b}"_qs, LatexMode::Inline).picture.depthEx() > 0.3);
    }

    void damagedSvgIsRefused() {
        for (const QByteArray& svg : {QByteArray(), QByteArray("<svg>"), QByteArray("<svg viewBox='0 0 1 1'><path d='L 1'/></svg>"),
                                      QByteArray("<svg viewBox='0 0 1 1'><g transform='spin(3)'/></svg>"), QByteArray("<html/>"),
                                      QByteArray("<svg viewBox='0 0 1 1'><path d='M0 0L1 nan'/></svg>")}) {
            QString error;
            QVERIFY(FormulaPicture::fromSvg(svg, &error).isNull());
            QVERIFY(!error.isEmpty());
        }
    }

    void answersComeLaterAndAreCached() {
        LatexRenderer renderer;
        QSignalSpy spy(&renderer, &LatexRenderer::finished);
        const quint64 first = renderer.request(u"a+b+c+d"_qs);
        QCOMPARE(spy.count(), 0);
        QTRY_COMPARE_WITH_TIMEOUT(spy.count(), 1, 20000);
        QCOMPARE(spy[0][0].toULongLong(), first);
        QVERIFY(renderer.cached(u"a+b+c+d"_qs).has_value());
        renderer.request(u"a+b+c+d"_qs);
        QCOMPARE(spy.count(), 1);
        QTRY_COMPARE(spy.count(), 2);
    }

    void cancelledRequestsNeverAnswer() {
        LatexRenderer renderer;
        QSignalSpy spy(&renderer, &LatexRenderer::finished);
        for (int i = 0; i < 20; ++i) {
            renderer.request(u"c_{%1}"_qs.arg(i));
        }
        renderer.cancelPending();
        const quint64 last = renderer.request(u"c_{last}"_qs);
        QTRY_VERIFY_WITH_TIMEOUT(!spy.isEmpty(), 20000);
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy[0][0].toULongLong(), last);
    }

    void aRendererMayGoWhileItsFormulaIsDrawn() {
        {
            LatexRenderer shortLived;
            shortLived.request(u"\\frac{gone}{before}"_qs);
        }
        QVERIFY(LatexRenderer::renderNow(u"z"_qs).isOk());
        QCoreApplication::sendPostedEvents();
    }

    void theViewShowsTheErrorAndTheLastGoodPictureReturns() {
        LatexView view;
        view.resize(300, 120);
        QSignalSpy spy(&view, &LatexView::rendered);
        view.setTex(u"x^2"_qs);
        QTRY_COMPARE_WITH_TIMEOUT(spy.count(), 1, 20000);
        QCOMPARE(view.error(), QString());
        QCOMPARE(view.accessibleName(), u"x^2"_qs);
        view.setTex(u"x^{2"_qs);
        QTRY_COMPARE_WITH_TIMEOUT(spy.count(), 2, 20000);
        QVERIFY(!view.error().isEmpty());
        QCOMPARE(view.accessibleDescription(), view.error());
        view.setTex(u"x^{2}"_qs);
        QTRY_COMPARE_WITH_TIMEOUT(spy.count(), 3, 20000);
        QCOMPARE(view.error(), QString());
    }

    void theViewDrawsInThePaletteColourAndScalesToFit() {
        LatexView view;
        view.setTex(u"\\blacksquare+b+c+d+e+\\blacksquare"_qs);
        view.setScale(8);
        view.resize(200, 60);
        QTRY_VERIFY_WITH_TIMEOUT(!view.isRendering(), 20000);
        QVERIFY(view.sizeHint().width() > 200);
        for (const Tokens& t : {lightTokens(), darkTokens()}) {
            view.setPalette(paletteOf(t));
            const QImage image = view.grab().toImage();
            bool hasInk = false;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    if (std::abs(qGray(image.pixel(x, y)) - qGray(t.text.rgb())) < 25) {
                        hasInk = true;
                        QVERIFY(x > 4 && x < image.width() - 4);
                    }
                }
            }
            QVERIFY(hasInk);
        }
    }

    void copiesTexSvgAndPng() {
        LatexView view;
        view.setTex(u"\\alpha"_qs);
        QTRY_VERIFY_WITH_TIMEOUT(!view.isRendering(), 20000);
        view.copyTex();
        QCOMPARE(QGuiApplication::clipboard()->text(), u"\\alpha"_qs);
        view.copySvg();
        QVERIFY(QGuiApplication::clipboard()->mimeData()->data(u"image/svg+xml"_qs).startsWith("<svg"));
        QVERIFY(!QGuiApplication::clipboard()->mimeData()->data(u"image/svg+xml"_qs).contains("currentColor"));
        view.copyPng();
        QVERIFY(QGuiApplication::clipboard()->image().width() > 10);
    }

private:
    LatexRenderer keepAlive_;
};

QTEST_MAIN(LatexTest)
#include "latex_test.moc"
