"""Messages with both languages beside each other: what is left of them until every room asks the catalogues."""

from pipeline.i18n.catalogs import translate_code
from pipeline.i18n.language import current_language


def say(vi: str, en: str) -> str:
    """Return the text in the language of this run."""
    return en if current_language() == "en" else vi


def reason(name: str) -> str:
    """Return a pipeline.records.Reason in words."""
    return translate_code("reason", name)


#: context of the ways out of crawlers.downloader.browser.missing_browser()
BROWSER = "missing browser"


def word(context: str, key: str) -> str:
    return translate_code(context, key)
