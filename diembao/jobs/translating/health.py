"""The engine of translation → what is wrong with it, for the status, the alerts and the doctor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.i18n.catalogs import translate
from pipeline.i18n.notices import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from config.engines.translation import TranslationSettings
    from storage.database import Database

#: Time after which a status calls an engine that does not work a trouble.
DOWN = timedelta(days=1)


def engine_trouble(
    storage: Database, settings: TranslationSettings, at: datetime, zone: ZoneInfo, least: timedelta = DOWN
) -> str:
    """Return that the engine has not worked for so long, and what to do; '' where it has, or none is configured."""
    if settings.backend == "none":
        return ""
    since = storage.translations.failing_since()
    if since is None or at - since < least:
        return ""
    return translate(
        "Nothing has been translated since {time:%H:%M %d/%m}: diembao translate says why; meanwhile foreign articles "
        "stand in the digest as they were printed",
        time=since.astimezone(zone),
    )


def engine_causes(
    storage: Database, config: Path, at: datetime, zone: ZoneInfo, hours: float
) -> Iterator[tuple[str, str]]:
    """Yield the cause and the text of an alert where the engine has not worked for so many hours.

    `config`: the folder of settings.toml. Raises ConfigError.
    """
    from config.settings import load_settings

    settings = load_settings(config if config.exists() else None).translation
    if trouble := engine_trouble(storage, settings, at, zone, timedelta(hours=hours)):
        yield "translation", trouble


def engine_fault(settings: TranslationSettings) -> str:
    """Ask the engine what it is; return why it cannot be used, in the language of the context, or ''."""
    from diembao.system.secrets import SecretError
    from diembao.translation.engine import open_translator
    from diembao.translation.translator import EngineDown

    try:
        translator = open_translator(settings)
    except SecretError as error:
        return str(error)
    if translator is None:
        return ""
    try:
        translator.describe()
    except EngineDown as error:
        return str(shown(error.args[0]))
    finally:
        translator.close()
    return ""
