// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <chrono>
#include <optional>

#include <QElapsedTimer>
#include <QWidget>

#include <lathe/preference.h>

#include "panels/preferences/label_keys.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTimer;

namespace lathe::panels {

class AnswerCard;

/// The prompt, two answers and the keys. Knows nothing of the disk: what a person does goes out as events, and the next pair comes in.
/// Text input is off on it, so that an input method such as Hangul takes no key away.
class LabelCanvas : public QWidget {
    Q_OBJECT
public:
    explicit LabelCanvas(QWidget* parent = nullptr);

    /// Shows a pair and starts its clock. Keys count after 400 ms only, so that a second press does not hit the next pair.
    void showPair(const LabelTask& task, LabelMode mode);
    /// Nothing left to label, or nothing loaded yet.
    void showNothing(const QString& sentence);
    /// The label was not kept: the same pair takes keys again.
    void unlock();
    void setCanUndo(bool canUndo);
    bool isWaiting() const { return isWaiting_; }
    const std::optional<LabelTask>& task() const { return task_; }

    static constexpr std::chrono::milliseconds kLock{400};

Q_SIGNALS:
    /// item, showing, side, kind, ratings, time and whether by keyboard are filled in; the rater is not.
    void judged(const lathe::LabelEvent& event);
    void undoAsked();
    /// Flag, Unflag or Note on the pair that is shown.
    void remarked(const lathe::LabelEvent& event);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    QWidget* buildButtons();
    void press(LabelKey key, bool isByKeyboard);
    void rate(int rating, bool isByKeyboard);
    void choose(LabelKind shown, bool isByKeyboard);
    void send(LabelEvent event, bool isByKeyboard);
    LabelEvent blank() const;
    void toggleFlag();
    void keepNote();
    void updateMode();
    bool isLocked() const;

    QPlainTextEdit* prompt_ = nullptr;
    QLabel* promptNote_ = nullptr;
    AnswerCard* left_ = nullptr;
    AnswerCard* right_ = nullptr;
    QPushButton* tie_ = nullptr;
    QPushButton* bothBad_ = nullptr;
    QPushButton* skip_ = nullptr;
    QPushButton* undo_ = nullptr;
    QPushButton* flag_ = nullptr;
    QPushButton* noteButton_ = nullptr;
    QLineEdit* note_ = nullptr;
    std::optional<LabelTask> task_;
    LabelMode mode_ = LabelMode::Pairs;
    QElapsedTimer shown_;
    int leftRating_ = 0;
    bool isWaiting_ = false;
};

}  // namespace lathe::panels
