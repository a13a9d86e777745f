"""Figures by which happenings are ordered → the words in which a digest shows them."""

from analysis.documents.labels import Labels
from pipeline.tagging.words.gravity import Gravity


def grave_words(gravity: Gravity, words: Labels) -> list[str]:
    """Return what is grave in a happening, with its figures: '2 dead', 'crime', 'damage of 900 million dong'."""
    people = {"dead": gravity.dead, "missing": gravity.missing, "injured": gravity.injured}
    parts = [words.say(f"grave_{kind}", n=n) for kind, n in people.items() if n]
    parts += [words.say(f"grave_{kind}") for kind in ("crime", "pollution") if getattr(gravity, kind)]
    # Of an accident that hurt somebody the victims are said.
    if gravity.accident and not parts:
        parts.append(words.say("grave_accident"))
    if gravity.damage:
        parts.append(words.say("grave_damage", sum=words.whole(round(gravity.damage))))
    return parts


def reach_words(items: int, languages: int, words: Labels) -> list[str]:
    """Return how many articles in how many languages tell of a happening; nothing where it is one article."""
    if items < 2:
        return []
    parts = [words.say("reach_items", n=items)]
    return [*parts, words.say("reach_languages", n=languages)] if languages > 1 else parts
