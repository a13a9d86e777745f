"""Text with characters that nobody sees → the text without them, except the joiners that a script needs."""

import re

from pipeline.text import scripts

# Zero-width spaces and joiners, soft hyphens, marks of direction, byte-order marks, mathematical nothings, marks of
# annotations: pages and feeds carry them from word processors and content systems, and no name matches across one.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_JOINERS = re.compile("[\u200c\u200d]+")
# Scripts whose spelling needs joiners: Arabic (Persian, Urdu), Syriac, those of India and its neighbours, Mongolian.
_JOINING = re.compile(f"[{scripts.JOINING}]")
# Parts of emoji: pictures, signs such as ♀, shades of skin, the mark of coloured signs.
_EMOJI = re.compile(f"[{scripts.EMOJI}]")


def strip_invisible(text: str) -> str:
    """Return `text` without invisible characters; one joiner stays within Persian, Indic, … words and within emoji."""
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", text)
    return _JOINERS.sub(_needed_joiner, text) if "\u200c" in text or "\u200d" in text else text


def _needed_joiner(match: re.Match[str]) -> str:
    text, joiner = match.string, match[0][0]
    before, behind = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if _JOINING.match(before):
        # At the end of a word the zero-width joiner shows a letter in its joined form: Persian 'ه‍', Hindi 'क्‍'.
        return joiner if _JOINING.match(behind) or joiner == "\u200d" else ""
    return joiner if joiner == "\u200d" and _EMOJI.match(before) and _EMOJI.match(behind) else ""
