"""Texts of articles for benchmarks: real ones where they lie beside the project, else invented ones.

The real ones are news articles (`articles`: 9,000 whole ones of some 2,400 characters) or what feeds say of them
(`items`: 133,000 of a headline and some 160 characters). Each is tagged by the rules and then called about the
province, so that all of its words are searched.
"""

import gzip
import json
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from config.rulebook import load_rulebook
from pipeline.records import PlaceFound, Tags, Text, Tone, TopicFound, VerdictReason
from pipeline.tagging.tagger import tag
from pipeline.text.invisible import strip_invisible

REAL = Path(__file__).resolve().parents[2] / "shared" / "real"
Kind = Literal["articles", "items", "invented"]
_FILES = {"articles": "background.jsonl.gz", "items": "year.jsonl.gz"}
TOPICS = ("energy", "tourism", "investment", "security_incidents", "sea_islands", "agriculture_fisheries")
_TONES: tuple[Tone, ...] = ("positive", "neutral", "negative")
_ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu t th tr v x"
_RHYMES = (
    "a à á ả ạ an àn án ạn anh ành ánh ao ào áo au àu âm ấm ân ần ận âu ầu ấu ây ấy e é ẹ en ên ến ệnh i ì í ị inh "
    "ình ính iên iền iện iếu iều o ó ọ on ông ống ồng ộng ơ ớ ở ơn ơi ời u ù ú ụ ung ùng uộc uyên uyện ư ứ ự ưng "
    "ừng ước ười ương ướng"
)
#: Things that are in the invented news again and again: (share of the articles, words).
SAID = (
    (0.3, "Ninh Thuận"),
    (0.1, "đầu tư"),
    (0.03, "điện gió"),
    (0.01, "nhà máy điện hạt nhân"),
    (0.001, "đồng muối Cà Ná"),
)


class Written(NamedTuple):
    """An article as it was written and tagged."""

    title: str
    text: str
    tags: Tags


class Writer(Protocol):
    """Writes one article after the other."""

    def write(self) -> Written: ...


class Newsroom:
    """Invents articles of some 350 words, whose words are as unevenly common as those of a language."""

    def __init__(self) -> None:
        self._draw = random.Random(1)
        syllables = [onset + rhyme for onset in _ONSETS.split() for rhyme in _RHYMES.split()]
        self._draw.shuffle(syllables)
        self.words = syllables
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(syllables))))

    def write(self) -> Written:
        body = self.text()
        return Written(" ".join(body.split()[:10]), body, self.tags())

    def text(self) -> str:
        length = max(60, int(self._draw.gauss(350, 120)))
        found = self._draw.choices(self.words, cum_weights=self._weights, k=length)
        for share, said in SAID:
            if self._draw.random() < share:
                for _ in range(self._draw.randint(1, 3)):
                    found[self._draw.randrange(len(found))] = said
        lines = [" ".join(found[n : n + 40]).capitalize() + "." for n in range(0, len(found), 40)]
        return "\n".join(lines)

    def tags(self) -> Tags:
        topics = tuple(TopicFound(name, 0.8, ()) for name in self._draw.sample(TOPICS, self._draw.randint(1, 2)))
        places = (PlaceFound("nt.x", self._draw.choice(("Cà Ná", "Phan Rang", "Ninh Hải")), "", ()),)
        return Tags(
            "vi", "main", 0.9, VerdictReason.text("vì thế"), places, topics, (), self._draw.choice(_TONES), "r1"
        )


class RealTexts:
    """Gives the real texts of a kind in an order of its own, from the beginning again after the last."""

    def __init__(self, kind: Kind) -> None:
        self._rules = load_rulebook(None)
        with gzip.open(REAL / _FILES[kind], "rt", encoding="utf-8") as lines:
            self._texts = [(_as_read(row["title"]), _as_read(row["text"])) for row in map(json.loads, lines)]
        random.Random(1).shuffle(self._texts)
        self._next = 0

    def write(self) -> Written:
        title, body = self._texts[self._next % len(self._texts)]
        self._next += 1
        tags = tag(Text(str(self._next), title, body), self._rules)
        reason = VerdictReason.text("benchmark")
        return Written(title, body, replace(tags, relevance="main", relevance_score=0.9, reason=reason))


def _as_read(text: str) -> str:
    """Return a text as the reading of a page gives it (pipeline.html.parser)."""
    return unicodedata.normalize("NFC", strip_invisible(text))


def texts_of(kind: Kind) -> Writer:
    """Return what writes texts of a kind: invented ones where the real ones are not there."""
    return Newsroom() if kind == "invented" or not is_there(kind) else RealTexts(kind)


def is_there(kind: Kind) -> bool:
    """Whether the real texts of a kind lie beside the project."""
    return kind != "invented" and (REAL / _FILES[kind]).exists()


def headlines(kind: Kind) -> Iterator[str]:
    """Yield headlines in an order that is always the same."""
    writer = texts_of(kind)
    while True:
        yield writer.write().title
