"""opinion_model.json and opinion_examples.json of a configuration folder, or the packaged ones."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import TypeAdapter, ValidationError

from config.faults.errors import ConfigError, Fault
from config.faults.words import value_fault
from config.load import resolve
from pipeline.i18n.catalogs import mark
from pipeline.opinion.examples import Example, Examples
from pipeline.opinion.model import OpinionModel

if TYPE_CHECKING:
    from pipeline.opinion.encoder import Vectors

#: File of the weights that `diembao train` writes, and that of the examples with their vectors.
OPINION, EXAMPLES = "opinion_model.json", "opinion_examples.json"


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """The file of the examples; a vector is its numbers as signed bytes, the greatest 127, in base64."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    encoder: str
    examples: tuple[Example, ...]
    vectors: tuple[str, ...]


def load_opinion_model(directory: Path | None) -> OpinionModel:
    """Return the weights of the second opinion. Raises ConfigError."""
    return _parse_model(*resolve(directory, OPINION))


@lru_cache(maxsize=2)
def _parse_model(name: str, text: str) -> OpinionModel:
    try:
        return TypeAdapter(OpinionModel).validate_json(text)
    except ValidationError as error:
        raise ConfigError(_faults(name, error)) from error


def dump_opinion_model(model: OpinionModel) -> str:
    """Return the text of opinion_model.json."""
    return TypeAdapter(OpinionModel).dump_json(model).decode() + "\n"


def load_examples(directory: Path | None, encoder: str) -> Examples:
    """Return the labelled examples; without vectors where those are of another encoder. Raises ConfigError."""
    return _parse_examples(*resolve(directory, EXAMPLES), encoder)


@lru_cache(maxsize=2)
def _parse_examples(name: str, text: str, encoder: str) -> Examples:
    try:
        file = TypeAdapter(ExampleFile).validate_json(text)
    except ValidationError as error:
        raise ConfigError(_faults(name, error)) from error
    if file.encoder != encoder:
        return Examples(file.examples)
    import numpy as np

    try:
        vectors = np.array([_vector(row) for row in file.vectors])
    except (binascii.Error, ValueError) as error:
        raise ConfigError([Fault(name, None, "vectors", mark("is no base64"))]) from error
    if len(vectors) != len(file.examples):
        raise ConfigError([Fault(name, None, "vectors", mark("are not as many as the examples"))])
    return Examples(file.examples, vectors)


def dump_examples(encoder: str, examples: tuple[Example, ...], vectors: Vectors) -> str:
    """Return the text of opinion_examples.json."""
    import numpy as np

    rows = tuple(
        base64.b64encode(np.round(vector / np.abs(vector).max() * 127).astype(np.int8).tobytes()).decode()
        for vector in vectors
    )
    return TypeAdapter(ExampleFile).dump_json(ExampleFile(encoder, examples, rows), indent=1).decode() + "\n"


def _vector(row: str) -> Vectors:
    import numpy as np

    numbers = np.frombuffer(base64.b64decode(row, validate=True), dtype=np.int8).astype(np.float32)
    return (numbers / np.linalg.norm(numbers)).astype(np.float32)


def _faults(name: str, error: ValidationError) -> list[Fault]:
    return [Fault(name, None, ".".join(map(str, e["loc"])), value_fault(e)) for e in error.errors()]
