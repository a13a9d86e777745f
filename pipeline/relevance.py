"""Places found in a text → whether it is about the province (main, mention, no), how surely, and why."""

import math
import re
from dataclasses import dataclass

from pipeline.places import Found, Mention
from pipeline.records import Relevance
from pipeline.rules import Rulebook


@dataclass(frozen=True, slots=True)
class Judged:
    relevance: Relevance
    #: 0 to 1
    score: float
    reason: str
    #: the mentions that count
    mentions: tuple[Mention, ...]


def judge(found: Found, rules: Rulebook) -> Judged:
    """Grade a text by its mentions."""
    ms = found.mentions
    if not any(m.strong for m in ms):
        return Judged("no", 0.02, f"Không thấy tên {rules.places.province.name}.", ())
    title = any(m.where == "title" for m in ms)
    lead = any(m.where == "text" and m.start < found.text.lead_end for m in ms)
    n = len(ms)
    main = title or (lead and n >= 2) or n >= 5
    return Judged("main" if main else "mention", 0.9 if main else 0.6, "", ms)
