"""A desk with a sample day to be reviewed over HTTP: the rows of its queue, acts, what is stored of an article."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from diembao.system.clock import now
from pipeline.records.reviews import Review
from storage.database import open_database
from tests.support.desk_server import MAKER, Desk, DeskClient, serve_desk, write_desk_home
from tests.support.sample_day import before_cutoff, store_sample_day


@contextmanager
def review_desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Serve a desk with a sample day on a database of the kind that a fixture's parameter names."""
    folder = tmp_path_factory.mktemp("review")
    is_file = request.param == "sqlite"
    address = f"sqlite:///{folder / 'desk.db'}" if is_file else request.getfixturevalue("postgres")()
    storage = open_database(address)
    store_sample_day(storage, before_cutoff(now()))
    storage.accounts.create_department("so-y-te", "Sở Y tế", "", MAKER, now())
    storage.close()
    with serve_desk(write_desk_home(folder / "home"), address) as served:
        yield served


def tokens(page: str) -> list[str]:
    """Return key and version of the rows of a queue, in their order."""
    return re.findall(r'name="item" value="([^"]+)" aria-labelledby', page)


def fresh(client: DeskClient, number: int = 0) -> str:
    """Return the token of an article that nobody has touched."""
    return tokens(client.get("/review?state=new").text)[number]


def review(desk: Desk, token: str) -> Review:
    key = token.partition(".")[0]
    return desk.storage.reviews.reviews([key]).get(key) or Review(key)


def act(client: DeskClient, token: str | list[str], kind: str, value: str = "", **more: Any) -> tuple[int, str]:
    answer = client.send_form("/review/act", item=token, kind=kind, value=value, **more)
    return answer.status_code, answer.text
