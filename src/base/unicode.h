/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What text.c must know about a character beyond its number. Compiled in, so that a till, its
 * server and a test agree whatever the C library and the locale say. */

#include <stdbool.h>
#include <stdint.h>

/* Takes no column of its own: combining marks (Mn, Me) and the Hangul vowels and finals. */
bool bx_unicode_is_mark(uint32_t c);
/* General category Cf: bidi controls, zero-width joiners, tags. */
bool bx_unicode_is_format(uint32_t c);
/* Takes two columns (East Asian Width W or F). */
bool bx_unicode_is_wide(uint32_t c);
/* Zs, Zl, Zp and the white controls (TAB to CR, NEL). */
bool bx_unicode_is_space(uint32_t c);
