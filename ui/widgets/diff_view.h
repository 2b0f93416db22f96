// SPDX-License-Identifier: GPL-3.0-or-later
// Word differences of two texts.
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

class QTextBrowser;

namespace lathe::widgets {

enum class DiffKind { Same, Removed, Added };

/// A run of the text. Joined in order without Added it gives the left text, without Removed the right text.
struct DiffPiece {
    DiffKind kind = DiffKind::Same;
    QString text;
    bool operator==(const DiffPiece&) const = default;
};

/// Word difference by a longest common subsequence of words, blanks and marks (Hangul and Han by word as they are spaced).
/// Texts of more than 4,000 words in the part that differs are compared line by line.
QList<DiffPiece> wordDiff(const QString& left, const QString& right);

/// Two texts side by side, same width, differences tinted and also marked by strike-out (left) and underline (right), never by colour alone.
class DiffView : public QWidget {
    Q_OBJECT
public:
    explicit DiffView(QWidget* parent = nullptr);
    void setTexts(const QString& left, const QString& right);
    /// Captions above the two sides; empty hides them.
    void setCaptions(const QString& left, const QString& right);
    void setDifferencesShown(bool isShown);
    QString leftText() const { return left_; }
    QString rightText() const { return right_; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void fill();
    QString left_, right_;
    bool isDifferencesShown_ = true;
    QTextBrowser* leftView_;
    QTextBrowser* rightView_;
    QWidget* captions_;
};

} // namespace lathe::widgets
