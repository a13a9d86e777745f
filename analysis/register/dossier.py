"""One matter → its dossier as a PrintDocument with five headings; a placeholder marks what people have to add."""

from collections.abc import Iterable, Iterator
from functools import partial

from analysis.documents.blocks import Block, BulletList, Heading, Paragraph, PrintDocument, Run, Runs
from analysis.register.paper_head import PaperHead
from analysis.register.standing import Standing
from analysis.register.state import RegisterState
from analysis.register.words import RegisterWords, one_line
from pipeline.register.matters import Matter, MatterStep
from pipeline.register.steps import with_step

#: The five headings, in the order in which Circular 02/2019/TT-BTTTT, Art. 6.3, has them.
HEADINGS = ("information", "impact", "nature", "legal_basis", "proposal")


def dossier_document(state: RegisterState, number: int, head: PaperHead) -> PrintDocument | None:
    """Return the dossier of a matter as it stood at the state's moment; None: there was no such matter.

    It holds no notes and no private telephone numbers; people are not named but those who speak for the unit.
    """
    one = next((s for s in state.standings if s.matter.id == number), None)
    if one is None:
        return None
    words = RegisterWords(state, head.labels)
    return head.document(
        state.zone,
        words.say("dossier_title", number=number),
        words.say("dossier_abstract", number=number, title=words.title(one)),
        words.say("as_of", at=words.clock(head.made_at)),
        _blocks(words, one),
    )


def _blocks(words: RegisterWords, one: Standing) -> Iterator[Block]:
    for heading in HEADINGS:
        yield Heading(1, (Run(words.say(f"heading_{heading}")),))
        if heading == "information":
            yield from _information(words, one)
        elif heading == "impact":
            yield _spread(words, one)
        elif heading == "legal_basis":
            yield from _legal_basis(words, one)
        if heading != "information":
            yield Paragraph((Run(words.say(f"empty_{heading}"), italic=True),))


def _information(words: RegisterWords, one: Standing) -> Iterator[Block]:
    state, matter = words.state, one.matter
    facts = [
        ("matter_title", words.title(one)),
        ("kind", state.kind_name(matter.kind, words.labels.lang)),
        ("unexpected", words.say("yes") if matter.is_unexpected else ""),
        ("opened_on", words.clock(matter.opened_at)),
        ("first_seen", words.clock(matter.first_seen)),
        ("unit", words.unit(one)),
        ("taking_part", ", ".join(one_line(state.unit_name(unit, one.then)) for unit in matter.taking_part)),
        ("due", words.due(one)),
        ("state", words.state_name(one)),
        ("passage", f"“{one_line(matter.passage)}”" if matter.passage else ""),
        ("spokesperson", _spokesperson(words, one)),
    ]
    yield BulletList(tuple(_fact(words, key, value) for key, value in facts if value))
    for part in ("origin", "again", "answer", "result"):
        linked = [link for link in state.linked(matter.id) if link.part == part]
        if linked:
            yield Paragraph((Run(words.say(f"articles_{part}"), bold=True),))
            yield BulletList(tuple(words.report(state.reports.get(link.item)) for link in linked))
    yield Paragraph((Run(words.say("course"), bold=True),))
    steps = [step for step in state.steps if step.matter == matter.id]
    yield BulletList(tuple(_step(words, step, was) for step, was in _with_matter_before(steps)))
    answer = [
        ("answer_text", one_line(matter.answer_text, 2_000)),
        ("document", one_line(matter.answer_number)),
        ("answer_day", words.labels.short_date(matter.answer_day) if matter.answer_day else ""),
        ("answer_address", one_line(matter.answer_address)),
        ("result", one_line(matter.result, 1_000)),
    ]
    if any(value for _, value in answer):
        yield Paragraph((Run(words.say("answer_head"), bold=True),))
        yield BulletList(tuple(_fact(words, key, value) for key, value in answer if value))


def _fact(words: RegisterWords, key: str, value: str) -> Runs:
    return Run(f"{words.say(key)}: "), Run(value)


def _spokesperson(words: RegisterWords, one: Standing) -> str:
    handle = words.state.handle(one.unit)
    found = words.state.units.spokesperson_at(handle, words.state.today) if handle else None
    if found is None:
        return ""
    return ", ".join(filter(None, (found.name, found.position, found.mail, found.public_phone)))


def _with_matter_before(steps: Iterable[MatterStep]) -> Iterator[tuple[MatterStep, Matter | None]]:
    """Yield the steps of one matter, each with the matter as it was before it."""
    was: Matter | None = None
    for step in steps:
        yield step, was
        was = with_step(was, step)


def _step(words: RegisterWords, step: MatterStep, was: Matter | None) -> Runs:
    state = words.state
    kind = words.labels.of("matter-step", step.kind)
    unit = step.values.get("unit")
    name = one_line(state.unit_name(unit, step.at)) if isinstance(unit, int) else ""
    by = one_line(state.unit_name(step.department, step.at))
    told = f"{kind} ({by})" if by and by != name else kind
    told += f" → {name}" if name else ""
    changed = _changed(words, step, was)
    told += f" ({'; '.join(changed)})" if changed else ""
    said = one_line(step.text)
    return Run(f"{words.clock(step.at)}: ", bold=True), Run(f"{told}: {said}" if said else told)


def _changed(words: RegisterWords, step: MatterStep, was: Matter | None) -> list[str]:
    """Return what a step changed of title, kind, due day, disputed words, and whether the matter is unexpected."""
    now, field = with_step(was, step), partial(words.labels.of, "matter-field")
    if was is None:
        return [words.say("unexpected_matter")] if now.is_unexpected else []
    found = []
    if (was.due, was.due_at) != (now.due, now.due_at):
        found.append(f"{field('due')}: {words.due_of(now)}")
    if was.title != now.title:
        found.append(f"{field('title')}: {one_line(now.title)}")
    if was.kind != now.kind:
        found.append(f"{field('kind')}: {words.state.kind_name(now.kind, words.labels.lang)}")
    if was.is_unexpected != now.is_unexpected:
        found.append(words.say("unexpected_matter" if now.is_unexpected else "expected_matter"))
    if was.passage != now.passage:
        found.append(f"{field('passage')}: {f'“{one_line(now.passage)}”' if now.passage else '–'}")
    return found


def _spread(words: RegisterWords, one: Standing) -> Block:
    """Return how many articles and outlets carried it, in a sentence: facts, no judgement."""
    told = [link.item for link in words.state.linked(one.matter.id) if link.part in ("origin", "again")]
    found = [report for key in told if (report := words.state.reports.get(key)) is not None]
    days = sorted(report.published for report in found if report.published is not None)
    if not found:
        return words.paragraph("spread_unknown")
    outlets = len({report.outlet for report in found})
    foreign = len({report.outlet for report in found if report.country not in ("", "VN")})
    said = words.say("spread", n=len(found), outlets=outlets, foreign=foreign)
    if days:
        said = f"{said} {words.say('spread_days', first=words.day(days[0]), last=words.day(days[-1]))}"
    return Paragraph((Run(said),))


def _legal_basis(words: RegisterWords, one: Standing) -> Iterator[Block]:
    kind = words.state.rules.kinds.get(one.matter.kind)
    if kind is None or not kind.basis:
        return
    notes = [words.say("analogy")] if kind.analogy else []
    notes += [] if kind.sure else [words.say("ask_lawyer")]
    said = words.say("term_basis", basis=one_line(kind.basis))
    yield Paragraph((Run(f"{said} ({'; '.join(notes)})." if notes else f"{said}."),))
