"""The model's chance that the province is the subject of a text → main or mention, and the score that is stored.

Texts that name no place of the province are irrelevant whatever the model says; their scores are below RELEVANT.
"""

from pipeline.records import Relevance

#: Chance from which on the province is the subject of a text
MAIN_CHANCE = 0.5
#: Lowest score of a relevant text
RELEVANT = 0.5


def grade(chance: float) -> tuple[Relevance, float]:
    """Return the grade of a text that names the province, and its score from RELEVANT to 1."""
    return ("main" if chance >= MAIN_CHANCE else "mention"), RELEVANT + chance * (1 - RELEVANT)
