"""Text of a paragraph → the key by which two readings of it are known to be one."""

import re
from functools import lru_cache

from pipeline.text import scripts

#: letters of a paragraph below which its occurrence in a text may be chance
SHORT = 20

_NOT_LETTERS = re.compile(r"[\W_]+")
_DENSE = re.compile(f"[{scripts.UNSPACED_AND_HANGUL}]")


@lru_cache(maxsize=4096)
def paragraph_key(text: str) -> str:
    """Return the letters and digits of `text` alone, case folded: equal for two readings of one paragraph."""
    return _NOT_LETTERS.sub("", text.casefold())


@lru_cache(maxsize=4096)
def count_letters(key: str) -> int:
    """Return the length of a key; a character of a script without spaces, or of Hangul, counts three."""
    return len(key) if key.isascii() else len(key) + 2 * len(_DENSE.findall(key))
