"""[encoder] of settings.toml: the model of sentence embeddings that gives a second opinion on topics and tone."""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from config.engines.server_address import check_server_address
from config.load import Faults
from pipeline.i18n.catalogs import mark

_FORBID = {"extra": "forbid"}
_SECRET = re.compile(r"[A-Z][A-Z0-9_]*")
#: Name of the model that the packaged weights were fitted to.
PACKAGED_MODEL = "multilingual-e5-small"


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """[encoder]: what reads articles about the province a second time (diembao.encoding)."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: 'auto': the local model where the extra `encoder` is installed, else none; 'local'; 'openai': an endpoint of
    #: embeddings that the office runs; 'none'.
    backend: Literal["auto", "local", "openai", "none"] = "auto"
    #: Address of the server, up to and with /v1.
    address: str = ""
    #: Name of the model, as the server calls it.
    model: str = PACKAGED_MODEL
    #: What stands before each text, as the model was trained.
    prefix: str = "query: "
    #: Name of the secret with the key of the server; there need not be one.
    secret: str = "DIEMBAO_ENCODER_KEY"
    #: Whether the server may be outside private networks: the texts then leave the house.
    allow_public: bool = False
    #: Seconds that one text may take.
    seconds_per_text: float = 5.0


def check_encoder_settings(settings: EncoderSettings, faults: Faults) -> None:
    """Add what in [encoder] cannot be meant; names of servers are not resolved."""
    if settings.seconds_per_text <= 0:
        faults.add(("encoder", "seconds_per_text"), mark("too small: {found}"), found=settings.seconds_per_text)
    if not _SECRET.fullmatch(settings.secret):
        faults.add(
            ("encoder", "secret"),
            mark("the name of a secret, e.g. {example}, not the secret itself"),
            example="DIEMBAO_ENCODER_KEY",
        )
    if settings.backend != "openai":
        return
    if not settings.model.strip():
        faults.add(("encoder", "model"), mark("is empty"))
    check_server_address("encoder", settings.address, faults, allow_public=settings.allow_public)
