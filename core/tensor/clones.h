// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// A loop compiled for AVX-512, AVX2 and plain x86-64; the machine's own is picked at start. Not under ThreadSanitizer, whose
/// start-up comes too late for the picking.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define LATHE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LATHE_CLONES
#endif
