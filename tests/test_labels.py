"""Labels: the words of digest and report, from the gettext catalogues."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from analysis.documents.labels import labels
from pipeline.i18n.catalogs import find_code, translate_code
from pipeline.i18n.language import LANGUAGES, Language


def entries(language: Language) -> dict[tuple[str, str], str]:
    path = Path(__file__).parents[1] / "pipeline/i18n/locales" / language / "LC_MESSAGES/diembao.po"
    with path.open("rb") as stream:
        return {(m.context, str(m.id)): str(m.string) for m in read_po(stream) if m.id and m.context}


def test_every_label_has_words_and_the_same_fields_in_both_languages() -> None:
    vietnamese, english = (entries(language) for language in ("vi", "en"))
    assert vietnamese.keys() == english.keys()
    assert all([*vietnamese.values(), *english.values()])
    fields = re.compile(r"\{(\w+)\}")
    # "month" has a number in Vietnamese and a name in English; "one" may leave its number out.
    free = {("report", "period_month"), ("label", "weekday_mean.one")}
    different = {
        code for code in english if set(fields.findall(vietnamese[code])) != set(fields.findall(english[code]))
    }
    # The English reasons of relevance leave out how often a name stands in the text.
    assert {code for code in different if code[0] != "relevance-reason"} <= free


def test_one_and_many() -> None:
    assert labels("en").say("numbers_of", n=1) == "1 article"
    assert labels("en").say("numbers_of", n=2) == "2 articles"
    assert labels("vi").say("numbers_of", n=1) == "1 tin, bài"


def test_missing_label_is_an_error_and_missing_code_is_itself() -> None:
    with pytest.raises(KeyError, match="no_such_label"):
        labels("vi").say("no_such_label")
    assert translate_code("reason", "no_such_reason") == "no_such_reason"
    assert translate_code("reason", "") == ""
    # The English words of this code equal the code.
    assert find_code("report", "others", language="en") == "others"


def test_country_that_the_press_names_otherwise_than_cldr() -> None:
    assert (labels("vi").country("GB"), labels("en").country("GB")) == ("Anh", "United Kingdom")
    assert labels("vi").country("FR") == "Pháp"
    assert labels("vi").country("XX") == "XX"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_administrative_form_is_vietnamese(language: Language) -> None:
    assert find_code("letterhead", "motto", language=language) == "Độc lập - Tự do - Hạnh phúc"
