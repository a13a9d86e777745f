"""The past of a register: closed matters, retention, clocks that were ahead or set back, articles that are one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from analysis.register.lists import overdue_list
from analysis.register.rows import step_rows
from diembao.jobs.register.aftermath import aftermath, ask_for_looks, news_of_matters
from diembao.jobs.register.matter_page import shown_steps
from diembao.jobs.register.unit_names import unit_names
from diembao.jobs.register_papers.state import register_state
from diembao.jobs.register_papers.tables import RegisterRequest, register_rows
from diembao.system.clock import now
from pipeline.records import Reason
from pipeline.records.accounts import Sight
from pipeline.register.matters import Matter, NewMatter, PressContact
from pipeline.register.steps import StepRefused, fold, steps_before
from storage.articles.joined_reviews import move_reviews
from storage.database import Database, open_database
from storage.maintenance.integrity import check_integrity
from storage.maintenance.retention import Limits
from storage.schema.core import candidates, fetches, items, taggings, versions
from tests.support.desk import Made, store_day, written
from tests.support.register_office import AT, DAY, ZONE, RegisterOffice, book, fill, office_of

pytestmark = pytest.mark.few_on_postgresql

_DAY = timedelta(days=1)


def _fill(storage: Database) -> Mapping[str, str]:
    fill(storage)
    return store_day(storage, [written(name) for name in ("x", "y", "z")])


_MADE = Made(_fill)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> RegisterOffice:
    address, keys = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return office_of(storage, address, keys)


def answered(office: RegisterOffice, days: float) -> Matter:
    """Open a matter and answer it so many days after AT."""
    matter = office.open("Hồ đổi màu", AT, "u1")
    return office.do(matter, "answer", AT + days * _DAY, answer_number="1/SYT")


def gone(office: RegisterOffice, item: str, days: float, reason: Reason = Reason.NOT_FOUND) -> None:
    office.asked_for(item, AT + days * _DAY, reason)


def planned(office: RegisterOffice, days: float) -> int:
    """Return how many looks are planned at a moment where none was."""
    with office.storage.register._writing() as connection:
        connection.execute(update(candidates).values(next_try=None))
    return ask_for_looks(office.storage, book().rules, AT + days * _DAY)


def test_a_closed_matter_is_watched_as_long_after_its_answer_as_one_that_is_not(office: RegisterOffice) -> None:
    matter = answered(office, 1)
    assert planned(office, 2) == 1
    office.do(matter, "close", AT + 2 * _DAY, result="đã đăng")
    assert planned(office, 3) == 1
    assert planned(office, 30.9) == 1
    assert planned(office, 31.1) == 0
    gone(office, office.items[0], 5)

    def news(start: float, end: float) -> list[str]:
        found = news_of_matters(office.storage, book().rules, AT + start * _DAY, AT + end * _DAY)
        return [event.state for _, _, event in found]

    assert news(4, 6) == ["taken_down"]
    assert news(6, 7) == []
    assert news_of_matters(office.storage, book().rules, AT, AT + 9 * _DAY, lambda _: False) == []
    office.do(matter, "reopen", AT + 8 * _DAY, "báo nêu lại")
    office.do(matter, "drop", AT + 9 * _DAY, "không cần")
    assert planned(office, 10) == 0


def test_what_became_of_a_report_is_known_after_old_fetches_went(office: RegisterOffice) -> None:
    matter, other = answered(office, 1), office.items[1]
    for days in (0.5, 2):
        gone(office, office.items[0], days, Reason.NOT_MODIFIED)
    gone(office, office.items[0], 2.5, Reason.TIMEOUT)
    gone(office, office.items[0], 3)
    gone(office, other, 3)

    def known(days: float) -> list[object]:
        found = aftermath(office.storage, book().rules, matter, AT + days * _DAY)
        return [(one.state, one.events, one.looked_at) for one in found.reports]

    before = [known(days) for days in (0.5, 2.5, 30)]
    assert [state for state, *_ in before[-1]] == ["taken_down"]  # type: ignore[misc]
    limits = Limits(None, None, AT + 35 * _DAY, None)
    attempts = next(one.rows for one in office.storage.maintenance.plan(limits) if one.kind == "attempts")
    removed = office.storage.maintenance.purge(limits, AT + 400 * _DAY, lambda *_: None)["attempts"]
    assert removed == attempts
    assert [known(days) for days in (0.5, 2.5, 30)] == before
    with office.storage.register._reading() as connection:
        left = connection.execute(select(fetches.c.candidate_id, fetches.c.reason)).all()
    assert len({row.candidate_id for row in left}) == 1, "of articles of no matter all go"
    assert Reason.TIMEOUT not in {row.reason for row in left}


def test_the_text_of_an_article_of_a_matter_stays_though_it_is_not_about_the_province(office: RegisterOffice) -> None:
    answered(office, 1)
    with office.storage.register._writing() as connection:
        connection.execute(update(taggings).values(relevance="no"))
    limits = Limits(None, None, None, AT + 35 * _DAY)
    assert office.storage.maintenance.purge(limits, AT + 400 * _DAY, lambda *_: None)["irrelevant_texts"] == 2
    with office.storage.register._reading() as connection:
        rows = connection.execute(select(versions.c.item_key, versions.c.article)).all()
    assert [row.item_key for row in rows if row.article["text"]] == [office.items[0]]


def test_a_matter_of_a_clock_that_was_ahead_is_what_its_steps_make(office: RegisterOffice) -> None:
    """Row, steps and what the opening set agree after the return; the term that people were told stays."""
    ahead, back = AT + 3000 * _DAY, AT + timedelta(hours=3)
    before = office.open("Trước đó", AT, "u2")
    with office.storage.register._writing() as connection:
        connection.execute(update(items).where(items.c.key == office.items[0]).values(first_seen=ahead))
    due = {"due": (ahead + 20 * _DAY).date(), "due_at": ahead + _DAY, "is_unexpected": True}
    matter = office.open("Mở khi đồng hồ chạy trước", ahead + timedelta(hours=1), "u1", **due)
    office.do(matter, "answer", ahead + timedelta(hours=2), answer_number="1/SYT")
    office.do(matter, "close", ahead + timedelta(hours=3), result="đã đăng")
    assert office.storage.maintenance.bring_back(back) > 0
    assert check_integrity(office.address) == []
    found = office.storage.register.matter(matter.id)
    assert found is not None
    assert found == fold(office.storage.register.steps(matter.id))[matter.id]
    assert {found.first_seen, found.opened_at, found.answered_at, found.closed_at} == {back}
    assert (found.due, found.due_at) == (due["due"], due["due_at"])
    assert office.storage.register.matter(before.id) == before
    assert office.storage.maintenance.bring_back(back) == 0, "once is enough"
    assert list(fold(steps_before(office.storage.register.all_steps(), back + _DAY))) == [before.id, matter.id]


def test_a_clock_set_back_leaves_nothing_out_of_papers_and_tables(office: RegisterOffice) -> None:
    """Steps, links and contacts dated ahead are there, as on the desk; of a past moment they are not."""
    storage, time = office.storage, now()
    begun = office.open("Bắt đầu khi đồng hồ chạy trước", time - 9 * _DAY, "u1", due=(time - 5 * _DAY).date())
    office.do(begun, "begin", time + timedelta(hours=2))
    office.do(begun, "link", time + timedelta(hours=2), item=office.items[1], part="again")
    answered = office.do(begun, "answer", time - timedelta(minutes=5), answer_number="1/SYT")
    ahead = office.open("Mở khi đồng hồ chạy trước", time + timedelta(hours=2), "u2", due=(time - 2 * _DAY).date())
    storage.register.add_note(office.office, ahead.id, "Nội bộ", time + timedelta(hours=2))
    contact = PressContact(0, DAY, "spoken", None, "Báo A", "Hồ", begun.id, "", "", time, 0, "")
    storage.register.save_contact(office.office, contact, time + timedelta(hours=2))
    state = register_state(storage, book(), ZONE)
    assert [one.matter for one in state.standings] == [answered, ahead] == storage.register.matters()[::-1]
    assert [row.standing.matter.id for row in overdue_list(state).rows] == [ahead.id]
    assert [link.item for link in state.linked(begun.id)] == [*office.items[:2]]
    assert len(state.contacts) == 1
    assert len(list(step_rows(state))) == 5
    assert office.items[1] in state.reports

    def rows(as_of: datetime | None) -> dict[int, tuple[str, int, tuple[str, ...]]]:
        request = RegisterRequest("matters", None, None, (), ZONE, as_of, with_notes=True)
        found = register_rows(storage, request, book())
        return {row.matter.id: (row.matter.state, row.articles, row.notes) for row in found}

    assert rows(None) == {begun.id: ("answered", 2, ()), ahead.id: ("assigned", 1, ("Nội bộ",))}
    assert rows(time) == {begun.id: ("assigned", 1, ())}
    assert register_state(storage, book(), ZONE, time).contacts == []


def test_of_articles_that_turn_out_to_be_one_a_matter_has_one(office: RegisterOffice) -> None:
    x, y, z = office.items
    storage, hour = office.storage, timedelta(hours=1)
    matter = office.do(office.open("Hồ đổi màu", AT, "u1"), "link", AT + hour, item=y, part="result")
    steps = storage.register.steps(matter.id)
    other = storage.register.open(office.office, NewMatter("Việc khác", "opinion", z), AT)
    office.do(other, "link", AT + hour, item=y, part="result")
    office.do(other, "link", AT + 2 * hour, item=x, part="again")
    with storage.reviews._writing() as connection:
        move_reviews(connection, x, [y])
    assert [(one.item, one.part) for one in storage.register.links(matter.id)] == [(x, "origin")]
    assert [(one.item, one.part) for one in storage.register.links(other.id)] == [(z, "origin"), (x, "again")]
    watched = {one.key: one.part for one in storage.register.watched(matter.id)}
    assert watched[x] == "origin"
    assert [one.article.key for one in aftermath(storage, book().rules, matter).reports] == [x]
    # At each moment each article belonged to the matter once, as soon as any of the two did.
    for hours, parts in ((0.5, {z: "origin"}), (1.5, {z: "origin", x: "result"}), (9, {z: "origin", x: "again"})):
        at = AT + hours * hour
        links = register_state(storage, book(), ZONE, at).linked(other.id)
        assert [(one.item, one.part) for one in links] == list(parts.items())
        assert {one.key: one.part for one in storage.register.watched(other.id, at) if one.is_linked} == parts
    # The history reads as it did: a step names its link by number, which leads to the article that is kept.
    assert storage.register.steps(matter.id) == steps
    shown = list(
        shown_steps(
            storage, matter.id, steps, unit_names(storage, book().units), book(), ZONE, Sight(every_article=True)
        )
    )
    title = storage.office.heads([x])[x].title
    assert shown[-1].changes == (("link", title),)
    assert check_integrity(office.address) == []
    with pytest.raises(StepRefused):
        office.do(matter, "link", AT + 3 * hour, item=x, part="again")
    with pytest.raises(StepRefused):
        office.do(matter, "unlink", AT + 3 * hour, link=steps[-1].values["link"])


def test_a_link_of_lower_rank_does_not_win_in_a_past_in_which_both_held(office: RegisterOffice) -> None:
    """The one that was taken off before the articles were joined held beside the origin for a while."""
    x, y, _ = office.items
    storage, hour = office.storage, timedelta(hours=1)
    matter = office.do(office.open("Hồ đổi màu", AT, "u1"), "link", AT + hour, item=y, part="result")
    number = storage.register.steps(matter.id)[-1].values["link"]
    office.do(matter, "unlink", AT + 3 * hour, link=number)
    with storage.reviews._writing() as connection:
        move_reviews(connection, x, [y])
    at = AT + 2 * hour
    assert {one.key: one.part for one in storage.register.watched(matter.id, at) if one.is_linked} == {x: "origin"}
    links = register_state(storage, book(), ZONE, at).linked(matter.id)
    assert [(one.item, one.part) for one in links] == [(x, "origin")]
