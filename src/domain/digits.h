/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the codes that people read and type are written in: Crockford's base32, without I L O U, and
 * a check character. */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"

extern const char bx_base32[33];

/* ISO 7064, clause 9 (hybrid system mod 37,36) over capitals and digits. */
char bx_check_character(const char *text, size_t len);
/* The digit that a look-alike (O, I, L, U) was meant to be. */
char bx_forgive(char c);
/* TEXT without blanks and hyphens, in capitals, into out[size]; returns its length, or SIZE when it
 * is longer than fits. */
size_t bx_squeeze(const char *text, size_t len, char *out, size_t size);

/* LEN bytes as base32, five bits a digit, the last padded with zeros; with its NUL, out holds
 * (len * 8 + 4) / 5 + 1. */
void bx_base32_write(const uint8_t *bytes, size_t len, char *out);
/* The same back; 0, or BX_ERR_INPUT for what is no digit or padded otherwise. TEXT holds as many
 * digits as LEN bytes make. */
int bx_must bx_base32_read(const char *text, uint8_t *out, size_t len);
