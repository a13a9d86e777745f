"""matter: open, list and show matters that the press raised, and take their steps, as at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.options import gather
from diembao.cli.person import user_name
from diembao.cli.views.matter import matter_row, print_matter, step_row
from diembao.jobs.register.unit_names import UnitNames, unit_names
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.records.audit import Actor
from pipeline.register.matters import LINK_PARTS, MATTER_SCOPES, MATTER_STATES, LinkPart, MatterScope, MatterState
from pipeline.register.steps import RULES

if TYPE_CHECKING:
    from config.register.book import RegisterBook
    from pipeline.register.matters import StepKind
    from storage.database import Database

#: Steps that a command takes: that of a unit that ended is the service's alone, and a link is named by the desk.
_STEPS = tuple(kind for kind, (_, who) in RULES.items() if who != "machine" and kind != "unlink")
_DAY = click.DateTime(["%Y-%m-%d"])


@translated.group(help=LISTED["matter"].help)
def matter() -> None: ...


@dataclass(frozen=True, slots=True)
class _Opened:
    item: str
    title: str | None
    kind: str
    scope: str
    due: datetime | None
    concluded: datetime | None
    unexpected: bool
    passage: str
    unit: str | None
    taking_part: tuple[str, ...]
    who: str | None


@matter.command(
    "open",
    help=mark(
        "Open a matter from an article (ITEM: column item of the CSV). Its due day is counted by the kind's term "
        "(register.toml, holidays.toml) unless --due names one."
    ),
)
@translated.argument("item")
@translated.option("--kind", required=True, metavar="ID", help=mark("Its kind, an id of register.toml."))
@translated.option("--title", help=mark("What it is about (default: the headline)."))
@translated.option("--scope", type=click.Choice(MATTER_SCOPES), default="item", show_default=True)
@translated.option("--due", type=_DAY, help=mark("Day on which it is due, instead of the one that is counted."))
@translated.option("--concluded", type=_DAY, help=mark("Day of the conclusion, for kinds whose term counts from it."))
@translated.option("--unexpected", is_flag=True, help=mark("Its clock counts hours from first sight."))
@translated.option("--passage", default="", metavar="TEXT", help=mark("The disputed words, as the report has them."))
@translated.option("--unit", metavar="HANDLE", help=mark("The unit in charge, e.g. so-y-te."))
@translated.option("--with", "taking_part", multiple=True, metavar="HANDLE", help=mark("A unit that takes part."))
@translated.option("--who", help=mark("Who says so (default: you)."))
@pass_context
@gather(_Opened)
def open_matter(app: CliContext, arguments: _Opened) -> int:
    from analysis.digest.excerpt import title_pieces
    from diembao.jobs.register.opening import chosen_due
    from pipeline.register.matters import NewMatter
    from pipeline.register.steps import StepRefused

    at, book = now(), _book(app)
    actor = _actor(arguments.who)
    with app.storage() as storage:
        names = _names(storage, book)
        try:
            if (found := storage.articles.item(arguments.item)) is None:
                raise click.UsageError(translate("No such item: {item}", item=arguments.item))
            due = chosen_due(
                book,
                arguments.kind,
                typed=_day(arguments.due),
                concluded=_day(arguments.concluded),
                is_unexpected=arguments.unexpected,
                first_seen=found.first_seen,
                zone=app.zone(),
                at=at,
            )
            new = NewMatter(
                arguments.title or "".join(piece.text for piece in title_pieces(found)),
                arguments.kind,
                arguments.item,
                cast("MatterScope", arguments.scope),
                None if due is None else due.day,
                None if due is None else due.at,
                arguments.passage,
                arguments.unexpected,
                _unit(names, arguments.unit),
                tuple(_number(names, handle) for handle in arguments.taking_part),
            )
            opened = storage.register.open(actor, new, at)
        except StepRefused as error:
            raise click.UsageError(error.explanation()) from error
        print_matter(app, opened, names, book)
    return DONE


@dataclass(frozen=True, slots=True)
class _Listed:
    states: tuple[str, ...]
    unit: str | None
    kind: str
    overdue: bool


@matter.command("list", help=mark("List matters, the newest first."))
@translated.option("--state", "states", type=click.Choice(MATTER_STATES), multiple=True)
@translated.option("--unit", metavar="HANDLE", help=mark("Those of which this unit is in charge or takes part."))
@translated.option("--kind", default="", metavar="ID", help=mark("Those of a kind of register.toml."))
@translated.option("--overdue", is_flag=True, help=mark("Only what should have been answered by now."))
@pass_context
@gather(_Listed)
def list_matters(app: CliContext, arguments: _Listed) -> int:
    from diembao.jobs.register.due_state import due_state
    from pipeline.register.matters import MatterFilter

    book, at = _book(app), now()
    with app.storage() as storage:
        names = _names(storage, book)
        units = None if arguments.unit is None else (_number(names, arguments.unit),)
        states = cast("tuple[MatterState, ...]", arguments.states)
        wanted = MatterFilter(states=states, kind=arguments.kind, units=units)
        for one in storage.register.matters(wanted):
            if not arguments.overdue or due_state(one, book, app.zone(), at).urgency == "overdue":
                print_matter(app, one, names, book)
    return DONE


@matter.command("show", help=mark("Show a matter: what it is, its articles and its steps."))
@translated.argument("number", type=int)
@pass_context
def show_matter(app: CliContext, number: int) -> int:
    book = _book(app)
    with app.storage() as storage:
        found = storage.register.matter(number)
        if found is None:
            raise click.UsageError(translate("There is no such matter."))
        names, steps = _names(storage, book), storage.register.steps(number)
        links = storage.register.links(number)
    if app.as_json:
        articles = [{"item": link.item, "part": link.part, "at": link.at} for link in links]
        app.print_json(matter_row(found, names) | {"articles": articles, "steps": [step_row(one) for one in steps]})
        return DONE
    print_matter(app, found, names, book)
    for link in links:
        app.print(f"  {translate_code('link-part', link.part)}: {link.item}")
    for one in steps:
        words = translate_code("matter-step", one.kind)
        when = one.at.astimezone(app.zone())
        app.print("  ".join(part for part in (f"  {when:%d/%m/%Y %H:%M}", words, one.who, one.text) if part))
    return DONE


@dataclass(frozen=True, slots=True)
class _Step:
    number: int
    kind: str
    unit: str | None
    taking_part: tuple[str, ...]
    alone: bool
    text: str | None
    document: str | None
    day: datetime | None
    address: str | None
    result: str | None
    reason: str
    due: datetime | None
    joined_to: int | None
    title: str | None
    item: str | None
    part: str
    who: str | None


@matter.command(
    "step",
    help=mark(
        "Take a step of matter NUMBER: assign (--unit, --with), begin, answer (--text, --document, --day, --address), "
        "return, close (--result), drop, reopen, set_due (--due), edit (--title), link (--item, --part). "
        "return, drop, reopen and set_due need --reason."
    ),
)
@translated.argument("number", type=int)
@translated.argument("kind", type=click.Choice(_STEPS))
@translated.option("--unit", metavar="HANDLE", help=mark("The unit in charge, e.g. so-y-te."))
@translated.option("--with", "taking_part", multiple=True, metavar="HANDLE", help=mark("A unit that takes part."))
@translated.option("--alone", is_flag=True, help=mark("No unit takes part (default: those that do already)."))
@translated.option("--text", metavar="TEXT", help=mark("What was answered."))
@translated.option("--document", metavar="TEXT", help=mark("Number and signs of the answer's document."))
@translated.option("--day", type=_DAY, help=mark("Day of the answer's document."))
@translated.option("--address", metavar="URL", help=mark("Where accurate information was published."))
@translated.option("--result", metavar="TEXT", help=mark("What was seen in the press after the answer."))
@translated.option("--reason", default="", metavar="TEXT", help=mark("Why (it is kept)."))
@translated.option("--due", type=_DAY, help=mark("The new day on which it is due (set_due, reopen)."))
@translated.option("--joined-to", type=int, metavar="NUMBER", help=mark("The matter with which it is dealt."))
@translated.option("--title", metavar="TEXT", help=mark("Its new title."))
@translated.option("--item", metavar="ITEM", help=mark("The article (column item of the CSV)."))
@translated.option("--part", type=click.Choice(LINK_PARTS[1:]), default="again", show_default=True)
@translated.option("--who", help=mark("Who says so (default: you)."))
@pass_context
@gather(_Step)
def take_step(app: CliContext, arguments: _Step) -> int:
    from pipeline.register.matters import MatterClash, StepRequest
    from pipeline.register.steps import StepRefused

    actor, book = _actor(arguments.who), _book(app)
    kind = cast("StepKind", arguments.kind)
    with app.storage() as storage:
        names = _names(storage, book)
        request = StepRequest(kind, _values(arguments, names), arguments.reason)
        try:
            result = storage.register.step(actor, arguments.number, request, now())
        except StepRefused as error:
            raise click.UsageError(error.explanation()) from error
        if isinstance(result, MatterClash):  # no version is expected, so there is none
            return FAILED
        print_matter(app, result, names, book)
    return DONE


def _values(arguments: _Step, names: UnitNames) -> dict[str, object]:
    """Return the fields that the options of a step set. Raises UsageError for options of other steps."""
    if arguments.alone and arguments.taking_part:
        raise click.UsageError(translate("Either --with or --alone."))
    taking_part = tuple(_number(names, handle) for handle in arguments.taking_part)
    given: dict[str, object] = {
        "unit": _unit(names, arguments.unit),
        "taking_part": taking_part if taking_part or arguments.alone else None,
        "answer_text": arguments.text,
        "answer_number": arguments.document,
        "answer_day": _day(arguments.day),
        "answer_address": arguments.address,
        "result": arguments.result,
        "due": _day(arguments.due),
        "joined_to": arguments.joined_to,
        "title": arguments.title,
        "item": arguments.item,
    }
    values = {name: value for name, value in given.items() if value is not None}
    if arguments.kind == "link":
        if arguments.item is None:
            raise click.UsageError(translate("Needs --item: which article?"))
        values["part"] = cast("LinkPart", arguments.part)
    return values


def _book(app: CliContext) -> RegisterBook:
    from config.register.book import load_register_book

    return load_register_book(app.home.config if app.home.config.exists() else None)


def _names(storage: Database, book: RegisterBook) -> UnitNames:
    return unit_names(storage, book.units)


def _actor(who: str | None) -> Actor:
    """Return the person who types, by the name that is given or that the machine knows. Raises UsageError."""
    name = who or user_name()
    if not name:
        raise click.UsageError(translate("Needs --who: who says so?"))
    return Actor(None, name, "", "command")


def _day(value: datetime | None) -> date | None:
    return None if value is None else value.date()


def _unit(names: UnitNames, handle: str | None) -> int | None:
    return None if handle is None else _number(names, handle)


def _number(names: UnitNames, handle: str) -> int:
    """Return the number of a unit by its handle. Raises UsageError."""
    handles = names.handles()
    if handle not in handles:
        listed = ", ".join(sorted(handles)) or "-"
        raise click.UsageError(translate("No such department: {name}; there are {listed}", name=handle, listed=listed))
    return handles[handle]


COMMANDS = (matter,)
