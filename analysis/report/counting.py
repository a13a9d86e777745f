"""Facts → counts by source, topic, language and story; a million facts in a few seconds."""

import gc
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipeline.records import Tone
from pipeline.tables.facts import ARCHIVE, Fact, FactKey, kind_of

if TYPE_CHECKING:
    import pandas as pd

#: Seconds; the days of every zone begin at a multiple
_QUARTER = 900
#: Facts read at a time
_CHUNK = 2_000
#: Stories of several articles whose articles and outlets are reported
_CARRIED = 100


class _Codes(dict[Any, int]):
    """A number for each value, in the order of first use."""

    def __missing__(self, value: Any) -> int:
        code = self[value] = len(self)
        return code


class Tally:
    """Numbers of articles by source, day, tone, topic, language and story; days are those of `zone`."""

    def __init__(self, facts: Iterable[Fact], zone: ZoneInfo) -> None:
        self._zone = zone
        self._codes = {name: _Codes() for name in ("day", "story", "kind", *FactKey._fields)}
        # Turn the garbage collector off: these tuples form no cycles, and collecting takes a third of the run.
        collecting = gc.isenabled()
        gc.disable()
        try:
            self._frame = self._read(iter(facts))
        finally:
            if collecting:
                gc.enable()
        self.stories: int = self._frame["story"].nunique()

    def _read(self, facts: Iterator[Fact]) -> "pd.DataFrame":
        import pandas as pd

        times, kinds = array("q"), array("i")
        stories: list[str] = []
        while chunk := list(islice(facts, _CHUNK)):
            at, story_keys, kind = zip(*chunk, strict=True)
            times.extend(at)
            stories.extend(story_keys)
            kinds.extend(map(self._codes["kind"].__getitem__, kind))
        quarters = pd.Series(times, dtype="int64") // _QUARTER
        days = [datetime.fromtimestamp(quarter * _QUARTER, self._zone).date() for quarter in quarters.unique().tolist()]
        story, names = pd.factorize(pd.Series(stories, dtype="object"))
        self._codes["story"] = _Codes((name, n) for n, name in enumerate(names))
        frame = pd.DataFrame({"story": story, "kind": pd.Series(kinds, dtype="int32")})
        frame["day"] = pd.Series([self._codes["day"][day] for day in days])[pd.factorize(quarters)[0]].to_numpy()
        kinds_by_code = [kind_of(kind) for kind in self._codes["kind"]]
        for n, name in enumerate(FactKey._fields):
            codes = pd.Series([self._codes[name][kind[n]] for kind in kinds_by_code], dtype="int32")
            frame[name] = codes.to_numpy()[frame["kind"].to_numpy()]
        return frame

    def _sizes(self, *names: str) -> Iterator[tuple[list[Any], int]]:
        """Yield each combination of values of the columns, and its number of articles."""
        values = [list(self._codes[name]) for name in names]
        for codes, n in self._frame.groupby(list(names)).size().items():
            code_row: Any = codes if isinstance(codes, tuple) else (codes,)
            yield [column[code] for column, code in zip(values, code_row, strict=True)], int(n)

    def by_source(self) -> dict[str, Counter[tuple[date, Tone]]]:
        counts: dict[str, Counter[tuple[date, Tone]]] = {}
        for (source, day, tone), n in self._sizes("source_id", "day", "tone"):
            counts.setdefault(source, Counter())[day, tone] = n
        return counts

    def by_topic(self) -> dict[str, Counter[tuple[date, Tone, str]]]:
        """Return the articles of each topic by day, tone and provenance (pipeline.tables.facts.FactKey)."""
        counts: dict[str, Counter[tuple[date, Tone, str]]] = {}
        for (topics, day, tone, provenance), n in self._sizes("topics", "day", "tone", "provenance"):
            for topic in topics.split():
                counts.setdefault(topic, Counter())[day, tone, provenance] += n
        return counts

    def archived(self) -> dict[str, Counter[date]]:
        """Return the articles of each source that an archive had first, by day."""
        counts: dict[str, Counter[date]] = {}
        if ARCHIVE in self._codes["provenance"]:
            for (source, day, provenance), n in self._sizes("source_id", "day", "provenance"):
                if provenance == ARCHIVE:
                    counts.setdefault(source, Counter())[day] = n
        return counts

    def by_source_and_language(self) -> dict[tuple[str, str], Counter[Tone]]:
        """Return the articles of each source in each language, by tone."""
        counts: dict[tuple[str, str], Counter[Tone]] = {}
        for (source, language, tone), n in self._sizes("source_id", "language", "tone"):
            counts.setdefault((source, language), Counter())[tone] += n
        return counts

    def topics_of_sources(self) -> dict[str, Counter[str]]:
        """Return the articles of each source by topic; an article of several topics counts under each."""
        counts: dict[str, Counter[str]] = {}
        for (source, topics), n in self._sizes("source_id", "topics"):
            for topic in topics.split():
                counts.setdefault(source, Counter())[topic] += n
        return counts

    def languages(self) -> Counter[str]:
        return Counter({language: n for (language,), n in self._sizes("language")})

    def stories_of_sources(self) -> dict[str, int]:
        """Return the number of stories of each source."""
        sources = list(self._codes["source_id"])
        pairs = self._frame[["source_id", "story"]].drop_duplicates()
        return {sources[code]: int(n) for code, n in enumerate(pairs.groupby("source_id").size())}

    def carried(self) -> dict[str, tuple[int, int]]:
        """Return articles and outlets of the stories of at least two articles, by key, most outlets first."""
        grouped = self._frame.groupby("story")["source_id"].agg(["size", "nunique"])
        shared = grouped[grouped["size"] > 1]
        stories = list(self._codes["story"])
        most = sorted(
            zip(shared.index.tolist(), shared["size"].tolist(), shared["nunique"].tolist(), strict=True),
            key=lambda row: (-row[2], -row[1], stories[row[0]]),
        )
        return {stories[code]: (items, outlets) for code, items, outlets in most[:_CARRIED]}
