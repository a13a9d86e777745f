"""Foreign JSON → values whose texts can be stored and printed."""

import json
from typing import Any


def loads_json(text: str) -> Any:
    """Return the value of a JSON text, with control characters allowed and unpaired surrogates removed.

    Programs that cut a text to a length leave half an emoji at its end. Raises ValueError and RecursionError.
    """
    value = json.loads(text, strict=False)
    if "\\ud" in text or "\\uD" in text:
        value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "ignore"))
    return value
