/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The compiler attributes the project leans on, under names that say what for. */

/* On a local that owns something: the destructor runs when it leaves scope. FN takes the value. */
#define bx_cleanup(fn) __attribute__((cleanup(fn##_at)))

/* Makes the FN##_at that bx_cleanup() needs from a destructor that takes TYPE * and accepts NULL.
 */
#define BX_CLEANUP_DEFINE(type, fn)         \
    static inline void fn##_at(type **held) \
    {                                       \
        fn(*held);                          \
    }

/* printf-like: AT and FIRST are the positions of the format and of its first argument. */
#define bx_format(at, first) __attribute__((__format__(__printf__, at, first)))

/* Gives back a format that takes what its argument AT takes: the compiler looks through it. */
#define bx_format_arg(at) __attribute__((__format_arg__(at)))

/* The result says whether it worked, and must be looked at. */
#define bx_must __attribute__((warn_unused_result))
