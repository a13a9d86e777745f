"""Foreign JSON → values whose texts can be stored and printed."""

import json
from typing import Any

_DECODER = json.JSONDecoder(strict=False)


def loads_json(text: str) -> Any:
    """Return the value of a JSON text, with control characters allowed and unpaired surrogates removed.

    Programs that cut a text to a length leave half an emoji at its end. Raises ValueError and RecursionError.
    """
    return _without_surrogates(json.loads(text, strict=False), text)


def decode_json(text: str, start: int) -> tuple[Any, int]:
    """Return the value that begins at character `start` and the position behind it; raises like `loads_json`."""
    value, end = _DECODER.raw_decode(text, start)
    return _without_surrogates(value, text[start:end]), end


def _without_surrogates(value: Any, text: str) -> Any:
    if "\\ud" in text or "\\uD" in text:
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "ignore"))
    return value
