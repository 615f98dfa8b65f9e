/* SPDX-License-Identifier: Apache-2.0 */
/* Faults are values of fixed size, so that reporting one can never fail for want of memory and a
 * fault can be copied into an event or a log line without anybody owning it. */

#include "boxtill/base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

int bx_fault_set(struct bx_fault *fault, enum bx_err err, const char *say, const char *format, ...)
{
    if (!fault)
        return err;
    struct bx_fault made = {.err = err};
    bx_text_copy(made.say, sizeof(made.say), bx_word(say));
    if (format) {
        va_list args;
        va_start(args, format);
        bx_text_mend(made.detail, sizeof(made.detail),
                     vsnprintf(made.detail, sizeof(made.detail), format, args));
        va_end(args);
    }
    *fault = made;
    return err;
}

int bx_fault_say(struct bx_fault *fault, enum bx_err err, const char *format, ...)
{
    if (!fault)
        return err;
    struct bx_fault made = {.err = err};
    va_list args;
    va_start(args, format);
    bx_text_mend(made.say, sizeof(made.say),
                 vsnprintf(made.say, sizeof(made.say), bx_word(format), args));
    va_end(args);
    *fault = made;
    return err;
}

const char *bx_err_word(enum bx_err err)
{
    switch (err) {
    case BX_OK: return "ok";
    case BX_ERR_INPUT: return "input";
    case BX_ERR_REFUSED: return "refused";
    case BX_ERR_MISSING: return "missing";
    case BX_ERR_CLASH: return "clash";
    case BX_ERR_FULL: return "full";
    case BX_ERR_IO: return "io";
    case BX_ERR_CORRUPT: return "corrupt";
    case BX_ERR_BUSY: return "busy";
    case BX_ERR_OFFLINE: return "offline";
    case BX_ERR_FORGED: return "forged";
    case BX_ERR_UNKNOWN: return "unknown";
    }
    return "unnamed";
}
