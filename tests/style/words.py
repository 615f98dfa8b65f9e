# SPDX-License-Identifier: Apache-2.0
"""Every sentence that the source looks up stands in every catalogue, translated, and nothing else
does.

`words.py --update` writes the catalogues anew: what the source says, in its order, with the
translations there are; what is new stands there with an empty one. `words.py --missing` lists it.
"""
import importlib.util
import os
import re
import sys

import tree

spec = importlib.util.spec_from_file_location('generate', os.path.join(tree.ROOT, 'src/words/generate.py'))
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)

CATALOGUES = 'src/words/'
# Function: which of its arguments, counted from 0, are looked up.
TAKES = {
    'bx_say': (2,), 'bx_fault_say': (2,), 'bx_fault_set': (2,), 'bx_ask': (2, 3, 4),
    'bx_told': (3,), 'check_say': (3,), 'bx_form_field': (2,), 'bx_form_amount': (1,), 'bx_form_number': (1,),
    'bx_form_text': (1,), 'bx_form_choice': (1,), 'bx_form_option': (2,), 'bx_text_open': (1,),
    'bx_word': (0,), 'bx_words_of': (1, 2), 'bx_words_print': (2,), 'BX_WORD': (0,),
}
# Whole tables of words: every literal of these files.
TABLES = ('src/till/action.c', 'src/till/action_rows.c')
FOLDERS = ('src/', 'printers/', 'ui/')
NOT = ('src/server/', 'src/postgres/', 'src/main/bd_', 'src/main/boxtilld.c')
# Initializers whose every literal is a word.
TYPES = ('bx_form_kind', 'bx_menu_row', 'bx_menu_kind')
TAKER = re.compile(r'\b(?:' + '|'.join(TAKES) + r')\s*\(|struct (?:' + '|'.join(TYPES) + ')')


def literal(tok):
    """The text of a string token; \\x escapes are bytes of UTF-8."""
    body = tok.text[tok.text.index('"') + 1:-1].encode('utf-8')
    body = re.sub(rb'\\x([0-9a-fA-F]{2})', lambda hit: bytes([int(hit.group(1), 16)]), body)
    return re.sub(r'\\(.)', lambda hit: generate.ESCAPES.get(hit.group(1), hit.group(1)),
                  body.decode('utf-8', 'replace'))


def literals(toks):
    """The texts among TOKS: neighbours are one; a PRI macro between them is part of it."""
    text, macro = None, ''
    for tok in list(toks) + [tree.Token('punct', ';', 0)]:
        if tok.kind == 'string':
            text = (text or '') + macro + literal(tok)
            macro = ''
        elif tok.kind == 'name' and re.match(r'PRI[a-z]', tok.text) and text is not None:
            text, macro = text[:-1] if text.endswith('%') else text, f'%<{tok.text}>'
        else:
            if text is not None:
                yield text + macro
            text, macro = None, ''


def outer(toks):
    """TOKS without the arguments of calls among them: what those are is for those to say."""
    at = 0
    while at < len(toks):
        yield toks[at]
        if toks[at].kind == 'name' and at + 1 < len(toks) and toks[at + 1].text == '(' \
                and not toks[at].text.startswith('PRI'):
            at = tree.closing(toks, at + 1)
        at += 1


def is_word(text):
    """Something to translate: two letters in a row outside the conversions."""
    return re.search(r'[^\W\d_]{2}', re.sub(generate.CONVERSION, ' ', text)) is not None


def tables(toks):
    """The words in initializers of TYPES."""
    for at, tok in enumerate(toks):
        if tok.text not in TYPES or toks[at - 1].text != 'struct':
            continue
        for i in range(at, min(at + 12, len(toks))):
            if toks[i].text in ('(', ')', ';', ','):
                break
            if toks[i].text == '{' and toks[i - 1].text == '=':
                yield from filter(is_word, literals(toks[i:tree.closing(toks, i)]))
                break


def said(root):
    """{English: first path}, in the source's order."""
    found = {}
    for path in tree.files(root, '.c', '.h'):
        if not path.startswith(FOLDERS) or path.startswith(NOT):
            continue
        text = tree.read(root, path)
        if path in TABLES:
            toks = [t for t in tree.tokens(text) if t.kind != 'pp']
            for word in literals(toks):
                if is_word(word):
                    found.setdefault(word, path)
        elif TAKER.search(text):
            toks = list(tree.with_macros(tree.tokens(text)))
            for word in tables(toks):
                found.setdefault(word, path)
            for at, tok in enumerate(toks[:-1]):
                if tok.text not in TAKES or toks[at + 1].text != '(':
                    continue
                args = tree.split(toks[at + 2:tree.closing(toks, at + 1)])
                for n in TAKES[tok.text]:
                    for word in literals(outer(args[n])) if n < len(args) else ():
                        if is_word(word):
                            found.setdefault(word, path)
    return found


