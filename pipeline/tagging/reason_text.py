"""The reason of a relevance verdict → a sentence in Vietnamese or English."""

from collections.abc import Mapping
from dataclasses import replace

from pipeline.i18n.catalogs import find_code, translate_code
from pipeline.i18n.language import Language
from pipeline.records import VerdictReason


def relevance_reason_text(reason: VerdictReason, language: Language | None = None) -> str:
    """Return the sentence for a reason in `language` (default: that of this context); '' for an empty sentence.

    Codes are those of judge_relevance, 'decided' of a person, and 'text' with the sentence itself as parameter.
    """
    code, parameters = reason.code, dict(reason.parameters)
    if code == "decided" and not parameters.get("who"):
        parameters["who"] = translate_code("relevance-names", "reviewer", language=language)
    if "names" in parameters:
        parameters["names"] = _names_text(reason, language)
    if "where" in parameters:
        parameters["where"] = translate_code("relevance-where", str(parameters["where"]), language=language)
    if code == "decided" and parameters.get("note"):
        code = "decided_note"
        parameters["note"] = note_words(str(parameters["note"]), language)
    return translate_code("relevance-reason", code, language=language, **parameters)


def with_full_name(reason: VerdictReason, people: Mapping[str, str]) -> VerdictReason:
    """Return a reason; where a person decided, with the full name that `people` has for the name to sign in with."""
    who = str(reason.parameters.get("who", ""))
    return replace(reason, parameters={**reason.parameters, "who": people[who]}) if who in people else reason


def without_name(reason: VerdictReason) -> VerdictReason:
    """Return a reason without the name of who decided: what leaves the house names nobody's account."""
    return replace(reason, parameters={**reason.parameters, "who": ""}) if "who" in reason.parameters else reason


def note_words(note: str, language: Language | None = None) -> str:
    """Return what a person noted at a decision; in words where it is the code of a rejection's reason."""
    return find_code("reject-reason", note, language=language) or note


def _names_text(reason: VerdictReason, language: Language | None) -> str:
    """Return the names as quoted in a sentence, e.g. '“Cà Ná”, “Phan Rang”, “Ninh Hải” và 2 tên khác'."""
    names, others = reason.parameters["names"], reason.parameters.get("others", 0)
    assert isinstance(names, tuple)
    text = ", ".join(f"“{name}”" for name in names)
    if others:
        text = translate_code("relevance-names", "more", language=language, names=text, others=others)
    if reason.parameters.get("unaccented"):
        text = translate_code("relevance-names", "unaccented", language=language, names=text)
    return text
