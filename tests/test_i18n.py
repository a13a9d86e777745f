"""Every message of the program stands in both catalogues, and Vietnamese stands nowhere else in the code."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from pipeline.i18n.catalogs import translate, translate_code
from pipeline.i18n.language import LANGUAGES, Language, current_language, use_language

ROOT = Path(__file__).parent.parent
PACKAGES = ("pipeline", "config", "crawlers", "storage", "analysis", "diembao")
#: letters that of all languages only Vietnamese writes, and those it shares
VIETNAMESE = re.compile("[ăđơưĂĐƠƯàảãạáèẻẽẹéìỉĩịíòỏõọóùủũụúỳỷỹỵýâêô\u1ea0-\u1ef9]")
#: modules and folders whose Vietnamese is data about the language or the press, or the wording of an official form
LINGUISTIC = {
    "analysis/documents/sentences.py": "ends of sentences, credits of pictures, tags of agencies",
    "analysis/documents/blocks.py": "fixed wording of administrative documents (Decree 30/2020)",
    "analysis/documents/docx.py": "fixed wording of administrative documents (Decree 30/2020)",
    "analysis/report/keywords.py": "stop words",
    "diembao/demo/": "articles of the sample press",
    "pipeline/dates/": "names of months and days",
    "pipeline/extraction/": "phrases of pages that are no articles",
    "pipeline/html/": "phrases around an article",
    "pipeline/metadata/": "phrases around bylines, dates and titles",
    "pipeline/prefilter/": "spellings of place names",
    "pipeline/stories/": "names of agencies, phrases of credits",
    "pipeline/tagging/": "words before and after place names",
    "pipeline/quantities/": "words for numbers, units and counted things",
    "pipeline/translation/": "names of days, words that deny, phrases of engines that talk",
    "pipeline/text/": "letters, tone marks, legacy encodings",
    "diembao/service/machine/doctor.py": "the letters that a typeface must have",
    "storage/migrations/": "sentences that older databases hold, to be parsed",
}


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8")))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    )


def template_messages() -> Iterator[tuple[str, str, str, set[str] | None]]:
    """Yield what `messages` returns, of the calls of `_` and `code` in the templates of the desk."""
    folder = ROOT / "diembao" / "web" / "templates"
    for path in sorted(folder.rglob("*.html")):
        for call in Environment().parse(path.read_text("utf-8")).find_all(nodes.Call):
            function = call.node.name if isinstance(call.node, nodes.Name) else ""
            literals = [a.value for a in call.args if isinstance(a, nodes.Const) and isinstance(a.value, str)]
            place, passed = f"{path.relative_to(ROOT)}:{call.lineno}", {k.key for k in call.kwargs}
            if function == "_" and len(call.args) == len(literals) == 1:
                yield place, "", literals[0], passed
            elif function == "code" and len(literals) == 2:
                yield place, literals[0], literals[1], passed


@cache
def messages() -> tuple[tuple[str, str, str, set[str] | None], ...]:
    """Return (place, context, message, fields passed) of each literal; fields None where they are passed later."""
    return (*template_messages(), *code_messages())


def code_messages() -> Iterator[tuple[str, str, str, set[str] | None]]:
    """Yield what `messages` returns, of the calls in modules."""
    for name, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            function = getattr(node.func, "id", getattr(node.func, "attr", ""))
            literals = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            place = f"{name}:{node.lineno}"
            if function == "mark" and len(literals) == 1:
                yield place, "", literals[0], None
            elif function == "translate" and len(node.args) == 1 and literals:
                yield place, "", literals[0], _fields_passed(node)
            elif function == "translate_code" and len(node.args) == 2 and len(literals) == 2:
                yield place, literals[0], literals[1], _fields_passed(node)


def _fields_passed(call: ast.Call) -> set[str] | None:
    names = {keyword.arg for keyword in call.keywords} - {"language"}
    return None if None in names else {name for name in names if name}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def catalogue(language: Language) -> dict[tuple[str, str], str]:
    path = files("pipeline.i18n") / "locales" / language / "LC_MESSAGES" / "diembao.po"
    with path.open("rb") as stream:
        return {(str(m.context or ""), str(m.id)): str(m.string) for m in read_po(stream, locale=language) if m.id}


CATALOGUES = {language: catalogue(language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_stands_in_the_catalogue_with_its_fields(language: Language) -> None:
    wrong = []
    for place, context, message, passed in messages():
        text = CATALOGUES[language].get((context, message))
        if not text:
            wrong.append(f"{place}: not in {language}.po: {message!r}")
        elif context and passed is not None and not fields(text) <= passed:
            wrong.append(f"{place}: {fields(text) - passed} are not passed")
        elif not context and (passed is None or passed) and fields(text) != fields(message):
            wrong.append(f"{place}: {language}.po has other fields: {message!r}, {text!r}")
        elif not context and passed and not fields(message) <= passed:
            wrong.append(f"{place}: {fields(message) - passed} are not passed: {message!r}")
    assert wrong == []


def test_the_catalogues_hold_the_same_messages_with_the_same_fields() -> None:
    vietnamese, english = CATALOGUES["vi"], CATALOGUES["en"]
    assert vietnamese.keys() == english.keys()
    assert [key for key, text in vietnamese.items() if not text or not english[key]] == []


def test_vietnamese_in_code_is_linguistic_data() -> None:
    wrong = []
    for name, tree in modules():
        if name.startswith(tuple(LINGUISTIC)):
            continue
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        allowed = documentation | {id(argument) for argument in _message_arguments(tree)}
        wrong += [
            f"{name}:{node.lineno}: {node.value[:60]!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and VIETNAMESE.search(node.value)
            and id(node) not in allowed
        ]
    assert wrong == []


def _message_arguments(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield English messages: some name Vietnamese words as examples ("dien gio: điện gió")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("translate", "mark"):
            yield from node.args


def test_the_language_is_that_of_the_context() -> None:
    words: dict[Language, str] = {"vi": "Ổn.", "en": "All is well."}
    for language, word in words.items():
        with use_language(language):
            assert current_language() == language
            assert translate("All is well.") == word
    assert translate_code("reason", "timeout", language="en") == "timed out"
    assert translate_code("reason", "no such code", language="vi") == "no such code"
