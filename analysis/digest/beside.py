"""Items beside the figures of a digest: places named without certainty, and watched matters, under «Liên quan»."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from analysis.digest.model import Digest
from analysis.documents.labels import Labels
from pipeline.records import Item

#: Items listed of one matter or of the uncertain ones; their number is given of all
SHOWN = 20


@dataclass(frozen=True, slots=True)
class BesideList:
    """One list as it is shown: an id for links, a heading, a remark, the items listed and the number of all."""

    id: str
    title: str
    note: str
    items: tuple[Item, ...]
    number: int


def with_beside(day: Digest, items: Iterable[Item], matters: Mapping[str, str]) -> Digest:
    """Return a digest with the items that stand beside its figures; `matters` are labels by id, in their order."""
    items = list(items)
    uncertain = tuple(item for item in items if item.tags.reason.code == "uncertain")
    related = {
        label: tuple(i for i in items if i.tags.reason.code == "watched" and i.tags.reason.parameters["matter"] == id)
        for id, label in matters.items()
    }
    related = {label: found for label, found in related.items() if found}
    counts = replace(day.counts, uncertain=len(uncertain), related=sum(map(len, related.values())))
    return replace(day, uncertain=uncertain, related=related, counts=counts)


def lists_beside(day: Digest, words: Labels) -> Iterator[BesideList]:
    """Yield the lists to show, watched matters first; none without items."""
    for n, (label, items) in enumerate(day.related.items(), 1):
        title = f"{words.say('related')}: {label}"
        yield BesideList(f"related-{n}", title, words.say("related_note"), items[:SHOWN], len(items))
    if day.uncertain:
        items = day.uncertain
        yield BesideList("uncertain", words.say("uncertain"), words.say("uncertain_note"), items[:SHOWN], len(items))
