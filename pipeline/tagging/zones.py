"""Title and text → zones of the article itself, without related links, menus, lottery and weather tables."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pipeline.tagging.matcher import Hit
from pipeline.text.normalize import lacks_diacritics, match_key, normalise_both, with_stripped

_RELATED = re.compile(
    r"^[\s>»*•\-]*(?:tin|bài|video|xem|đọc|chuyên đề|có thể bạn|mời (?:bạn|độc giả|quý)"
    r"|related|read more|see also|more news|voir aussi|lire aussi|à lire"
    r"|weitere|siehe auch|lea también|читайте также|по теме|相关|相關|関連|관련)"
    r"(?:\s*(?:liên quan|khác|mới|cùng chuyên mục|cùng chủ đề|nổi bật|đọc nhiều|thêm|tiếp|nhiều|bài|quan tâm|đọc"
    r"|articles|news|stories|artikel|新闻|新聞|記事|기사))+\s*(?P<colon>[:：]?)\s*",
    re.I,
)
_ARROW = re.compile(r"^\s*(?:>>+|»|⏩|➤)\s*\S")
_DEGREES = re.compile(r"\d\s?(?:°|độ)\s?c?", re.I)
_LOTTERY = with_stripped(r"(?<![^\W\d_])(?:xổ số|xskt|kqxs|xsmn|xsmt|xsmb)(?![^\W\d_])")
_WORD = re.compile(r"[^\W\d_]+")
#: Most characters of the lead, which is the first paragraph
LEAD = 420


@dataclass(frozen=True, slots=True)
class Zone:
    """A field of a text as it is searched; `folded` is in key form and has the offsets of `text`."""

    where: Literal["title", "text"]
    text: str
    folded: str
    #: (start, end) of the stretches that are not part of the article
    skipped: tuple[tuple[int, int], ...] = ()
    #: offset of the end of the lead; the whole title is lead
    lead_end: int = 0
    #: whether title and text together have no diacritics of Vietnamese; in other languages it says nothing
    unaccented: bool = False

    def is_skipped(self, at: int) -> bool:
        return any(a <= at < b for a, b in self.skipped)


def zones(title: str, text: str, names_in: Callable[[str], list[Hit]]) -> tuple[Zone, Zone]:
    """Return title and text, normalised; `names_in` finds the provinces that a line in key form names."""
    head, body = normalise_both(title, text)
    folded = match_key(body)
    lottery = bool(_LOTTERY.search(match_key(head)))
    skipped = tuple(_skipped(body, folded, names_in, lottery))
    bare = lacks_diacritics(f"{head}\n{body}")
    return (
        Zone("title", head, match_key(head), (), len(head), bare),
        Zone("text", body, folded, skipped, _lead_end(body, head), bare),
    )


def _lead_end(body: str, title: str) -> int:
    start = len(body) - len(body.lstrip())
    # Some extractors repeat the title as the first line.
    if title and body[start : start + len(title)] == title:
        start += len(title)
    first = body.find("\n", start + 40)
    return min(first if first >= 0 else len(body), start + LEAD)


def _skipped(body: str, folded: str, names_in: Callable[[str], list[Hit]], lottery: bool) -> list[tuple[int, int]]:
    skipped: list[tuple[int, int]] = []
    start = 0
    for line in body.split("\n"):
        end = start + len(line)
        related = _RELATED.match(line)
        if related and not line[related.end() :].strip() and start > len(body) * 0.4:
            # A heading in a line of its own: only links follow.
            skipped.append((start, len(body)))
            break
        if (related and related["colon"]) or _ARROW.match(line) or _is_table(folded[start:end], names_in, lottery):
            skipped.append((start, end))
        start = end + 1
    return skipped


def _is_table(line: str, names_in: Callable[[str], list[Hit]], lottery: bool) -> bool:
    if len(line) < 12:
        return False
    names = names_in(line)
    if not names:
        return False
    if lottery or _LOTTERY.search(line):
        return True
    if len(_DEGREES.findall(line)) >= 4 and len(names) >= 3:
        return True
    # A menu holds provinces only; a sentence that lists as many has other words too.
    if len(names) < 8:
        return False
    rest = line
    for name in reversed(names):
        rest = rest[: name.start] + rest[name.end :]
    return len(_WORD.findall(rest)) < 3
