"""The backend 'openai': an endpoint of embeddings that the office runs (vLLM, llama.cpp, Ollama, infinity)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diembao.system.secrets import SecretError, secret
from diembao.translation.guarded_http import GuardedClient
from diembao.translation.translator import EngineDown, TextFailed
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.opinion.encoder import EncoderFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.engines.encoder import EncoderSettings
    from pipeline.opinion.encoder import Vectors


class EndpointEncoder:
    """One server of embeddings, asked by one connection of each process."""

    def __init__(self, settings: EncoderSettings) -> None:
        self.name = settings.model
        self._settings = settings
        self._client: GuardedClient | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_client": None}

    def encode(self, texts: Sequence[str], /) -> Vectors:
        """See Encoder."""
        body = {"model": self.name, "input": [f"{self._settings.prefix}{text}" for text in texts]}
        seconds = self._settings.seconds_per_text * max(1, len(texts))
        try:
            answer = self._connection().post("/embeddings", body, seconds)
        except (EngineDown, TextFailed, SecretError) as error:
            message = mark("the server of embeddings does not answer as it should ({cause})")
            raise EncoderFailed(Message(message, cause=str(error)[:200])) from error
        return _vectors(answer, len(texts))

    def _connection(self) -> GuardedClient:
        if self._client is None:
            key = secret(self._settings.secret)
            self._client = GuardedClient(self._settings.address, key=key, allow_public=self._settings.allow_public)
        return self._client


def _vectors(answer: Any, count: int) -> Vectors:
    """Return the vectors of an answer in the order of its `index`, of length 1. Raises EncoderFailed."""
    import numpy as np

    try:
        rows = sorted(answer["data"], key=lambda row: int(row["index"]))
        vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
            raise ValueError(f"{vectors.shape} for {count}")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not lengths.all():
            raise ValueError("0")
    except (KeyError, TypeError, ValueError) as error:
        message = mark("the server of embeddings does not answer as it should ({cause})")
        raise EncoderFailed(Message(message, cause=str(error)[:200])) from error
    result: Vectors = vectors / lengths
    return result
