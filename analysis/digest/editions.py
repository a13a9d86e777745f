"""Two editions of one day's digest → what the later one puts right, as data and in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.digest import excerpt
from analysis.digest.corrections import Erratum, ErratumKind, fold_title
from analysis.documents.labels import Labels
from pipeline.records.publications import Publication, PublishedItem

#: Articles that came in or went out, of which the titles are given
_NAMED = 30


@dataclass(frozen=True, slots=True)
class EditionChanges:
    """What differs between an edition and the one of the same day whose place it takes."""

    #: number of the edition before
    publication: int
    #: what was wrong, in the office's words; '': nobody said
    note: str
    #: statements about articles of both
    corrected: tuple[Erratum, ...]
    removed: tuple[PublishedItem, ...]
    added: tuple[PublishedItem, ...]
    #: the lead before and now; None: it is the same, or the one before was not kept
    lead: tuple[str, str] | None

    @property
    def is_empty(self) -> bool:
        return not (self.note or self.corrected or self.removed or self.added or self.lead)


def edition_changes(before: Publication, items: Iterable[PublishedItem], lead: str, note: str) -> EditionChanges:
    """Return what differs from `before`; `items` are the statements of the later edition about its articles."""
    then = {item.key: item for item in before.items if not item.erratum}
    now = {item.key: item for item in items if not item.erratum}
    corrected = [
        Erratum(before.id, before.day, then[key], what, new)
        for key in sorted(then.keys() & now.keys())
        for what, new in _differences(then[key], now[key])
    ]
    return EditionChanges(
        before.id,
        note,
        tuple(corrected),
        tuple(item for key, item in then.items() if key not in now),
        tuple(item for key, item in now.items() if key not in then),
        None if before.lead is None or before.lead == lead else (before.lead, lead),
    )


def _differences(then: PublishedItem, now: PublishedItem) -> Iterator[tuple[ErratumKind, str]]:
    if then.relevance != now.relevance:
        yield "relevance", now.relevance
    if then.tone != now.tone:
        yield "tone", now.tone
    if fold_title(then.title) != fold_title(now.title):
        yield "title", now.title
    if now.gone and not then.gone:
        yield "taken_down", ""


def change_sentences(changes: EditionChanges, words: Labels) -> list[str]:
    """Return what an edition puts right, a sentence each; the office's own words first."""
    sentences = []
    if changes.note:
        sentences.append(words.say("edition_note", id=changes.publication, note=excerpt.visible(changes.note)))
    if changes.lead is not None:
        before, now = changes.lead
        key = "edition_lead_changed" if before and now else "edition_lead_added" if now else "edition_lead_removed"
        sentences.append(words.say(key, id=changes.publication, before=excerpt.visible(before)))
    sentences += [erratum_sentence(erratum, words) for erratum in changes.corrected]
    for key, listed in (("edition_removed", changes.removed), ("edition_added", changes.added)):
        if listed:
            sentences.append(words.say(key, id=changes.publication, n=len(listed), titles=_titles(listed, words)))
    return sentences


def _titles(items: Sequence[PublishedItem], words: Labels) -> str:
    titles = [
        f"“{excerpt.visible(item.title) or words.say('untitled')}” ({excerpt.visible(item.outlet)})"
        for item in items[:_NAMED]
    ]
    more = len(items) - _NAMED
    return "; ".join([*titles, *([words.say("left_out_more", n=more)] if more > 0 else [])])


def erratum_sentence(erratum: Erratum, words: Labels) -> str:
    """Return a correction as a sentence: the statement of the earlier digest, and the present one."""
    published = erratum.statement
    match erratum.what:
        case "relevance" | "tone" as what:
            before = published.relevance if what == "relevance" else published.tone
            change = words.say(
                f"erratum_{what}", before=words.of(what, before).lower(), now=words.of(what, erratum.now).lower()
            )
        case "title" | "joined" as what:
            change = words.say(f"erratum_{what}", now=excerpt.visible(erratum.now) or words.say("untitled"))
        case what:
            change = words.say(f"erratum_{what}")
    return words.say(
        "erratum",
        id=erratum.publication,
        date=words.short_date(erratum.day),
        title=excerpt.visible(published.title) or words.say("untitled"),
        outlet=excerpt.visible(published.outlet),
        change=change,
    )
