"""places.toml and topics.toml of a configuration folder → the Rulebook, or one ConfigError that lists every fault."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from config.fault_words import value_fault
from config.load import ConfigError, Fault, Faults, read_toml, resolve
from pipeline.i18n.catalogs import mark
from pipeline.rules.linear_models import Models
from pipeline.rules.rulebook import Gazetteer, Rulebook, TopicRules, rulebook

T = TypeVar("T")

#: File of the weights that `diembao train` writes, beside the two files that people write.
MODELS = "topic_model.json"


def load_rulebook(directory: Path | None = None) -> Rulebook:
    """Read the rules of `directory`; the packaged file stands in for a missing one.

    Raises ConfigError with the faults of all files.
    """
    faults: list[Fault] = []
    places = _read_rules(directory, "places.toml", Gazetteer, _check_places, faults)
    topics = _read_rules(directory, "topics.toml", TopicRules, _check_topics, faults)
    models = _read_models(directory, faults)
    if places is None or topics is None or models is None or faults:
        raise ConfigError(faults)
    return rulebook(places, topics, models)


@cache
def packaged_models() -> Models:
    """Return the models packaged with diembao. Raises ConfigError."""
    faults: list[Fault] = []
    models = _read_models(None, faults)
    if models is None:
        raise ConfigError(faults)
    return models


def _read_models(directory: Path | None, faults: list[Fault]) -> Models | None:
    try:
        name, text = resolve(directory, MODELS)
    except ConfigError as error:
        faults += error.faults
        return None
    try:
        return TypeAdapter(Models).validate_json(text)
    except ValidationError as error:
        faults += (Fault(name, None, ".".join(map(str, e["loc"])), value_fault(e)) for e in error.errors())
        return None


def _read_rules(
    directory: Path | None,
    file: str,
    kind: type[T],
    check: Callable[[T, Faults], None],
    faults: list[Fault],
) -> T | None:
    try:
        name, text = resolve(directory, file)
        rules, problems = read_toml(text, kind, name=name)
    except ConfigError as error:
        faults += error.faults
        return None
    check(rules, problems)
    faults += problems.all
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
