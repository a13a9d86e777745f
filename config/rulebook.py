"""places.toml and topics.toml of a configuration folder → the Rulebook, or one ConfigError that lists every fault."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from config.faults.errors import ConfigError, Fault
from config.faults.words import value_fault
from config.load import Faults, SoundTexts, parse_toml, read_toml, resolve
from pipeline.i18n.catalogs import mark
from pipeline.rules.linear_models import Models
from pipeline.rules.rulebook import Gazetteer, Rulebook, TopicRules, rulebook

T = TypeVar("T")

#: Gazetteers and topics by their texts.
_SOUND = SoundTexts[object]()
#: Name of a file, for faults, and its text
_NamedText = tuple[str, str]

#: File of the weights that `diembao train` writes, beside the two files that people write.
MODELS = "topic_model.json"


def load_rulebook(directory: Path | None = None) -> Rulebook:
    """Read the rules of `directory`; the packaged file stands in for a missing one.

    Raises ConfigError with the faults of all files.
    """
    faults: list[Fault] = []
    places, topics, models = (_text_of(directory, name, faults) for name in ("places.toml", "topics.toml", MODELS))
    if places is None or topics is None or models is None:
        _parse(places, topics, models, faults)
        raise ConfigError(faults)
    return _rulebook_of(places, topics, models)


@lru_cache(maxsize=4)
def parse_gazetteer(name: str, text: str) -> Gazetteer:
    """Return what the text of a places.toml holds, not checked for sense. Raises ConfigError."""
    sound = _SOUND.get(text)
    return sound if isinstance(sound, Gazetteer) else parse_toml(text, Gazetteer, name=name)


@lru_cache(maxsize=2)
def _rulebook_of(places: _NamedText, topics: _NamedText, models: _NamedText) -> Rulebook:
    """Return the rules of three files: to parse them takes a tenth of a second, and a process often asks for them."""
    faults: list[Fault] = []
    parsed = _parse(places, topics, models, faults)
    if faults or parsed is None:
        raise ConfigError(faults)
    return rulebook(*parsed)


def _parse(
    places: _NamedText | None, topics: _NamedText | None, models: _NamedText | None, faults: list[Fault]
) -> tuple[Gazetteer, TopicRules, Models] | None:
    """Return what the files hold, or None where one is missing or too little is right in it; add to `faults`."""
    gazetteer = _read_rules(places, Gazetteer, _check_places, faults)
    rules = _read_rules(topics, TopicRules, _check_topics, faults)
    weights = _read_models(models, faults)
    if gazetteer is None or rules is None or weights is None:
        return None
    return gazetteer, rules, weights


def _text_of(directory: Path | None, file: str, faults: list[Fault]) -> _NamedText | None:
    try:
        return resolve(directory, file)
    except ConfigError as error:
        faults += error.faults
        return None


@cache
def packaged_models() -> Models:
    """Return the models packaged with diembao. Raises ConfigError."""
    faults: list[Fault] = []
    models = _read_models(_text_of(None, MODELS, faults), faults)
    if models is None:
        raise ConfigError(faults)
    return models


def _read_models(named: _NamedText | None, faults: list[Fault]) -> Models | None:
    if named is None:
        return None
    name, text = named
    try:
        return TypeAdapter(Models).validate_json(text)
    except ValidationError as error:
        faults += (Fault(name, None, ".".join(map(str, e["loc"])), value_fault(e)) for e in error.errors())
        return None


def _read_rules(
    named: _NamedText | None, kind: type[T], check: Callable[[T, Faults], None], faults: list[Fault]
) -> T | None:
    if named is None:
        return None
    name, text = named
    sound = _SOUND.get(text)
    if isinstance(sound, kind):
        return sound
    try:
        rules, problems = read_toml(text, kind, name=name)
    except ConfigError as error:
        faults += error.faults
        return None
    check(rules, problems)
    if problems.all:
        faults += problems.all
    else:
        _SOUND.add(text, rules)
    return rules


def _check_places(gazetteer: Gazetteer, faults: Faults) -> None:
    ids: set[str] = set()
    earlier = {place.name for place in gazetteer.place if place.until}
    for i, place in enumerate(gazetteer.place):
        if place.id in ids:
            faults.add(("place", i, "id"), mark("{name!r} is used twice"), name=place.id)
        ids.add(place.id)
        for form in (place.name, *place.forms, *place.strong_forms, *place.foreign):
            if len(form.strip()) < 2:
                faults.add(("place", i), mark("{found!r} is too short for a name"), found=form)
        if place.since and place.until and place.since > place.until:
            faults.add(("place", i, "since"), mark("is later than its 'until'"))
        for name_of_unit in place.former:
            if name_of_unit not in earlier:
                faults.add(("place", i, "former"), mark("no place with 'until' is named {found!r}"), found=name_of_unit)


def _check_topics(topics: TopicRules, faults: Faults) -> None:
    ids: set[str] = set()
    for i, topic in enumerate(topics.topic):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", topic.id):
            faults.add(("topic", i, "id"), mark("small letters, digits and '_' only, found {found!r}"), found=topic.id)
        if topic.id in ids:
            faults.add(("topic", i, "id"), mark("{name!r} is used twice"), name=topic.id)
        ids.add(topic.id)
        for language, terms in topic.terms.items():
            for term in (*terms.sure, *terms.terms, *terms.weak, *terms.not_in):
                if not term.strip(" *"):
                    faults.add(("topic", i, "terms", language), mark("{found!r} is no term"), found=term)
