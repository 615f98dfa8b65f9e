/* SPDX-License-Identifier: Apache-2.0 */
/* The door to libqrencode. The input is given as one alphanumeric segment rather than left to its
 * optimiser, which falls back to bytes, and so to a larger symbol, without a word. */

#include "printers/qr.h"

#include <qrencode.h>
#include <string.h>

#include "boxtill/domain/voucher.h"

static void qr_copy(const QRcode *made, struct tp_qr *ret)
{
    ret->modules = made->width;
    for (int i = 0; i < made->width * made->width; i++)
        ret->dark[i / made->width][i % made->width] = made->data[i] & 1;
}

int tp_qr_make(const struct bx_code *code, struct tp_qr *ret, struct bx_fault *fault)
{
    const char *say = "This ticket's code does not fit its QR; call your supervisor.";
    size_t len = strnlen(code->s, BX_CODE_SIZE);
    if (len != BX_CODE_LEN && len != BX_STORED_LEN)
        return bx_fault_set(fault, BX_ERR_INPUT, say, "a code of %zu characters", len);
    QRinput *input = QRinput_new2(2, QR_ECLEVEL_Q);
    if (!input)
        return bx_fault_set(fault, BX_ERR_IO, say, "libqrencode gave no input");
    QRcode *made = NULL;
    if (QRinput_append(input, QR_MODE_AN, (int)len, (const unsigned char *)code->s) == 0)
        made = QRcode_encodeInput(input);
    QRinput_free(input);
    if (!made)
        return bx_fault_set(fault, BX_ERR_INPUT, say, "libqrencode refused \"%s\"", code->s);
    int version = made->version;
    if (version == 2 && made->width == TP_QR_MODULES) {
        qr_copy(made, ret);
    }
    QRcode_free(made);
    if (version != 2)
        return bx_fault_set(fault, BX_ERR_INPUT, say, "a QR of version %d", version);
    return 0;
}

int tp_qr_text_make(const char *text, struct tp_qr *ret, struct bx_fault *fault)
{
    QRcode *made = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    bool fits = made && made->width <= TP_QR_MOST;
    if (fits)
        qr_copy(made, ret);
    QRcode_free(made);
    return fits ? 0
                : bx_fault_set(fault, BX_ERR_INPUT, "This text does not fit a QR.", "%zu bytes",
                               strlen(text));
}
