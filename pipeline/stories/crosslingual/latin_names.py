"""Text of any language → the foreign names in Latin letters that it holds: 'AEON', 'Ocean Star', 'NovaGrid'.

News in Chinese, Korean or Russian gives names of firms and ships in Latin letters, and Vietnamese news does so too. The
Vietnamese names of places and persons are left out: the gazetteer and the anchors of a fingerprint hold those.
"""

import re
import zlib

import numpy as np

from pipeline.stories.term_weights import Hashes
from pipeline.text.normalize import strip_diacritics

_WORD = re.compile(r"(?<![^\W_])[A-ZÀ-ÖØ-ÞĐ][A-Za-zÀ-ÖØ-öø-ÿĐđ]*[A-Za-zÀ-ÖØ-öø-ÿ](?:[A-Z][a-z]+)*")
#: Shape of a Vietnamese syllable without diacritics
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:ieu|yeu|oai|oay|uoi|uou|uay|uya|uye|oeo|uyu|ia|ie|iu|ua|uo|ue|uy|ui|uu|oa|oe|oi|oo|eo|eu|ao|au|ai|ay|ya|ye|[aeiouy])"
    r"(?:ch|ng|nh|[cmnpt])?"
)
#: Names that most foreign reports hold, and words that stand with a capital without being a name
_COMMON = frozenset(
    ["vietnam", "vietnamese", "vietnams", "vietnamesische", "vietnamesischen", "asia", "asie", "asien", "europe", "usd",
     "vnd", "dong", "minh", "city", "ville", "january", "february", "march", "april", "june", "july", "august",
     "september", "october", "november", "december", "januar", "februar", "juni", "juli", "oktober", "dezember",
     "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "covid", "gdp", "the", "mwp", "kwp",
     "gwh", "mwh", "province", "project", "national", "international", "group", "company", "chief", "president",
     "director", "ministry", "minister", "park", "hotel", "resort", "dalat", "saigon", "hanoi", "danang"]
)  # fmt: skip


def latin_names(title: str, text: str) -> Hashes:
    """Return the hashes of the foreign names in a normalised text, sorted."""
    words = {strip_diacritics(match[0]).lower() for match in _WORD.finditer(f"{title}\n{text}")}
    names = {word for word in words if len(word) > 2 and word not in _COMMON and _SYLLABLE.fullmatch(word) is None}
    return np.array(sorted(zlib.crc32(name.encode()) for name in names), np.uint32)
