/* SPDX-License-Identifier: Apache-2.0 */
/* What people type to find a document. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"

/* The series whose numbers have LETTER; NONE. */
static enum bx_series series_of(const struct bx_till *till, char letter)
{
    char own[BX_NUMBER_SIZE];
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    for (int i = BX_SERIES_SALE + 1; i < BX_SERIES_COUNT; i++) {
        bx_number_format(till->till, (enum bx_series)i, 1, own);
        const char *dash = strchr(own, '-');
        if (dash && dash[1] == letter)
            return (enum bx_series)i;
    }
    return BX_SERIES_NONE;
}

bool bx_number_read(const struct bx_till *till, const char *text, char out[BX_NUMBER_SIZE])
{
    const char *dash = strchr(text, '-');
    enum bx_series series = BX_SERIES_SALE;
    int64_t owner = till->till;
    int64_t n;
    if (dash && bx_text_number(text, (size_t)(dash - text), 99999, &owner))
        return false;
    const char *digits = dash ? dash + 1 : text;
    if (*digits && (*digits < '0' || *digits > '9'))
        series = series_of(till, *digits++);
    digits += strspn(digits, "0"); /* numbers are written with leading zeros */
    if (series == BX_SERIES_NONE || bx_text_number(digits, strlen(digits), 999999999, &n))
        return false;
    bx_number_format(owner, series, n, out);
    return true;
}
