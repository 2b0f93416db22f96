// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/train/batch_proofs.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/controls.h"
#include "widgets/format.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr std::int64_t kRows = 8;
constexpr std::int64_t kParts = 2;
constexpr double kEqual = 1e-4;  // f32 sums in another order differ by about 1e-6 of the norm

}  // namespace

BatchProof::BatchProof(Kind kind, bridge::Services& services, SpecSource spec, QWidget* parent) : QWidget(parent), kind_(kind), services_(services), spec_(std::move(spec)) {
    const bool isAccumulation = kind == Kind::Accumulation;
    const QString prefix = isAccumulation ? QStringLiteral("train.accumulation") : QStringLiteral("train.precisionCheck");
    auto* layout = w::column(this, 4);
    line_ = w::label({}, w::TextRole::Secondary, this);
    line_->setWordWrap(true);
    line_->setVisible(false);
    if (isAccumulation) line_->setObjectName(QStringLiteral("train.effectiveBatch"));
    button_ = w::button(prefix, isAccumulation ? tr("Prove 8 = 4 × 2") : tr("Compare f32 and bf16"), w::ButtonKind::Quiet, QStringLiteral("scale"), this);
    button_->setToolTip(isAccumulation ? tr("Computes the gradients of 8 rows at once and of 4 rows twice, and shows how far they are apart. Nothing is trained.")
                                       : tr("Computes one batch in both and shows how far loss and gradients are apart. Nothing is trained."));
    result_ = w::label({}, w::TextRole::Secondary, this);
    result_->setObjectName(prefix + QStringLiteral(".result"));
    result_->setWordWrap(true);
    result_->setVisible(false);
    layout->addWidget(line_);
    layout->addWidget(button_, 0, Qt::AlignLeft);
    layout->addWidget(result_);
    connect(button_, &QPushButton::clicked, this, &BatchProof::run);
}

BatchProof::~BatchProof() {
    if (work_) work_->cancel();
}

void BatchProof::setLine(const QString& line) {
    line_->setText(line);
    line_->setVisible(!line.isEmpty());
}

void BatchProof::clearResult() {
    if (work_) work_->cancel();
    work_.reset();
    button_->setEnabled(true);
    result_->clear();
    result_->setVisible(false);
}

void BatchProof::run() {
    const std::optional<RunSpec> spec = spec_();
    if (!spec) return;
    clearResult();
    button_->setEnabled(false);
    show(tr("Computing …"), true);
    const auto failed = [this](const QString& sentence) { fail(sentence); };
    if (kind_ == Kind::Accumulation) {
        work_ = services_.runs().proveAccumulation(this, *spec, kRows, kParts, [this](const AccumulationProof& proof) {
            button_->setEnabled(true);
            const bool isEqual = proof.relativeDifference < kEqual;
            const std::int64_t size = (proof.rows + proof.parts - 1) / proof.parts;
            show(tr("%1 rows at once: loss %2. %3 × %4 summed: loss %5. The gradients differ by %6 of their norm (largest entry %7): %8.")
                     .arg(proof.rows)
                     .arg(w::formatNumber(proof.lossWhole, 6))
                     .arg(size)
                     .arg(proof.parts)
                     .arg(w::formatNumber(proof.lossParts, 6), w::formatNumber(proof.relativeDifference, 2), w::formatNumber(proof.largestDifference, 2),
                          isEqual ? tr("rounding only") : tr("more than rounding")),
                 isEqual);
        }, failed);
        return;
    }
    work_ = services_.runs().checkPrecision(this, *spec, [this](const PrecisionCheck& check) {
        button_->setEnabled(true);
        const double speed = check.secondsBf16 > 0 ? check.secondsF32 / check.secondsBf16 : 0;
        show(tr("%1 rows: loss %2 in f32, %3 in bf16. The gradients point the same way to %4; their difference is %5 of the norm. bf16 is %6 × as fast and its weights take %7 instead of %8.")
                 .arg(check.rows)
                 .arg(w::formatNumber(check.lossF32, 5), w::formatNumber(check.lossBf16, 5), w::formatNumber(check.cosine, 5), w::formatShare(check.relativeDifference),
                      w::formatNumber(speed, 2), w::formatBytes(qint64(check.weightBytesBf16)), w::formatBytes(qint64(check.weightBytesF32))),
             true);
    }, failed);
}

void BatchProof::show(const QString& text, bool isGood) {
    w::setTextRole(result_, isGood ? w::TextRole::Secondary : w::TextRole::Warning);
    result_->setText(text);
    result_->setVisible(true);
}

void BatchProof::fail(const QString& sentence) {
    button_->setEnabled(true);
    show(sentence, false);
    w::setTextRole(result_, w::TextRole::Bad);
}

}  // namespace lathe::panels
