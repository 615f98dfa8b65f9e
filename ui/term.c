/* SPDX-License-Identifier: Apache-2.0 */
/* ncurses behind one door. It does three things for us: it knows terminals, it sends only what
 * changed, and it gives the terminal back. Keys arrive without waiting; Esc is decided within 25
 * ms, since a cashier's Esc must not hang for a second behind a possible function key. */

#include "ui/term.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "boxtill/till/till.h"

static struct {
    SCREEN *screen;
    bool colour, utf8;
    attr_t attrs[UI_STYLES];
} term;

/* Style → attribute; pairs only where there are colours. State is never colour alone, so mono loses
 * nothing but looks. */
static void styles(void)
{
    static const struct {
        enum ui_style style;
        attr_t attr;
        short ink;
    } looks[] = {
        {UI_PLAIN, A_NORMAL, -1},
        {UI_DIM, A_DIM, -1},
        {UI_STRONG, A_BOLD, -1},
        {UI_BAR, A_REVERSE, -1},
        {UI_CHOSEN, A_REVERSE | A_BOLD, -1},
        {UI_KEY, A_BOLD, COLOR_CYAN},
        {UI_GOOD, A_BOLD, COLOR_GREEN},
        {UI_WARN, A_BOLD, COLOR_YELLOW},
        {UI_BAD, A_BOLD | A_REVERSE, COLOR_RED},
    };
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        term.attrs[looks[i].style] = looks[i].attr;
        if (term.colour && looks[i].ink >= 0) {
            init_pair((short)(i + 1), looks[i].ink, -1);
            term.attrs[looks[i].style] |= (attr_t)COLOR_PAIR((int)i + 1);
        }
    }
}

int ui_term_open(struct bx_fault *fault)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "The till needs a terminal. Use the commands instead: boxtill --help");
    setlocale(LC_CTYPE, "");
    term.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    term.screen = newterm(NULL, stdout, stdin);
    if (!term.screen)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This terminal (TERM=%s) is not known here.",
                            getenv("TERM") ? getenv("TERM") : "");
    set_term(term.screen);
    set_escdelay(25);
    const char *no_color = getenv("NO_COLOR");
    term.colour = has_colors() && !(no_color && no_color[0]);
    if (term.colour) {
        start_color();
        use_default_colors();
    }
    styles();
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    intrflush(stdscr, FALSE);
    idlok(stdscr, FALSE);
    curs_set(1);
    mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0); /* a press counts at once: waiting for a click would cost every finger */
    return 0;
}

void ui_term_close(void)
{
    if (!term.screen)
        return;
    endwin();
    delscreen(term.screen);
    term.screen = NULL;
}

void ui_term_size(int *ret_rows, int *ret_columns)
{
    getmaxyx(stdscr, *ret_rows, *ret_columns);
}

bool ui_term_is_utf8(void)
{
    return term.utf8;
}

void ui_term_resize(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    clearok(curscr, TRUE);
}

/* ncurses' numbers for keys that are no characters. KEY_RESIZE is none of them: the signal has told
 * already, and resizing in answer to it would push it again, for ever. */
static int special(wint_t c)
{
    static const struct {
        int curses, key;
    } keys[] = {
        {KEY_ENTER, BX_KEY_ENTER},     {KEY_BACKSPACE, BX_KEY_BACKSPACE},
        {KEY_DC, BX_KEY_DELETE},       {KEY_UP, BX_KEY_UP},
        {KEY_DOWN, BX_KEY_DOWN},       {KEY_LEFT, BX_KEY_LEFT},
        {KEY_RIGHT, BX_KEY_RIGHT},     {KEY_PPAGE, BX_KEY_PAGE_UP},
        {KEY_NPAGE, BX_KEY_PAGE_DOWN}, {KEY_HOME, BX_KEY_HOME},
        {KEY_END, BX_KEY_END},         {KEY_BTAB, BX_KEY_TAB},
    };
    if (c >= KEY_F(1) && c <= KEY_F(12))
        return BX_KEY_F1 + (int)c - KEY_F(1);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if ((wint_t)keys[i].curses == c)
            return keys[i].key;
    return 0;
}

static int character(wint_t c)
{
    switch (c) {
    case '\r':
    case '\n': return BX_KEY_ENTER;
    case 0x1b: return BX_KEY_ESC;
    case '\t': return BX_KEY_TAB;
    case 0x08:
    case 0x7f: return BX_KEY_BACKSPACE;
    case 0x03: return (int)c; /* Ctrl-C is a key like others: it asks */
    default: return c < 0x20 ? 0 : (int)c;
    }
}

/* The wheel moves as the arrows do; a press is a point. */
static int pointed(int *ret_row, int *ret_column)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return 0;
    *ret_row = event.y;
    *ret_column = event.x;
    return event.bstate & BUTTON4_PRESSED   ? BX_KEY_UP
           : event.bstate & BUTTON5_PRESSED ? BX_KEY_DOWN
           : event.bstate & BUTTON1_PRESSED ? UI_KEY_POINT
                                            : 0;
}

bool ui_term_key(int *ret_key, int *ret_row, int *ret_column)
{
    wint_t c;
    for (;;) {
        int kind = get_wch(&c);
        if (kind == ERR)
            return false;
        int key = kind != KEY_CODE_YES ? character(c)
                  : c == KEY_MOUSE     ? pointed(ret_row, ret_column)
                                       : special(c);
        if (key == 0)
            continue;
        *ret_key = key;
        return true;
    }
}

static void show_cell(int row, int column, const struct ui_cell *cell)
{
    wchar_t text[2 + UI_MARKS] = {(wchar_t)cell->c};
    for (int i = 0; i < UI_MARKS; i++)
        text[1 + i] = (wchar_t)cell->marks[i];
    cchar_t out;
    attr_t attr = term.attrs[cell->style];
    setcchar(&out, text, attr & ~(attr_t)A_COLOR, (short)PAIR_NUMBER(attr), NULL);
    mvadd_wch(row, column, &out);
}

void ui_term_show(const struct ui_grid *grid)
{
    for (int row = 0; row < grid->rows; row++)
        for (int column = 0; column < grid->columns; column++) {
            const struct ui_cell *cell = &grid->cells[row * grid->columns + column];
            if (cell->c != 0)
                show_cell(row, column, cell);
        }
    move(grid->cursor_row, grid->cursor_column);
    refresh();
}

void ui_term_bell(void)
{
    beep();
}
