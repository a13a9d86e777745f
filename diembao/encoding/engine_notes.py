"""The encoder → why it cannot be used, and what readers are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, shown
from pipeline.opinion.encoder import EncoderFailed

if TYPE_CHECKING:
    from config.engines.encoder import EncoderSettings
    from pipeline.opinion.encoder import Encoder


def encoder_fault(encoder: Encoder) -> str:
    """Let the encoder read a word; return why it cannot, in the language of the context, or ''."""
    try:
        encoder.encode(["test"])
    except EncoderFailed as error:
        return str(shown(error.args[0]))
    return ""


def encoder_notes(settings: EncoderSettings) -> tuple[Message, ...]:
    """Return what readers are told of how texts are read: that they leave the house, where they may."""
    if settings.backend != "openai" or not settings.allow_public:
        return ()
    host = urlsplit(settings.address).hostname or ""
    return (
        Message(mark("Articles are sent to {host} to be read a second time: their texts leave the house."), host=host),
    )
