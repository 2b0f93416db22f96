// SPDX-License-Identifier: GPL-3.0-or-later
/// Letter case by Unicode's rules.
#pragma once
#include <string>
#include <string_view>

namespace lathe::data {

/// Small letters, without the rules of any one language.
std::string lowerCase(std::string_view utf8);
/// For comparing without regard to case.
std::string foldCase(std::string_view utf8);

}  // namespace lathe::data
