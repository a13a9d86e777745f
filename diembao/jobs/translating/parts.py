"""An article → its texts that are translated, each as one plain text, and their hashes."""

import hashlib
from collections.abc import Mapping

from analysis.digest.excerpt import excerpt, strip_markup, visible
from pipeline.records import Item
from pipeline.records.translations import TextPart
from pipeline.text.line_length import cut_line
from pipeline.text.normalize import normalise

#: Characters of a lead and of a whole text at most.
_LEAD, _TEXT = 1_000, 20_000


def texts_of(item: Item) -> dict[TextPart, str]:
    """Return the texts of an article, without those that it lacks; title, lead and excerpt are on one line each."""
    article = item.article
    whole = "\n".join(" ".join(line.split()) for line in normalise(article.text).split("\n"))
    texts: Mapping[TextPart, str] = {
        "title": visible(normalise(article.title)),
        "lead": cut_line(" ".join(normalise(article.lead).split()), _LEAD),
        "excerpt": " ".join(normalise(strip_markup(excerpt(item))).split()),
        "text": whole.strip()[:_TEXT],
    }
    # An article without any text has an empty title: it is listed, so that it is not asked for again and again.
    present: dict[TextPart, str] = {part: text for part, text in texts.items() if text}
    return present or {"title": ""}


def hashes_of(texts: Mapping[TextPart, str]) -> dict[TextPart, str]:
    """Return the SHA-256 of each text, in hexadecimal digits."""
    return {part: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for part, text in texts.items()}


def language_of(item: Item) -> str:
    """Return the language of an article without its region; '' where it is not known."""
    language = item.language.split("-")[0]
    return "" if language == "und" else language