def catalogues(root):
    return [path for path in tree.files(root, '.po') if path.startswith(CATALOGUES)]


def check(root):
    words = said(root)
    for path in catalogues(root):
        try:
            pairs = generate.read(os.path.join(root, path))
        except generate.Wrong as wrong:
            yield tree.Complaint(path, 1, str(wrong))
            continue
        for word, where in words.items():
            if not pairs.get(word):
                yield tree.Complaint(where, 1, f'{path} has no {word!r}')
        for word, other in pairs.items():
            if word not in words:
                yield tree.Complaint(path, 1, f'nobody says {word!r}')
            try:
                if other:
                    generate.compare(word, other)
            except generate.Wrong as wrong:
                yield tree.Complaint(path, 1, str(wrong))


def quote(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n') + '"'


def update(root):
    words = said(root)
    for path in catalogues(root):
        whole = os.path.join(root, path)
        head = tree.read(root, path).split('\n\n', 1)[0]
        pairs = generate.read(whole)
        out, before = [head], ''
        for word, where in words.items():
            if where != before:
                out.append(f'#. {where}')
                before = where
            out.append(f'msgid {quote(word)}\nmsgstr {quote(pairs.get(word, ""))}')
        with open(whole, 'w', encoding='utf-8') as file:
            file.write('\n\n'.join(out) + '\n')


PO = '# head\n\nmsgid "a word"\nmsgstr "ein Wort"\n\nmsgid "%<PRId64> of %s"\nmsgstr "%<PRId64> von %s"\n'
F = 'void f(void)\n{{\n    {};\n}}\n'
CLEAN = {
    CATALOGUES + 'de.po': PO,
    'src/a.c': F.format('bx_say(till, TONE, "a "\n "word", g("other"))'),
    'src/b.c': F.format('bx_words_print(o, n, "%" PRId64 " of %s", x, "not this")'),
    'src/c.c': F.format('bx_say(t, T, "%s: %d", bx_word("a word"), strcmp("no", "not"))'),
    'src/server/d.c': F.format('bx_fault_say(f, E, "not at a till")'),
}
PLANTS = [
    ('a sentence without a translation', {'src/x.c': F.format('bx_say(t, T, "new here")')},
     "x.c:1: src/words/de.po has no 'new here'"),
    ('one of a choice', {'src/x.c': F.format('bx_say(t, T, a ? "a word" : "two")')}, "no 'two'"),
    ('a marked one', {'ui/x.c': 'const char *const a[] = {BX_WORD("three")};\n'}, "no 'three'"),
    ('a question', {'src/x.c': F.format('bx_ask(t, A, "y yes", "a word", "a word")')}, "'y yes'"),
    ('a table', {'src/till/action.c': 'const char *a[] = {"Enter", "F, /"};\n'}, "no 'Enter'"),
    ('a menu', {'src/x.c': 'static const struct bx_menu_row rows[] = {{\'a\', "four", NULL}};\n'},
     "'four'"),
    ('a label', {'src/x.c': F.format('bx_form_amount(form, "five")')}, "'five'"),
    ('a translation of nothing', {CATALOGUES + 'de.po': PO + '\nmsgid "old"\nmsgstr "alt"\n'},
     "nobody says 'old'"),
    ('an empty translation', {CATALOGUES + 'de.po': PO.replace('ein Wort', '')}, "no 'a word'"),
    ('another conversion', {CATALOGUES + 'de.po': PO.replace('von %s', 'von %d')}, 'conversions'),
    ('a lone per cent', {CATALOGUES + 'de.po': PO.replace('ein Wort', 'ein % Wort')}, 'conversions'),
    ('numbered ones', {CATALOGUES + 'de.po': PO.replace('msgid "a word"', 'msgid "%s, %d"').replace(
        'ein Wort', '%2$d und %1$s'), 'src/a.c': F.format('bx_say(t, T, "%s, %d xx")')}, 'no '),
    ('a catalogue that is none', {CATALOGUES + 'de.po': 'msgid "a\nmsgstr\n'}, 'no quoted text'),
]

if __name__ == '__main__':
    if sys.argv[1:] == ['--update']:
        update(tree.ROOT)
    elif sys.argv[1:] == ['--missing']:
        print(*[c.text for c in check(tree.ROOT)], sep='\n')
    else:
        tree.main('words', check, CLEAN, PLANTS)
