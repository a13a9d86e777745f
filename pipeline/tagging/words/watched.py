"""Text that names no place of the province → the watched matter that it tells of, with the words that say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.rules.compiled import CompiledParts
from pipeline.rules.rulebook import Rulebook, Watch
from pipeline.tagging.denials.cues import SENTENCE_END
from pipeline.tagging.matcher import Hit, Matcher
from pipeline.tagging.zones import Zone


@dataclass(frozen=True, slots=True)
class WatchedMatter:
    """A watched matter found in a text."""

    id: str
    #: the term, and the word near it, as the text has them
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Matchers:
    watch: Watch
    terms: Matcher
    near: Matcher
    negative: Matcher


def find_matter(fields: Sequence[Zone], language: str, published: date | None, rules: Rulebook) -> WatchedMatter | None:
    """Return the first matter of the rules that title or lead of a text tell of; None for none.

    What stands further down is background. A matter past its last day is watched no more.
    """
    for matcher in _WATCHED.of(rules).get(language.split("-")[0], []):
        if matcher.watch.until is not None and published is not None and published > matcher.watch.until:
            continue
        heads = [zone.folded[: zone.lead_end] for zone in fields]
        if any(matcher.negative.find(head) for head in heads):
            continue
        for zone, head in zip(fields, heads, strict=True):
            for hit in matcher.terms.find(head):
                words = _with_near(zone, head, hit, matcher)
                if words and not zone.is_skipped(hit.start):
                    return WatchedMatter(matcher.watch.id, words)
    return None


def _with_near(zone: Zone, head: str, hit: Hit, matcher: _Matchers) -> tuple[str, ...]:
    """Return the words of a term and of one near it in its sentence; empty where one is needed and none is there."""
    term = zone.text[hit.start : hit.end]
    if not matcher.near.patterns:
        return (term,)
    start = max((m.end() for m in SENTENCE_END.finditer(head, 0, hit.start)), default=0)
    end = SENTENCE_END.search(head, hit.end)
    for near in matcher.near.find(head[start : end.start() if end else len(head)]):
        at = (start + near.start, start + near.end)
        if at[1] <= hit.start or at[0] >= hit.end:
            return term, zone.text[at[0] : at[1]]
    return ()


def _matchers(rules: Rulebook) -> dict[str, list[_Matchers]]:
    found: dict[str, list[_Matchers]] = {}
    for watch in rules.topics.watch:
        for language, terms in watch.terms.items():
            made = _Matchers(watch, Matcher(terms.terms), Matcher(terms.near), Matcher(terms.negative))
            found.setdefault(language, []).append(made)
    return found


_WATCHED = CompiledParts(_matchers, of_topics=True)
