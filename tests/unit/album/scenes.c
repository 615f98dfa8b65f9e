/* SPDX-License-Identifier: Apache-2.0 */
#include "scenes.h"

#include "rig.h"

static void paper_out(struct rig *rig)
{
    rig_report(rig, &rig->job.id, BX_JOB_UNSURE, "out of paper");
}

static void offline(struct rig *rig)
{
    rig->contact = BX_CONTACT_AGAIN;
    rig_wait(rig, 60000);
}

const struct scene scenes[] = {
    {"login", ""},
    {"login-pin", "7\n12"},
    {"float", "34\n", .small = true},
    {"sell-empty", "20000\n", .small = true},
    {"sell-basket", "2ac"},
    {"sell-huge", "3i"},
    {"sell-long", "Ufbugh", .small = true},
    {"pending", "12"},
    {"refused", "N"},
    {"lines", "\bB\v"},
    {"lines-more", "\v\v\v"},
    {"back", "\033"},
    {"many", "95a"},
    {"keys", "\033?"},
    {"palette", "\033:"},
    {"palette-typed", "sal"},
    {"line", "\033="},
    {"line-wrong", "nonsense\n"},
    {"pay", "\033\n", .small = true},
    {"pay-part", "1000\n"},
    {"pay-typed", "30000"},
    {"pay-leave", "\b\b\b\b\b\033"},
    {"pay-card", "yc"},
    {"pay-change", "\n20000"},
    {"change", "\n", .small = true},
    {"sell-next", "s2a"},
    {"find", "\033F"},
    {"find-nothing", "2-9"},
    {"sale", "\033F\n"},
    {"paper", "\033\033R"},
    {"replace", "\vg"},
    {"unsure", "\033", .prepare = paper_out},
    {"queue", "\033Q", .prepare = offline},
    {"leave", "\033\003"},
    {"locked", "\033L"},
    {"locked-small", "", .small = true},
};
const size_t scene_count = sizeof(scenes) / sizeof(scenes[0]);
