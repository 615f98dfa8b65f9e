/* SPDX-License-Identifier: Apache-2.0 */
/* The stage is a session like any other: what differs is the clock it is given, the printer in
 * front of its own, and who presses keys. */

#include "main/stage.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/card/simulator.h"
#include "boxtill/sys/file.h"
#include "sys/sys.h"
#include "ui/ui.h"

/* As a cashier types who knows the keys. */
enum { KEY_US = 400000 };

static struct bx_stage *stage_of(struct bx_clock *clock)
{
    return (struct bx_stage *)((char *)clock - offsetof(struct bx_stage, clock));
}

static bx_utc clock_utc(struct bx_clock *clock)
{
    struct bx_clock *real = bx_sys_clock();
    return (bx_utc){real->ops->utc(real).us + stage_of(clock)->clock.ahead_us +
                    stage_of(clock)->clock.wrong_us};
}

static bx_mono clock_mono(struct bx_clock *clock)
{
    struct bx_clock *real = bx_sys_clock();
    return (bx_mono){real->ops->mono(real).ns + stage_of(clock)->clock.ahead_us * 1000};
}

static const char *clock_boot(struct bx_clock *clock)
{
    struct bx_clock *real = bx_sys_clock();
    (void)clock;
    return real->ops->boot(real);
}

static bool key_next(void *arg, int *ret)
{
    struct bx_stage *stage = arg;
    if (stage->key_count == 0 || stage->given)
        return false;
    stage->given = true;
    stage->clock.ahead_us += stage->pause_us;
    *ret = stage->keys[stage->key_first];
    stage->key_first = (stage->key_first + 1) % BX_STAGE_KEYS;
    stage->key_count--;
    return true;
}

static void speak(struct bx_stage *stage)
{
    ui_speak(stage->view, &stage->speech);
    for (int i = 0; i < stage->speech.count; i++) {
        const struct ui_spoken *line = &stage->speech.lines[i];
        if (line->number > 0)
            bx_buf_format(&stage->screen, "%d ", line->number);
        bx_buf_format(&stage->screen, "%s\n", line->text);
    }
}

static void draw(void *arg, const struct bx_till *till)
{
    struct bx_stage *stage = arg;
    stage->grid = ui_grid_destroy(stage->grid);
    bx_till_view(till, stage->view);
    bx_buf_clear(&stage->screen);
    stage->given = false;
    if (stage->plain) {
        speak(stage);
        return;
    }
    stage->grid = ui_grid_create(stage->rows, stage->columns, true);
    ui_paint(stage->view, stage->grid);
    for (int row = 0; row < stage->grid->rows; row++) {
        ui_grid_row_text(stage->grid, row, &stage->screen);
        bx_buf_byte_add(&stage->screen, '\n');
    }
}

static struct bx_printer *printer_before(void *arg, struct bx_printer *taken)
{
    struct bx_stage *stage = arg;
    bx_stage_printer_open(&stage->printer, taken);
    return &stage->printer.port;
}

static int begin(struct bx_stage *stage, struct bx_fault *fault)
{
    const struct bx_session_options options = {
        .listens = true,
        .play = {.clock = &stage->clock.port,
                 .key = key_next,
                 .draw = draw,
                 .printer = printer_before,
                 .arg = stage},
    };
    int err = bx_settings_load(&stage->home, &stage->settings, fault);
    if (err)
        return err;
    stage->session = bx_session_open(&stage->home, &stage->settings, &options, fault);
    return stage->session ? 0 : fault->err;
}

int bx_stage_open(struct bx_stage *stage, const char *home, struct bx_fault *fault)
{
    static const struct bx_clock_ops ops = {
        .utc = clock_utc, .mono = clock_mono, .boot = clock_boot};
    stage->clock.port.ops = &ops;
    stage->rows = 24;
    stage->columns = 80;
    stage->pause_us = KEY_US;
    stage->view = bx_new(struct bx_till_view);
    bx_buf_init(&stage->screen, 0);
    bx_buf_init(&stage->display_in, 0);
    bx_buf_init(&stage->display_text, 0);
    snprintf(stage->home.path, sizeof(stage->home.path), "%s", home);
    return begin(stage, fault);
}

void bx_stage_close(struct bx_stage *stage)
{
    stage->session = bx_session_close(stage->session);
    for (size_t i = 0; i < stage->printer.sheet_count; i++)
        bx_free(stage->printer.sheets[i].text);
    stage->printer.sheet_count = 0;
    stage->view = bx_free(stage->view);
    stage->grid = ui_grid_destroy(stage->grid);
    if (stage->display > 0)
        close(stage->display);
    bx_buf_finish(&stage->screen);
    bx_buf_finish(&stage->display_in);
    bx_buf_finish(&stage->display_text);
}

void bx_stage_end(struct bx_stage *stage)
{
    if (stage->session) {
        bx_run_stop(bx_session_run(stage->session));
        while (bx_session_turn(stage->session, -1))
            continue;
    }
    stage->session = bx_session_close(stage->session);
    stage->key_count = 0;
    if (stage->display > 0)
        close(stage->display);
    stage->display = 0;
}

int bx_stage_restart(struct bx_stage *stage, struct bx_fault *fault)
{
    bx_stage_end(stage);
    return begin(stage, fault);
}

bool bx_stage_turn(struct bx_stage *stage, int ms)
{
    if (stage->session && !bx_session_turn(stage->session, stage->key_count > 0 ? 0 : ms))
        stage->session = bx_session_close(stage->session);
    return stage->session != NULL;
}

bool bx_stage_is_idle(const struct bx_stage *stage)
{
    return stage->key_count == 0 &&
           (!stage->session || bx_run_is_idle(bx_session_run(stage->session)));
}

bool bx_stage_key(struct bx_stage *stage, int key)
{
    if (stage->key_count == BX_STAGE_KEYS)
        return false;
    stage->keys[(stage->key_first + stage->key_count++) % BX_STAGE_KEYS] = key;
    return true;
}

int bx_stage_fiscal(struct bx_stage *stage, const char *word, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    bx_home_file(&stage->home, "fiscal-outage", path);
    if (strcmp(word, "out") == 0)
        return bx_file_write(path, "", 0, false, fault);
    if (strcmp(word, "ready") == 0)
        return bx_file_remove(path, fault);
    return bx_fault_set(fault, BX_ERR_INPUT, "fiscal out or ready", NULL);
}

int bx_stage_card(struct bx_stage *stage, const char *word, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    if (!bx_card_simulator_knows(word))
        return bx_fault_set(fault, BX_ERR_INPUT,
                            "card approve, decline, wait, silent, lost or broken", NULL);
    bx_home_file(&stage->home, "card-mood", path);
    return bx_file_write(path, word, strlen(word), false, fault);
}
