"""[encoder] of settings.toml → the encoder that it names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from diembao.encoding.local import LocalEncoder, is_installed
from storage.derived.kept_vectors import KeptVectors

if TYPE_CHECKING:
    from pathlib import Path

    from config.engines.encoder import EncoderSettings
    from pipeline.opinion.encoder import Encoder

#: Environment variable that turns the encoder off for one run, with the value 'none'.
SWITCH = "DIEMBAO_ENCODER"


def choose_encoder(settings: EncoderSettings, home: Path | None) -> Encoder | None:
    """Return the encoder of the settings, not yet loaded or asked; None where there is to be none.

    Its vectors are kept below the home folder, where there is one.
    """
    backend = "none" if os.environ.get(SWITCH) == "none" else settings.backend
    if backend == "auto":
        backend = "local" if is_installed() else "none"
    if backend == "none":
        return None
    encoder: Encoder = LocalEncoder() if backend == "local" else _endpoint(settings)
    return KeptVectors(encoder, home / "cache" / "vectors.sqlite" if home is not None and home.is_dir() else None)


def _endpoint(settings: EncoderSettings) -> Encoder:
    from diembao.encoding.endpoint import EndpointEncoder  # with an HTTP client, which is slow to read in

    return EndpointEncoder(settings)
