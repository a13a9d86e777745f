"""What was found out about one part of the machine."""

from dataclasses import dataclass
from typing import Literal

#: Verdict on one thing that diembao needs.
Verdict = Literal["ok", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one thing that diembao needs, in the language of this run."""

    what: str
    verdict: Verdict
    text: str
    #: what to do; '' for the verdict ok
    do: str = ""
