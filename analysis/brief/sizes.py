"""How much a brief tells: the sizes among which the one that keeps to its page is taken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BriefSize:
    """How much a brief tells, so that it keeps to its page."""

    #: letters of the sentences of each matter
    told: int
    #: matters that ask for attention
    attention: int
    #: topics of the foreign press
    foreign: int
    #: matters listed as new, and as continued
    listed: int
    #: letters of a headline
    headline: int
    #: outlets named of a matter, and sources named that failed
    names: int


#: From most to least: the first that fits is taken. Those of ROOMY tell all that a brief should: among them one is
#: sought that fits where a wider typeface stands in for Times New Roman, too.
ROOMY = (
    BriefSize(260, 5, 4, 3, 130, 4),
    BriefSize(250, 5, 3, 2, 130, 4),
    BriefSize(240, 4, 3, 1, 120, 3),
)
SIZES = (
    *ROOMY,
    BriefSize(200, 4, 3, 1, 110, 3),
    BriefSize(160, 3, 2, 1, 100, 3),
    BriefSize(120, 2, 1, 1, 80, 1),
)
