"""translation: what people put right in translations, and the glossary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.options import gather
from diembao.cli.person import user_name
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate
from pipeline.records.translations import TextPart

if TYPE_CHECKING:
    from pipeline.records.audit import Actor


@dataclass(frozen=True, slots=True)
class _Correction:
    item: str
    part: TextPart
    text: str | None
    take_back: bool
    terms: tuple[tuple[str, str], ...]
    who: str | None


@translated.group(help=LISTED["translation"].help)
def translation() -> None: ...


_who = translated.option("--who", help=mark("Who says so (default: you)."))


@translation.command(
    help=mark(
        "Put a text of an article (ITEM: column item of the CSV) into your own words: TEXT is shown instead of what "
        "the engine makes of it, whatever engine there will be."
    )
)
@translated.argument("item")
@translated.argument("text", required=False)
@translated.option(
    "--part", type=click.Choice(get_args(TextPart)), default="title", show_default=True, help=mark("Which text.")
)
@translated.option("--take-back", is_flag=True, help=mark("Show what the engine made of it again."))
@translated.option(
    "--term",
    "terms",
    multiple=True,
    nargs=2,
    metavar="TERM TRANSLATION",
    help=mark("A term of the article's language for the glossary, and what it is to be called (more: again)."),
)
@_who
@pass_context
@gather(_Correction)
def correct(app: CliContext, arguments: _Correction) -> int:
    from diembao.jobs.translating.people import correct as correct_text

    if arguments.take_back == bool((arguments.text or "").strip()):
        raise click.UsageError(translate("Needs TEXT, or --take-back without it"))
    actor = _actor(arguments.who)
    with app.storage() as storage:
        item = storage.articles.item(arguments.item)
        if item is None:
            raise click.UsageError(translate("No such item: {item}", item=arguments.item))
        text = "" if arguments.take_back else arguments.text or ""
        correct_text(storage, actor, item, arguments.part, text, now(), dict(arguments.terms))
        found = storage.translations.of_items([item.key]).get(item.key)
    texts = {} if found is None else {part: one.text for part, one in found.texts.items()}
    if app.as_json:
        app.print_json({"item": item.key, "texts": texts})
    app.print(f"{item.article.title}: {texts.get(arguments.part, '-')}")
    return DONE


@translation.group(help=mark("Terms of foreign languages and what the office wants them called."))
def glossary() -> None: ...


@glossary.command("list", help=mark("List the terms, of all languages or of one."))
@translated.argument("language", required=False)
@pass_context
def list_terms(app: CliContext, language: str | None) -> int:
    with app.storage() as storage:
        terms = storage.translations.terms(language)
    for term in terms:
        if app.as_json:
            row = {"language": term.language, "term": term.term, "translation": term.translation}
            app.print_json(row | {"who": term.who, "at": term.at.isoformat()})
        app.print(f"{term.language}  {term.term} = {term.translation}  ({term.who})")
    return DONE


@glossary.command(
    help=mark(
        "Add a TERM of a LANGUAGE ('ko') and its TRANSLATION, in place of an earlier one. The engine is given it."
    )
)
@translated.argument("language")
@translated.argument("term")
@translated.argument("translation")
@_who
@pass_context
def add(app: CliContext, language: str, term: str, translation: str, who: str | None) -> int:
    from diembao.jobs.translating.people import term_of

    actor, code = _actor(who), _language(language)
    with app.storage() as storage:
        storage.translations.add_term(actor, term_of(code, term, translation, actor, now()))
    app.print(f"{code}  {term} = {translation}")
    if app.as_json:
        app.print_json({"language": code, "term": term, "translation": translation})
    return DONE


@glossary.command(help=mark("Take a TERM of a LANGUAGE out of the glossary."))
@translated.argument("language")
@translated.argument("term")
@_who
@pass_context
def remove(app: CliContext, language: str, term: str, who: str | None) -> int:
    actor = _actor(who)
    with app.storage() as storage:
        storage.translations.take_back_term(actor, _language(language), " ".join(term.split()), now())
    app.print(translate("Taken out of the glossary: {term}", term=term))
    if app.as_json:
        app.print_json({"language": language, "term": term})
    return DONE


def _actor(who: str | None) -> Actor:
    """Return the person who says so. Raises UsageError where nobody knows who that is."""
    from diembao.jobs.decide import by_command

    name = who or user_name()
    if name is None:
        raise click.UsageError(translate("Needs --who: who says so?"))
    return by_command(name)


def _language(code: str) -> str:
    """Return the code of a language without its region. Raises UsageError."""
    language = code.split("-")[0].lower()
    if not (2 <= len(language) <= 3 and language.isascii() and language.isalpha()):
        raise click.UsageError(translate("{code!r} is no code of a language, such as ko, ja, zh", code=code))
    return language


COMMANDS = (translation,)
