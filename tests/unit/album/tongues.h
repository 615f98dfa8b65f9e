/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One venue told four ways: in plain English, in German with the longest words it has, in scripts
 * that are wide or carry marks, and with names that mean harm. */

#include <stddef.h>

struct tongue {
    const char *name, *language;
    const char *museum, *event, *other_event;
    const char *adult, *child, *family, *book, *free, *group, *gift, *guide, *map;
    const char *ana, *ben;
    const char *reason, *other_reason, *account, *rule;
};
extern const struct tongue tongues[];
extern const size_t tongue_count;
