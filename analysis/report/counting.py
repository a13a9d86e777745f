"""Facts → how many there are of each kind, a million in a few seconds."""

import gc
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipeline.records import Tone
from pipeline.tables.facts import Fact, FactKey, kind_of

if TYPE_CHECKING:
    import pandas as pd

#: seconds; every zone begins its days at one of these
_QUARTER = 900
_CHUNK = 2_000
#: stories told by several articles of which more is known than that they are
_CARRIED = 100


class _Codes(dict[Any, int]):
    """A number for each value, in the order in which they came along."""

    def __missing__(self, value: Any) -> int:
        code = self[value] = len(self)
        return code


class Tally:
    """Numbers of articles, by what they say of themselves."""

    def __init__(self, facts: Iterable[Fact], zone: ZoneInfo) -> None:
        self._zone = zone
        self._codes = {name: _Codes() for name in ("day", "story", "kind", *FactKey._fields)}
        # Of a million tuples that come and go none is part of a cycle: looking for some would take a third of the time.
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
            at, told, kind = zip(*chunk, strict=True)
            times.extend(at)
            stories.extend(told)
            kinds.extend(map(self._codes["kind"].__getitem__, kind))
        quarters = pd.Series(times, dtype="int64") // _QUARTER
        days = [datetime.fromtimestamp(quarter * _QUARTER, self._zone).date() for quarter in quarters.unique().tolist()]
        story, names = pd.factorize(pd.Series(stories, dtype="object"))
        self._codes["story"] = _Codes((name, n) for n, name in enumerate(names))
        frame = pd.DataFrame({"story": story, "kind": pd.Series(kinds, dtype="int32")})
        frame["day"] = pd.Series([self._codes["day"][day] for day in days])[pd.factorize(quarters)[0]].to_numpy()
        named = [kind_of(kind) for kind in self._codes["kind"]]
        for n, name in enumerate(FactKey._fields):
            codes = pd.Series([self._codes[name][kind[n]] for kind in named], dtype="int32")
            frame[name] = codes.to_numpy()[frame["kind"].to_numpy()]
        return frame

    def _sizes(self, *names: str) -> Iterator[tuple[list[Any], int]]:
        """Yield each combination of values that occurs, and how often."""
        values = [list(self._codes[name]) for name in names]
        for codes, n in self._frame.groupby(list(names)).size().items():
            listed: Any = codes if isinstance(codes, tuple) else (codes,)
            yield [known[code] for known, code in zip(values, listed, strict=True)], int(n)

    def by_source(self) -> dict[str, Counter[tuple[date, Tone]]]:
        found: dict[str, Counter[tuple[date, Tone]]] = {}
        for (source, day, tone), n in self._sizes("source_id", "day", "tone"):
            found.setdefault(source, Counter())[day, tone] = n
        return found

    def by_topic(self) -> dict[str, Counter[tuple[date, Tone]]]:
        found: dict[str, Counter[tuple[date, Tone]]] = {}
        for (topics, day, tone), n in self._sizes("topics", "day", "tone"):
            for topic in topics.split():
                found.setdefault(topic, Counter())[day, tone] += n
        return found

    def languages(self) -> Counter[str]:
        return Counter({language: n for (language,), n in self._sizes("language")})

    def stories_of_sources(self) -> dict[str, int]:
        """Return in how many stories each source had a part."""
        sources = list(self._codes["source_id"])
        pairs = self._frame[["source_id", "story"]].drop_duplicates()
        return {sources[code]: int(n) for code, n in enumerate(pairs.groupby("source_id").size())}

    def carried(self) -> dict[str, tuple[int, int]]:
        """Return articles and outlets of the stories that most outlets carried, and at least two articles told."""
        grouped = self._frame.groupby("story")["source_id"].agg(["size", "nunique"])
        told = grouped[grouped["size"] > 1]
        stories = list(self._codes["story"])
        most = sorted(
            zip(told.index.tolist(), told["size"].tolist(), told["nunique"].tolist(), strict=True),
            key=lambda row: (-row[2], -row[1], stories[row[0]]),
        )
        return {stories[code]: (items, outlets) for code, items, outlets in most[:_CARRIED]}
