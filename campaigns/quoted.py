"""Quoted-printable in pieces: each piece begins and ends a line, so that they can be joined.

What is the same for everybody is encoded once; only what is personal is encoded per mail. No line
begins with a full stop, which SMTP would double, or with the boundary of a part (it holds "=_").
"""

import re

WIDTH = 70  # of at most 76: room for a full stop as =2E, and for the soft break
PLAIN = re.compile(r"[!-\-/-<>-~][ -<>-~]{,69}")
UNSAFE = re.compile(rb"[^\t -<>-~]")
ENDS_BLANK = re.compile(rb"[\t ]$")
BREAKS = re.compile(r"\r\n?|\n")
SOFT = b"=\r\n"


def quoted(text: str) -> bytes:
    """The text's UTF-8 as whole lines; joined and decoded, the pieces give the joined texts.

    Line breaks of any kind become CRLF. Nothing is given for nothing.
    """
    if PLAIN.fullmatch(text):
        return text.encode() + SOFT
    *lines, rest = BREAKS.split(text)
    done = b"".join(_wrapped(_closed(line)) + b"\r\n" for line in lines)
    return done + _wrapped(_escaped(rest)) + SOFT if rest else done


def _escaped(line: str) -> bytes:
    return UNSAFE.sub(_hex, line.encode(errors="replace"))


def _closed(line: str) -> bytes:
    """A line that a real break follows: blanks at its end would be lost on the way."""
    return ENDS_BLANK.sub(_hex, _escaped(line))


def _hex(match: re.Match[bytes]) -> bytes:
    return b"=%02X" % match[0][0]


def _wrapped(line: bytes) -> bytes:
    pieces = []
    while len(line) > WIDTH:
        cut = WIDTH
        while b"=" in line[cut - 2 : cut]:  # not through the middle of =XX
            cut -= 1
        pieces.append(line[:cut])
        line = line[cut:]
    pieces.append(line)
    return SOFT.join(b"=2E" + p[1:] if p[:1] == b"." else p for p in pieces)
