"""What asks for attention by its tone → which of its articles are negative, and by what words."""

from collections.abc import Sequence

from analysis.digest import excerpt
from analysis.documents.labels import Labels
from analysis.stories.ranking import AttentionItem
from pipeline.records import Item
from pipeline.text.line_length import cut_line

#: Outlets that are named, and letters of a name
_OUTLETS, _NAME = 2, 40


def negative_items(attention: AttentionItem, named: Item) -> list[Item]:
    """Return the negative articles: the one that the line is named by first, then those in its language.

    The tone of an article is a person's where a person corrected it.
    """
    found = [item for item in attention.items if item.tags.tone == "negative"]
    return sorted(found, key=lambda item: (item.key != named.key, item.language != named.language))


def carriers_of_tone(negative: Sequence[Item], named: Item, words: Labels) -> str:
    """Return the outlets whose articles are negative where the article that the line is named by is not; else ''."""
    if not negative or any(item.key == named.key for item in negative):
        return ""
    outlets = list(dict.fromkeys(_outlet(item, words) for item in negative))
    listed = ", ".join(outlets[:_OUTLETS])
    return listed + (words.say("and_others", n=len(outlets) - _OUTLETS) if len(outlets) > _OUTLETS else "")


def _outlet(item: Item, words: Labels) -> str:
    name = cut_line(excerpt.visible(item.outlet), _NAME)
    return name if item.country == "VN" else f"{name} ({words.country(item.country)})"
