"""Text → one that is short enough for a line of a document."""

import unicodedata

#: Characters of a headline at most; the longest ones of the press have some 250.
HEADLINE = 300
#: Characters of a name (author, section, outlet) at most.
NAME = 120
#: Characters back from the limit in which a space is looked for; without one the text is taken to have no spaces.
_REACH = 40


def cut_line(text: str, most: int) -> str:
    """Return at most `most` characters of a text, cut between words and ended by … where something is left out."""
    if len(text) <= most:
        return text
    end = most - 1
    if not text[end].isspace():
        if (space := text.rfind(" ", max(1, end - _REACH), end)) > 0:
            end = space
        # No spaces: Chinese, Thai and others. A letter keeps its marks.
        while end > 1 and (text[end] in "\u200d\ufe0f" or unicodedata.category(text[end])[0] == "M"):
            end -= 1
    return text[:end].rstrip(" \n,;:–—-(") + "…"
