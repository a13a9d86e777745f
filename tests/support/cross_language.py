"""tests/data/cross_language.jsonl → pairs of reports in two languages, labelled by the part each plays in its family.

A family is one happening: the `report`, a `translation` of it, `independent` reports, and reports of something else
that look like it (`apart`, with `why`: another day, another place, a follow-up, the same figures, …).
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path

from pipeline.records import Text
from pipeline.rules.rulebook import Rulebook
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import Fingerprint
from pipeline.stories.similarity import Judgement
from pipeline.tagging.tagger import tag

DATA = Path(__file__).parent.parent / "data" / "cross_language.jsonl"


@dataclass(frozen=True, slots=True)
class Report:
    """One text of the set."""

    id: str
    family: str
    #: report, translation, independent or apart
    role: str
    #: what keeps an `apart` one from the others
    why: str
    language: str
    title: str
    text: str
    published: datetime

    @property
    def fitted(self) -> bool:
        """Whether its family is of the half that the weights were fitted to; the other half was held back."""
        return zlib.crc32(self.family.encode()) % 2 == 0


def reports() -> list[Report]:
    """Return all texts."""
    rows = (json.loads(line) for line in DATA.read_text("utf-8").splitlines())
    return [Report(**{"why": "", **row, "published": datetime.fromisoformat(row["published"])}) for row in rows]


def fingerprint(report: Report, rules: Rulebook) -> Fingerprint:
    """Return the fingerprint that the program makes of a text."""
    text = Text(report.id, report.title, report.text, report.language, None, report.published)
    return fingerprint_tagged(report.title, report.text, report.published, tag(text, rules), rules)


def labelled_pairs(some: list[Report]) -> Iterator[tuple[Report, Report, Judgement]]:
    """Yield the pairs within a family in two languages; two that are both `apart` are no pair."""
    for one, other in combinations(some, 2):
        roles = {one.role, other.role}
        if one.family != other.family or one.language == other.language or roles == {"apart"}:
            continue
        yield one, other, "different" if "apart" in roles else "same-event" if "independent" in roles else "dup"


def strangers(some: list[Report]) -> Iterator[tuple[Report, Report]]:
    """Yield the pairs of two families in two languages."""
    for one, other in combinations(some, 2):
        if one.family != other.family and one.language != other.language:
            yield one, other
