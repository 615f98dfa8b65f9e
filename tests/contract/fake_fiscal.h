/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A fiscal device in memory: it signs with a word, or is silent, or refuses, as it is told. */

#include "boxtill/port/fiscal.h"

struct bx_fiscal *fake_fiscal_create(void);
/* Silent from now on, or no more. */
void fake_fiscal_silent(struct bx_fiscal *fiscal, bool silent);
/* Every document is refused from now on, or no more. */
void fake_fiscal_refuse(struct bx_fiscal *fiscal, bool refuse);
