// SPDX-License-Identifier: GPL-3.0-or-later
#include "job_status.h"

#include <algorithm>

namespace lathe::shell {
namespace {

constexpr qsizetype kWindow = 30;
constexpr qsizetype kWarmUp = 10;

} // namespace

void JobStatus::setWorkspace(const QString& folder) {
    if (workspace_ != folder) {
        workspace_ = folder;
        Q_EMIT changed();
    }
}

void JobStatus::setDevice(const QString& device) {
    if (device_ != device) {
        device_ = device;
        Q_EMIT changed();
    }
}

void JobStatus::setJobs(const QList<Job>& jobs) {
    if (jobs_ != jobs) {
        jobs_ = jobs;
        Q_EMIT changed();
    }
}

void EtaEstimator::add(qint64 done, qint64 total, double secondsElapsed) {
    if (done < done_ || first_ < 0) {
        reset();
        first_ = done;
    } else if (done > done_) {
        // Several units since the last call count as that many equal ones.
        const double each = (secondsElapsed - lastSeconds_) / double(done - done_);
        for (qint64 i = 0; i < std::min<qint64>(done - done_, kWindow); ++i) {
            secondsPerUnit_.append(each);
        }
        secondsPerUnit_ = secondsPerUnit_.mid(std::max<qsizetype>(0, secondsPerUnit_.size() - kWindow));
    } else {
        total_ = total;
        return;
    }
    done_ = done;
    total_ = total;
    lastSeconds_ = secondsElapsed;
}

void EtaEstimator::reset() {
    secondsPerUnit_.clear();
    first_ = -1;
    done_ = 0;
    total_ = 0;
    lastSeconds_ = 0;
}

double EtaEstimator::secondsLeft() const {
    if (total_ <= 0 || done_ - first_ < kWarmUp || secondsPerUnit_.isEmpty()) {
        return -1;
    }
    QList<double> sorted = secondsPerUnit_;
    const auto middle = sorted.begin() + sorted.size() / 2;
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle * double(std::max<qint64>(0, total_ - done_));
}

} // namespace lathe::shell
