"""opinion_model.json: the weights by which vectors, words and rules together give topics and tone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

_FORBID: dict[str, str] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class OpinionWeights:
    """One logistic model; the vectors are standardised before they are weighed (OpinionModel.centre, spread)."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    bias: float = 0.0
    #: of the numbers that the rules give
    features: tuple[float, ...] = ()
    #: of the vector of title and lead
    head: tuple[float, ...] = ()
    #: of the same vector, times how far the province is the subject
    subject: tuple[float, ...] = ()
    #: of the vector of the passages that name the province, times how far it is only mentioned
    passage: tuple[float, ...] = ()
    #: of words and pairs of words in title and lead
    words: Mapping[str, float] = field(default_factory=dict)
    #: least chance of what is assigned
    threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class OpinionModel:
    """What `diembao train` measured on labelled text with the vectors of one encoder; weights only, no text."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: name of the encoder; '': no weights, so there is no second opinion
    encoder: str = ""
    #: what it was trained on, for people
    trained_on: str = ""
    #: mean and standard deviation of each dimension
    centre: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    #: word or pair of words → inverse document frequency
    idf: Mapping[str, float] = field(default_factory=dict)
    #: topic → weights; their features are the log odds by the rules, of this topic and of all in this order
    topics: Mapping[str, OpinionWeights] = field(default_factory=dict)
    #: 'positive', 'neutral', 'negative' → weights; their features are `tone_features`
    tone: Mapping[str, OpinionWeights] = field(default_factory=dict)
    tone_features: tuple[str, ...] = ()
