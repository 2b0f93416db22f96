// SPDX-License-Identifier: GPL-3.0-or-later
// Runs after MathJax's six files: makes one document and a function that turns TeX into SVG or an error.
var latheConvert = (function () {
    var m = MathJax._;
    // 0.92 em is the advance of Hangul in the Nanum faces; the adaptor's own guess of 1 em spaces it too wide.
    var adaptor = m.adaptors.liteAdaptor.liteAdaptor({cjkCharWidth: 0.92, unknownCharWidth: 0.55});
    m.handlers.html_ts.RegisterHTMLHandler(adaptor);
    // No html, require, autoload, action, bbox, unicode and noerrors: no links, styles, loading or swallowed mistakes.
    // No physics: it gives \div and others another meaning than LaTeX does.
    var tex = new m.input.tex_ts.TeX({
        packages: ['base', 'ams', 'amscd', 'boldsymbol', 'braket', 'bussproofs', 'cancel', 'cases', 'centernot', 'color', 'colortbl',
            'empheq', 'enclose', 'extpfeil', 'gensymb', 'mathtools', 'mhchem', 'newcommand', 'textcomp', 'textmacros', 'upgreek',
            'verb', 'configmacros'],
        tags: 'none',
        maxMacros: 1000,
        maxBuffer: 5120,
        // \bm is of a LaTeX package that MathJax lacks. A real \tag makes a picture as wide as the page, so its number follows the formula instead.
        macros: {bm: ['\\boldsymbol{#1}', 1], tag: ['\\qquad(\\text{#1})', 1], label: ['', 1]},
        formatError: function (jax, error) { throw error; }
    });
    var svg = new m.output.svg_ts.SVG({fontCache: 'none', font: new m.output.svg.fonts.tex_ts.TeXFont()});
    var document = m.mathjax.mathjax.document('', {InputJax: tex, OutputJax: svg});
    var defined = ['new-Macro', 'new-Delimiter', 'new-Command', 'new-Environment', 'ams-declare-ops', 'mathtools-paired-delims'];

    function forget() {
        // A name may stand for several map objects (each package makes its own), so the parser's own lists are walked.
        ['macro', 'delimiter', 'environment'].forEach(function (kind) {
            tex.parseOptions.handlers.get(kind)._configuration.items.forEach(function (entry) {
                if (defined.indexOf(entry.item.name) >= 0) { entry.item.map.clear(); }
            });
        });
        tex.parseOptions.tags.resetTag();
        tex.parseOptions.tags.reset(0);
    }

    return function (source, isDisplay) {
        try {
            var node = document.convert(source, {display: isDisplay, em: 16, ex: 8, containerWidth: 1e6});
            return JSON.stringify({svg: adaptor.innerHTML(node)});
        } catch (error) {
            return JSON.stringify({id: String(error.id || ''), error: String(error.message || error)});
        } finally {
            forget();
        }
    };
})();
