# SPDX-License-Identifier: Apache-2.0
"""Catalogues (gettext's .po) into a sorted table in C: generate.py LANGUAGE.po… words_table.c

A translation must take what the English takes: the same conversions in the same order, or all of
them numbered (%2$s). Anything else ends the build, for it would read arguments that are not there.
"""
import os
import re
import sys

CONVERSION = re.compile(r'%(?:(?P<at>[1-9])\$)?(?P<how>[-+ 0#]*(?:\*|[0-9]+)?(?:\.(?:\*|[0-9]+)?)?)'
                        r'(?P<size>hh|h|ll|l|j|z|t)?(?P<kind>[a-zA-Z%])|%<(?P<macro>PRI[a-z0-9]+)>')
ESCAPES = {'n': '\n', 't': '\t', '"': '"', '\\': '\\'}


class Wrong(Exception):
    pass


def unquote(text, where):
    text = text.strip()
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        raise Wrong(f'{where}: no quoted text: {text}')
    return re.sub(r'\\(.)', lambda hit: ESCAPES.get(hit.group(1), hit.group(1)), text[1:-1])


def read(path):
    """{English: other}, in the file's order; "" where the translation is missing."""
    pairs, english, other, into = {}, None, None, None
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n') + ['msgid ""']
    for number, line in enumerate(lines, 1):
        where = f'{os.path.basename(path)}:{number}'
        if not line.strip() or line.startswith('#'):
            continue
        word, _, rest = line.partition(' ')
        if word == 'msgid':
            if english:
                if english in pairs:
                    raise Wrong(f'{where}: twice: {english}')
                pairs[english] = other
            english, other, into = unquote(rest, where), '', 'english'
        elif word == 'msgstr':
            other, into = unquote(rest, where), 'other'
        elif into == 'english':
            english += unquote(line, where)
        elif into == 'other':
            other += unquote(line, where)
        else:
            raise Wrong(f'{where}: not understood: {line}')
    return pairs


def head(path):
    """The decimal mark and the order of a date: fields of the entry for "", .po's own header."""
    with open(path, encoding='utf-8') as file:
        text = file.read().split('\n\n', 1)[0]
    mark = re.search(r'^"X-Decimal-Mark: ([.,])\\n"$', text, re.M)
    date = re.search(r'^"X-Date-Order: ([YMD]([-./])[YMD]\2[YMD])\\n"$', text, re.M)
    if not mark or not date or len(set(date.group(1))) != 4:
        raise Wrong(f'{os.path.basename(path)}: X-Decimal-Mark or X-Date-Order is missing')
    return mark.group(1), date.group(1)


def conversions(text):
    """What TEXT takes from its arguments, in their order, and whether they are numbered."""
    plain, numbered = [], {}
    for hit in CONVERSION.finditer(text):
        if hit.group('kind') == '%':
            continue
        stars = ['*'] * (hit.group('how') or '').count('*')
        one = stars + [(hit.group('size') or '') + (hit.group('kind') or hit.group('macro'))]
        if hit.group('at'):
            numbered[int(hit.group('at'))] = one
        else:
            plain += one
    if numbered and (plain or sorted(numbered) != list(range(1, len(numbered) + 1))):
        raise Wrong(f'numbered and plain conversions, or a gap: {text}')
    return [kind for at in sorted(numbered) for kind in numbered[at]] if numbered else plain


def compare(english, other):
    """Raises Wrong unless OTHER can stand where ENGLISH does."""
    if conversions(english) != conversions(other):
        raise Wrong(f'other conversions: {english!r} and {other!r}')
    # A text with a lone % in English is no format, and may keep it.
    if '%' in re.sub(CONVERSION, '', other) and '%' not in re.sub(CONVERSION, '', english):
        raise Wrong(f'a lone %: {other!r}')


def key(english):
    """What strcmp sees."""
    return re.sub(r'%<PRI[a-z]+64>', '%ld', english).encode()


def quote(text):
    text = text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n').replace('\t', '\\t')
    return re.sub(r'%<(PRI[a-z0-9]+)>', r'%" \1 "', f'"{text}"')


def main(out, paths):
    lines = ['/* Made of the catalogues by src/words/generate.py. */',
             '#include "words_table.h"', '', '#include <inttypes.h>', '']
    tables = []
    for path in paths:
        language = os.path.splitext(os.path.basename(path))[0]
        pairs = {e: o for e, o in read(path).items() if o and o != e}
        for english, other in pairs.items():
            compare(english, other)
        lines.append(f'static const struct bx_words_pair {language}[] = {{')
        lines += [f'    {{{quote(e)},\n     {quote(pairs[e])}}},' for e in sorted(pairs, key=key)]
        lines += ['    {"", ""},', '};', '']
        mark, date = head(path)
        tables.append(f'    {{"{language}", \'{mark}\', "{date}", {len(pairs)}, {language}}},')
    lines += ['const struct bx_words_table bx_words_tables[] = {', *tables, '};',
              'const size_t bx_words_table_count = sizeof(bx_words_tables) / sizeof(bx_words_tables[0]);']
    with open(out, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')


if __name__ == '__main__':
    try:
        main(sys.argv[-1], sys.argv[1:-1])
    except Wrong as wrong:
        sys.exit(f'generate.py: {wrong}')
