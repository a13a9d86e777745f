"""A foreign article → one line of what is known of it for sure, for readers who cannot read its language.

Every statement is one of the article's data: its outlet's country, its topics, quantities that its text states, its
places, and reports of its event. Nothing is translated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.digest.excerpt import visible
from analysis.documents.labels import Labels
from pipeline.quantities.stated import StatedQuantity, stated_quantities
from pipeline.records import Item

#: Most of each that a line names
_TOPICS, _QUANTITIES, _PLACES = 2, 4, 4
#: Characters of another report's title
_TITLE = 70
#: Names of large numbers, whose codes the catalogues have, the largest first
_SCALES = (("trillion", 1e12), ("billion", 1e9), ("million", 1e6))
#: Decimals that a number may have and still be shown
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What the data of an article say of it."""

    #: of the outlet, ISO 3166-1; '': not known
    country: str
    #: of the article, BCP 47; '': not known
    language: str
    #: ids
    topics: tuple[str, ...]
    quantities: tuple[StatedQuantity, ...]
    #: names
    places: tuple[str, ...]
    #: a Vietnamese report that it is a translation of, or that is one of it; None: none
    same_report: Item | None
    #: a Vietnamese report of its event; None: none
    same_event: Item | None


def known_facts(item: Item, mates: Sequence[Item], province: str = "") -> KnownFacts:
    """Return what is known of an article; `mates` are other reports, of which those of its event count.

    `province` is the name of the watched province, which is left out where the article names a place in it.
    """
    article = item.article
    parts = [article.title, article.lead if article.lead not in article.text else "", article.text]
    quantities = stated_quantities("\n".join(part for part in parts if part), item.language, item.country)
    # One thing is mostly none of the news, and needs another form of its noun.
    quantities = tuple(q for q in quantities if not q.noun or q.value > 1)
    names = tuple(dict.fromkeys(place.name for place in item.tags.places))
    inside = tuple(name for name in names if name != province)
    vietnamese = [mate for mate in mates if mate.key != item.key and mate.language == "vi"]
    vietnamese.sort(key=lambda mate: (mate.published_or_seen, mate.key))
    same = next((mate for mate in vietnamese if mate.story == item.story), None)
    event = next((mate for mate in vietnamese if item.event and mate.event == item.event), None)
    return KnownFacts(
        item.country,
        item.language,
        tuple(topic.id for topic in item.tags.topics[:_TOPICS]),
        quantities[:_QUANTITIES],
        (inside or names)[:_PLACES],
        same,
        None if same else event,
    )


def data_line(item: Item, mates: Sequence[Item], words: Labels, topics: Mapping[str, str], province: str = "") -> str:
    """Return e.g. 'Báo Hàn Quốc, về năng lượng: 14 %, 22 nhà máy điện; địa danh: Thuận Nam; cùng sự việc với: …'.

    `topics` are labels by id, those of `known_facts` for the other parameters.
    """
    facts = known_facts(item, mates, province)
    head = _press(facts, words)
    if labels := [_in_sentence(topics.get(topic, topic)) for topic in facts.topics]:
        head = words.of("data-line", "about", press=head, topics=_joined(labels, words))
    if facts.quantities:
        amounts = ", ".join(quantity_words(quantity, words) for quantity in facts.quantities)
        head = words.of("data-line", "states", head=head, amounts=amounts)
    parts = [head]
    if facts.places:
        parts.append(words.of("data-line", "places", names=", ".join(map(visible, facts.places))))
    for code, mate in (("same_report", facts.same_report), ("same_event", facts.same_event)):
        if mate is not None:
            parts.append(words.of("data-line", code, title=_short(mate.article.title), outlet=visible(mate.outlet)))
    return f"{'; '.join(parts)}."


def _press(facts: KnownFacts, words: Labels) -> str:
    """Return where the article was printed; of a Vietnamese outlet, or where that is not known, in which language."""
    language = words.language(facts.language) if facts.language else ""
    code = (
        ("country" if facts.country else "foreign") if facts.country not in ("", "VN") or not language else "language"
    )
    if facts.country == "VN" and language:
        code = "country_language"
    country = words.country(facts.country) if facts.country else ""
    return words.of("data-line", code, country=country, language=_in_sentence(language))


def quantity_words(quantity: StatedQuantity, words: Labels) -> str:
    """Return a quantity in the reader's language: 'hơn 130 doanh nghiệp', '80–150 m', '5 tỷ đồng'."""
    numbers = [number_words(quantity.value, words)]
    if quantity.upper is not None:
        numbers.append(number_words(quantity.upper, words))
    group, key = ("unit", quantity.unit) if quantity.unit else ("counted", quantity.noun)
    text = words.of("data-line", "amount", number="–".join(numbers), what=words.of(group, key))
    return words.of("bound", quantity.bound, amount=text) if quantity.bound else text


def number_words(value: float, words: Labels) -> str:
    """Return a number as its readers write it, exactly: '1.500', '1,2 triệu', '0,1'."""
    from babel.numbers import format_decimal

    for name, size in _SCALES:
        if value >= size and round(value / size, _DECIMALS) * size == value:
            number = format_decimal(round(value / size, _DECIMALS), "#,##0.###", locale=words.lang)
            return words.of("scale", name, number=number)
    return str(format_decimal(value, "#,##0.######", locale=words.lang))


def _in_sentence(label: str) -> str:
    """Return a label as it stands within a sentence: its first letter small, but for an acronym."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


def _joined(labels: Sequence[str], words: Labels) -> str:
    return words.of("data-line", "and", one=labels[0], other=labels[1]) if len(labels) == 2 else ", ".join(labels)


def _short(title: str) -> str:
    """Return a title of another report, cut between words."""
    line = visible(title)
    return line if len(line) <= _TITLE else line[: _TITLE + 1].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + "…"
