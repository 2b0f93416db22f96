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
        // LaTeX commands that MathJax leaves to packages not in its list.
        macros: {bm: ['\\boldsymbol{#1}', 1]},
        formatError: function (jax, error) { throw error; }
    });
    var svg = new m.output.svg_ts.SVG({fontCache: 'none', font: new m.output.svg.fonts.tex_ts.TeXFont()});
    var document = m.mathjax.mathjax.document('', {InputJax: tex, OutputJax: svg});
    var maps = ['new-Macro', 'new-Delimiter', 'new-Command', 'new-Environment'];

    function forget() {
        // Both the maps by name and those of this parser: MathJax's versions differ in which of them \newcommand fills.
        maps.forEach(function (name) {
            [m.input.tex.MapHandler.MapHandler.getMap(name)].forEach(function (map) {
                if (map && map.map) { map.map.clear(); }
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
