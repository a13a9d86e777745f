"""A matter and its steps as lines and rows of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.i18n.catalogs import translate_code

if TYPE_CHECKING:
    from config.register.book import RegisterBook
    from diembao.cli.context import CliContext
    from diembao.jobs.register.unit_names import UnitNames
    from pipeline.register.matters import Matter, MatterStep


def print_matter(app: CliContext, one: Matter, names: UnitNames, book: RegisterBook) -> None:
    """Print a matter on a line, or its row."""
    if app.as_json:
        app.print_json(matter_row(one, names))
        return
    kind = book.rules.kinds.get(one.kind)
    words = [
        f"{one.id:>5}",
        translate_code("matter-state", one.state),
        "" if one.due is None else f"{one.due:%d/%m/%Y}",
        names.handle(one.unit),
        one.title,
        f"({kind.name.in_language(app.lang) if kind else one.kind})",
    ]
    app.print("  ".join(word for word in words if word))


def matter_row(one: Matter, names: UnitNames) -> dict[str, object]:
    """Return a matter as JSON has it, its units by their handles."""
    fields = {name: getattr(one, name) for name in one.__dataclass_fields__}
    taking_part = [names.handle(number) for number in one.taking_part]
    return fields | {"unit": names.handle(one.unit), "taking_part": taking_part}


def step_row(one: MatterStep) -> dict[str, object]:
    """Return a step as JSON has it."""
    return {"at": one.at, "kind": one.kind, "who": one.who, "sets": dict(one.values), "text": one.text}
