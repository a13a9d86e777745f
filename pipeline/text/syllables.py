"""Word → whether it can be a Vietnamese syllable, by its letters without diacritics."""

import re
import unicodedata
from functools import lru_cache

# Onsets (one or none) and rhymes of all Vietnamese syllables, without diacritics.
_SYLLABLE = re.compile(
    r"(?:b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|q|qu|r|s|t|th|tr|v|x)?"
    r"(?:a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|e|ec|em|en|eng|eo|ep|et|eu|ech|enh|i|ia|ich|iec|iem|ien|ieng|iep|iet"
    r"|ieu|im|in|inh|ip|it|iu|o|oa|oac|oach|oai|oam|oan|oang|oanh|oat|oay|oc|oe|oen|oet|oi|om|on|ong|ooc|op|ot|u|ua|uan"
    r"|uang|uat|uay|uc|ue|uech|uenh|ui|um|un|ung|uo|uoc|uoi|uom|uon|uong|uop|uot|uou|up|ut|uu|uy|uya|uyen|uyet|uynh|uych"
    r"|uyt|uyu|y|yem|yen|yet|yeu|ynh|yt)$"
)


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Whether `word`, of letters only, has the spelling of a Vietnamese syllable, with or without diacritics."""
    letters = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return bool(_SYLLABLE.match("".join(c for c in letters if not unicodedata.combining(c))))
