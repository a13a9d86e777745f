"""The rules of an installation with the second opinion that its settings ask for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from config.opinion import load_examples, load_opinion_model
from config.rulebook import load_rulebook
from diembao.encoding.choose import choose_encoder
from pipeline.opinion.second_opinion import SecondOpinion
from pipeline.rules.rulebook import with_opinion

if TYPE_CHECKING:
    from pathlib import Path

    from config.engines.encoder import EncoderSettings
    from pipeline.rules.rulebook import Rulebook


def load_rules(config: Path | None, settings: EncoderSettings, home: Path | None) -> Rulebook:
    """Read the rules of a configuration folder; None: the packaged ones. Raises ConfigError.

    They have a second opinion where the settings name an encoder and the weights are for its model.
    """
    rules = load_rulebook(config)
    encoder = choose_encoder(settings, home)
    if encoder is None:
        return rules
    model = load_opinion_model(config)
    if model.encoder != encoder.name:
        return rules
    return with_opinion(rules, SecondOpinion(encoder, model, partial(load_examples, config, model.encoder)))
