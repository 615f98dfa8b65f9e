# SPDX-License-Identifier: Apache-2.0
"""ESC/POS read back, from Epson's command reference and not from any encoder: bytes to lines of
text and to a picture. What it does not know is an error.

    document = decode(data)       .lines, .text(), .images, .cuts, .pulses, .realtime, .png(path)
    escpos.py FILE [PNG]          prints the text, writes the picture
"""
import struct
import sys
import zlib

PAGES = {0: 'cp437', 2: 'cp850', 16: 'cp1252', 18: 'cp852', 19: 'cp858'}
ESC, GS, FS, DLE = 0x1b, 0x1d, 0x1c, 0x10


class Broken(ValueError):
    pass


class Line:
    def __init__(self, text, align, bold, wide, high):
        self.text, self.align, self.bold, self.wide, self.high = text, align, bold, wide, high

    @property
    def cells(self):
        return len(self.text) * self.wide

    def __repr__(self):
        return f'<{self.text!r} align {self.align} bold {self.bold} {self.wide}x{self.high}>'


class Document:
    def __init__(self):
        self.lines, self.images, self.cuts, self.pulses, self.realtime = [], [], 0, 0, []
        self.resets = 0
        self.kanji_off = False

    def text(self):
        return '\n'.join(line.text for line in self.lines)

    def rows(self):
        """All images under each other: (bytes a row, rows)."""
        if len({width for width, _ in self.images}) != 1:
            raise Broken('images of different widths, or none')
        width = self.images[0][0]
        data = b''.join(data for _, data in self.images)
        return width, [data[i:i + width] for i in range(0, len(data), width)]

    def png(self, path):
        width, rows = self.rows()
        white = [b'\0' + bytes(b ^ 0xff for b in row) for row in rows]

        def chunk(kind, data):
            return (struct.pack('>I', len(data)) + kind + data +
                    struct.pack('>I', zlib.crc32(kind + data)))
        with open(path, 'wb') as out:
            out.write(b'\x89PNG\r\n\x1a\n' +
                      chunk(b'IHDR', struct.pack('>IIBBBBB', width * 8, len(rows), 1, 0, 0, 0, 0)) +
                      chunk(b'IDAT', zlib.compress(b''.join(white))) + chunk(b'IEND', b''))
        return path


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0
        self.out = Document()
        self.reset()

    def reset(self):
        self.line, self.page = b'', 'cp437'
        self.align, self.bold, self.wide, self.high = 0, False, 1, 1
        self.style = None

    def take(self, count=1):
        part = self.data[self.at:self.at + count]
        if len(part) != count:
            raise Broken(f'ends inside a command at {self.at}')
        self.at += count
        return part[0] if count == 1 else part

    def end_line(self):
        style = self.style or (self.bold, self.wide, self.high)
        self.out.lines.append(Line(self.line.decode(self.page, 'replace'), self.align, *style))
        self.line, self.style = b'', None

    def at_line_start(self, name):
        if self.line:
            raise Broken(f'{name} inside a line at {self.at}')

    def escape(self):
        name = chr(self.take())
        if name == '@':
            self.reset()
            self.out.resets += 1
        elif name == 'a':
            self.at_line_start('ESC a')
            self.align = self.take() % 48
            if self.align > 2:
                raise Broken('ESC a: no such alignment')
        elif name == 'E':
            self.bold = bool(self.take() & 1)
        elif name == 't':
            self.page = PAGES[self.take()]
        elif name in 'dJ':
            self.take()
            if self.line:
                self.end_line()
        elif name == 'p':
            self.take(3)
            self.out.pulses += 1
        else:
            raise Broken(f'ESC {name!r} at {self.at}')

    def group(self):
        name = chr(self.take())
        if name == '!':
            size = self.take()
            self.wide, self.high = (size >> 4) + 1, (size & 15) + 1
        elif name == 'V':
            self.at_line_start('GS V')
            mode = self.take()
            if mode in (65, 66):
                self.take()
            elif mode not in (0, 1, 48, 49):
                raise Broken(f'GS V {mode}')
            self.out.cuts += 1
        elif name == 'v':
            self.at_line_start('GS v')
            kind, mode = self.take(2)
            x, y = struct.unpack('<HH', self.take(4))
            if kind != 0x30 or mode not in (0, 48) or not 1 <= x <= 0xffff or not 1 <= y <= 2303:
                raise Broken(f'GS v 0 with {kind} {mode} {x} {y}')
            self.out.images.append((x, self.take(x * y) if x * y > 1 else bytes([self.take()])))
        else:
            raise Broken(f'GS {name!r} at {self.at}')

    def read(self):
        # A printer obeys these wherever they stand, inside an image too.
        for i in range(len(self.data) - 1):
            if self.data[i] == DLE and self.data[i + 1] in (0x04, 0x05, 0x14):
                self.out.realtime.append(i)
        while self.at < len(self.data):
            byte = self.take()
            if byte == ESC:
                self.escape()
            elif byte == GS:
                self.group()
            elif byte == FS:
                if chr(self.take()) != '.':
                    raise Broken(f'FS at {self.at}')
                self.out.kanji_off = True
            elif byte == 0x0a:
                self.end_line()
            elif byte < 0x20:
                raise Broken(f'control {byte:#x} at {self.at}')
            else:
                self.style = self.style or (self.bold, self.wide, self.high)
                self.line += bytes([byte])
        if self.line:
            raise Broken('text without an end of line')
        return self.out


def decode(data):
    return Reader(data).read()


if __name__ == '__main__':
    with open(sys.argv[1], 'rb') as source:
        found = decode(source.read())
    print(found.text())
    if len(sys.argv) > 2 and found.images:
        found.png(sys.argv[2])
