"""The backend 'libretranslate': a server of the LibreTranslate protocol."""

from collections.abc import Sequence
from typing import Any

from diembao.translation.guarded_http import GuardedClient
from diembao.translation.name_forms import with_known_names
from diembao.translation.translator import EngineDown, Hint, TextFailed
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.translations import Engine

_ASKING = 10.0
#: Codes under which servers know a language besides our own.
_ALSO = {"zh": ("zh", "zh-Hans"), "pt": ("pt", "pt-BR")}


class LibreTranslator:
    """One server; names that must be kept stand in the text in their Vietnamese form before it is sent."""

    def __init__(self, client: GuardedClient, model: str, version: str, key: str | None, seconds: float) -> None:
        self._client, self._key, self._seconds = client, key, seconds
        self._engine = Engine("libretranslate", model or "libretranslate", version)
        #: Code of a source language → codes of the languages into which it is translated.
        self._pairs: dict[str, frozenset[str]] = {}

    def describe(self) -> Engine:
        """See Translator. The server is asked for its languages."""
        try:
            answer = self._client.get("/languages", min(self._seconds, _ASKING))
        except TextFailed as error:
            message = mark("the server does not answer as one of its kind does ({cause})")
            raise EngineDown(Message(message, cause=str(error))) from error
        for one in answer if isinstance(answer, list) else []:
            if isinstance(one, dict):
                self._pairs[str(one.get("code", ""))] = _targets(one.get("targets"))
        if not self._pairs:
            raise EngineDown(Message(mark("the server names no language that it translates")))
        return self._engine

    def translate(self, text: str, source: str, target: str, hints: Sequence[Hint] = (), /) -> str:
        """See Translator."""
        if not self._pairs:
            self.describe()
        code = next((code for code in _ALSO.get(source, (source,)) if target in self._pairs.get(code, ())), None)
        if code is None:
            raise TextFailed("language", f"{source} → {target}")
        body = {"q": with_known_names(text, hints), "source": code, "target": target, "format": "text"}
        if self._key:
            body["api_key"] = self._key
        answer = self._client.post("/translate", body, self._seconds)
        translated = answer.get("translatedText") if isinstance(answer, dict) else None
        if not isinstance(translated, str):
            raise TextFailed("malformed", "no translatedText")
        return translated.strip()

    def close(self) -> None:
        self._client.close()


def _targets(named: Any) -> frozenset[str]:
    """Return the codes of target languages; servers before 1.3 name none, and translate into every language."""
    return frozenset(map(str, named)) if isinstance(named, list) else frozenset({"vi"})
