/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* printer-state-reasons (RFC 8011, 5.4.12; PWG 5100.9) in words for the counter. */

#include <stdbool.h>
#include <stddef.h>

enum { TP_SAY_SIZE = 96 };

/* REASONS: keywords separated by blanks, with or without -error, -warning, -report. The worst known
 * one becomes OUT ("out of paper"), else the first unknown one in its own words, else "". Returns
 * whether nothing can be printed until somebody does something. */
bool tp_reasons_say(const char *reasons, char out[TP_SAY_SIZE]);
