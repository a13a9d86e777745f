"""[translation] of settings.toml: what puts foreign articles into Vietnamese, and where it is."""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from config.engines.server_address import check_server_address
from config.load import Faults
from pipeline.i18n.catalogs import mark

_FORBID = {"extra": "forbid"}
_SECRET = re.compile(r"[A-Z][A-Z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
#: Language of the translations: that of the readers.
TARGET = "vi"


@dataclass(frozen=True, slots=True)
class TranslationSettings:
    """[translation]: the engine that translates foreign articles (diembao.translation)."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: 'openai': an endpoint of chat completions; 'libretranslate'; 'ctranslate2': a model in `folder`.
    backend: Literal["none", "openai", "libretranslate", "ctranslate2"] = "none"
    #: Address of the server, for 'openai' up to and with /v1.
    address: str = ""
    #: Name of the model, as the server calls it; of 'libretranslate' and 'ctranslate2' as the documents show it.
    model: str = ""
    #: Version of the model; another one translates anew.
    version: str = ""
    #: Name of the secret with the key of the server; there need not be one.
    secret: str = "DIEMBAO_TRANSLATION_KEY"
    #: Folder of a CTranslate2 model, or of one folder for each language.
    folder: str = ""
    #: Whether the server may be outside private networks: the texts then leave the house.
    allow_public: bool = False
    #: Seconds that one text may take.
    seconds_per_text: float = 60.0
    #: Articles that one run translates at most.
    per_run: int = 40
    #: Days since publication within which articles are translated.
    within_days: int = 7
    #: Languages of the articles, without region; empty: all but Vietnamese.
    languages: tuple[str, ...] = ()

    @property
    def is_remote(self) -> bool:
        """Whether texts are sent to a server."""
        return self.backend in ("openai", "libretranslate")

    @property
    def leaves_the_house(self) -> bool:
        """Whether texts may go to a server outside private networks."""
        return self.is_remote and self.allow_public


def check_translation_settings(settings: TranslationSettings, faults: Faults) -> None:
    """Add what in [translation] cannot be meant; names of servers are not resolved."""
    for key, least in (("seconds_per_text", 1), ("per_run", 1), ("within_days", 1)):
        if (value := getattr(settings, key)) < least:
            faults.add(("translation", key), mark("too small: {found}"), found=value)
    if not _SECRET.fullmatch(settings.secret):
        faults.add(
            ("translation", "secret"),
            mark("the name of a secret, e.g. {example}, not the secret itself"),
            example="DIEMBAO_TRANSLATION_KEY",
        )
    for language in settings.languages:
        if not _LANGUAGE.fullmatch(language) or language == TARGET:
            faults.add(
                ("translation", "languages"),
                mark("no code of a foreign language, e.g. 'ko': {found!r}"),
                found=language,
            )
    if settings.backend == "ctranslate2" and not settings.folder.strip():
        faults.add(("translation", "folder"), mark("is empty"))
    if settings.backend == "openai" and not settings.model.strip():
        faults.add(("translation", "model"), mark("is empty"))
    if settings.is_remote:
        check_server_address("translation", settings.address, faults, allow_public=settings.allow_public)
