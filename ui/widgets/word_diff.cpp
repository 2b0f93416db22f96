// SPDX-License-Identifier: GPL-3.0-or-later
#include "diff_view.h"

#include <algorithm>
#include <vector>

namespace lathe::widgets {
namespace {

// The table of a longest common subsequence has (n+1)·(m+1) 16-bit cells: 32 MB at this many parts a side.
constexpr qsizetype kMostParts = 4000;

bool isWordCharacter(QChar c) {
    return c.isLetterOrNumber() || c.isSurrogate() || c.isMark() || c == u'_';
}

enum class SplitBy { Words, Lines };

QList<QStringView> split(QStringView text, SplitBy by) {
    QList<QStringView> parts;
    qsizetype start = 0;
    while (start < text.size()) {
        qsizetype end = start + 1;
        if (by == SplitBy::Lines) {
            const qsizetype lineEnd = text.indexOf(u'\n', start);
            end = lineEnd < 0 ? text.size() : lineEnd + 1;
        } else if (isWordCharacter(text[start])) {
            while (end < text.size() && isWordCharacter(text[end])) {
                ++end;
            }
        } else if (text[start].isSpace()) {
            while (end < text.size() && text[end].isSpace()) {
                ++end;
            }
        }
        parts.append(text.mid(start, end - start));
        start = end;
    }
    return parts;
}

void add(QList<DiffPiece>& pieces, DiffKind kind, QStringView text) {
    if (text.isEmpty()) {
        return;
    }
    if (!pieces.isEmpty() && pieces.last().kind == kind) {
        pieces.last().text += text;
    } else {
        pieces.append({kind, text.toString()});
    }
}

void compareParts(const QList<QStringView>& left, const QList<QStringView>& right, QList<DiffPiece>& pieces) {
    const size_t n = size_t(left.size());
    const size_t m = size_t(right.size());
    const size_t stride = m + 1;
    // longest[i·stride + j]: length of the longest common subsequence of left[i..] and right[j..].
    std::vector<quint16> longest((n + 1) * stride, 0);
    for (size_t i = n; i-- > 0;) {
        for (size_t j = m; j-- > 0;) {
            longest[i * stride + j] = left[qsizetype(i)] == right[qsizetype(j)]
                                          ? quint16(longest[(i + 1) * stride + j + 1] + 1)
                                          : std::max(longest[(i + 1) * stride + j], longest[i * stride + j + 1]);
        }
    }
    size_t i = 0;
    size_t j = 0;
    while (i < n || j < m) {
        if (i < n && j < m && left[qsizetype(i)] == right[qsizetype(j)]) {
            add(pieces, DiffKind::Same, left[qsizetype(i)]);
            ++i;
            ++j;
        } else if (i < n && (j == m || longest[(i + 1) * stride + j] >= longest[i * stride + j + 1])) {
            add(pieces, DiffKind::Removed, left[qsizetype(i++)]);
        } else {
            add(pieces, DiffKind::Added, right[qsizetype(j++)]);
        }
    }
}

/// Joins changes that only blanks keep apart, and puts what was removed before what was added: easier to read, same texts.
QList<DiffPiece> tidied(const QList<DiffPiece>& pieces) {
    QList<DiffPiece> result;
    QString removed, added;
    const auto flush = [&] {
        add(result, DiffKind::Removed, removed);
        add(result, DiffKind::Added, added);
        removed.clear();
        added.clear();
    };
    for (qsizetype i = 0; i < pieces.size(); ++i) {
        const DiffPiece& piece = pieces[i];
        if (piece.kind == DiffKind::Removed) {
            removed += piece.text;
        } else if (piece.kind == DiffKind::Added) {
            added += piece.text;
        } else if (QStringView(piece.text).trimmed().isEmpty() && !removed.isEmpty() && !added.isEmpty() && i + 1 < pieces.size()) {
            removed += piece.text;
            added += piece.text;
        } else {
            flush();
            add(result, DiffKind::Same, piece.text);
        }
    }
    flush();
    return result;
}

} // namespace

QList<DiffPiece> wordDiff(const QString& left, const QString& right) {
    QList<QStringView> a = split(left, SplitBy::Words);
    QList<QStringView> b = split(right, SplitBy::Words);
    const auto commonStart = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
    const qsizetype shorter = std::min(a.size(), b.size()) - commonStart;
    qsizetype commonEnd = 0;
    while (commonEnd < shorter && a[a.size() - 1 - commonEnd] == b[b.size() - 1 - commonEnd]) {
        ++commonEnd;
    }
    QList<DiffPiece> pieces;
    for (qsizetype i = 0; i < commonStart; ++i) {
        add(pieces, DiffKind::Same, a[i]);
    }
    QList<QStringView> middleA = a.mid(commonStart, a.size() - commonStart - commonEnd);
    QList<QStringView> middleB = b.mid(commonStart, b.size() - commonStart - commonEnd);
    if (std::max(middleA.size(), middleB.size()) > kMostParts) {
        const auto joined = [](const QList<QStringView>& parts) {
            return parts.isEmpty() ? QStringView() : QStringView(parts.first().begin(), parts.last().end());
        };
        middleA = split(joined(middleA), SplitBy::Lines);
        middleB = split(joined(middleB), SplitBy::Lines);
    }
    if (std::max(middleA.size(), middleB.size()) > kMostParts) {
        for (const QStringView part : middleA) {
            add(pieces, DiffKind::Removed, part);
        }
        for (const QStringView part : middleB) {
            add(pieces, DiffKind::Added, part);
        }
    } else {
        compareParts(middleA, middleB, pieces);
    }
    for (qsizetype i = a.size() - commonEnd; i < a.size(); ++i) {
        add(pieces, DiffKind::Same, a[i]);
    }
    return tidied(pieces);
}

} // namespace lathe::widgets
