// SPDX-License-Identifier: GPL-3.0-or-later
/// Core errors and values as text for people.
#pragma once
#include <exception>

#include <QString>

#include <lathe/training.h>

namespace lathe::bridge {

/// The sentence of any exception that left core. A foreign one becomes a sentence that asks to report it.
QString sentenceOf(const std::exception_ptr& error);

/// Translated name of a run's state, such as "Running".
QString stateText(RunState state);

inline QString text(const std::string& utf8) { return QString::fromStdString(utf8); }
inline std::string utf8(const QString& value) { return value.toStdString(); }

}  // namespace lathe::bridge
