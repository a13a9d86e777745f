"""[translation] of settings.toml → the engine that it names, and what there is to say of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.engines.translation import TARGET
from diembao.system.secrets import secret
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

if TYPE_CHECKING:
    from config.engines.translation import TranslationSettings
    from diembao.translation.translator import Translator

__all__ = ["TARGET", "address_fault", "house_notes", "open_translator"]


def open_translator(settings: TranslationSettings) -> Translator | None:
    """Return the engine of the settings, not yet asked for anything; None where nothing is to be translated.

    Raises SecretError for a key that cannot be read.
    """
    if settings.backend == "none":
        return None
    if settings.backend == "ctranslate2":
        from diembao.translation.ctranslate import FolderTranslator

        return FolderTranslator(Path(settings.folder), settings.model, settings.version)
    from diembao.translation.chat import ChatTranslator
    from diembao.translation.guarded_http import GuardedClient
    from diembao.translation.libretranslate import LibreTranslator

    key = secret(settings.secret)
    bearer = key if settings.backend == "openai" else None
    client = GuardedClient(settings.address, key=bearer, allow_public=settings.allow_public)
    if settings.backend == "openai":
        return ChatTranslator(client, settings.model, settings.version, settings.seconds_per_text)
    return LibreTranslator(client, settings.model, settings.version, key, settings.seconds_per_text)


def address_fault(settings: TranslationSettings) -> Message | None:
    """Return why the server must not or cannot be asked, its name resolved; None for nothing."""
    if not settings.is_remote:
        return None
    from diembao.translation.guarded_http import RefusedAddress, private_addresses

    parts = urlsplit(settings.address)
    host = parts.hostname or ""
    try:
        private_addresses(
            host, parts.port or (443 if parts.scheme == "https" else 80), allow_public=settings.allow_public
        )
    except RefusedAddress as error:
        message: Message = error.args[0]
        return message
    except OSError:
        return Message(mark("{host}: no server of this name is found"), host=host)
    return None


def house_notes(settings: TranslationSettings) -> tuple[Message, ...]:
    """Return what readers are told of how texts are translated: that they leave the house, where they may."""
    if not settings.leaves_the_house:
        return ()
    host = urlsplit(settings.address).hostname or ""
    return (
        Message(mark("Foreign articles are sent to {host} to be translated: their texts leave the house."), host=host),
    )
