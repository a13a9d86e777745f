"""docs/vi: a newcomer's first digest typed line by line, and every command, part and column that is named exists."""

import re
import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import click
import pytest

from diembao.cli.main import cli
from tests.support.archived_press import captures, write_warc
from tests.support.cli import CommandResult, json_lines, run_diembao, run_inside
from tests.support.local_site import LocalSite, Reply
from tests.test_i18n import CATALOGUES

pytestmark = pytest.mark.long(25)

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "vi"
PAGES = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.md"))}
#: Address, id, day and folder of archives that stand in the documents for a reader's own
ADDRESS, OWN_ID, DAY = "https://baovidu.example", "bao_vi_du", re.compile(r"2026-1[01]-\d\d")
ARCHIVES = "/kho/"
#: Commands that run for ever, ask a mail server or the network, take long, or need files and second articles
NOT_TYPED = re.compile(
    r"diembao (serve|doctor|train|evaluate|report|db restore|stories|source (import|find|check)\b|send$|digest$)"
)


def typed(text: str) -> list[str]:
    """The lines that are to be typed: those of the indented blocks."""
    return [line.strip() for line in re.findall(r"(?m)^    (diembao .+)$", re.sub(r"(?s)```.*?```", "", text))]


def named(text: str) -> list[str]:
    """The commands named in a running line or to be typed."""
    return [" ".join(line.split()) for line in re.findall(r"`(diembao [^`]+)`", text)] + typed(text)


@pytest.fixture(scope="module")
def outlet() -> Iterator[str]:
    """The address of an outlet on loopback with two articles about the province and one that is not."""
    paragraphs = {
        "Muối Cà Ná được mùa": "Diêm dân xã Cà Ná, tỉnh Ninh Thuận vừa thu hoạch vụ muối sớm, giá bán tại ruộng tăng.",
        "Giá nho Ninh Thuận tăng": "Nông dân trồng nho ở Ninh Phước, Ninh Thuận cho biết giá nho tại vườn tăng mạnh.",
        "Chợ Bến Thành đông khách": "Tiểu thương chợ Bến Thành cho biết lượng khách tăng trong dịp cuối năm.",
    }
    now = datetime.now(UTC)
    entries = "".join(
        f"<item><title>{title}</title><link>/bai-{n}.html</link>"
        f"<pubDate>{format_datetime(now - timedelta(hours=n))}</pubDate></item>"
        for n, title in enumerate(paragraphs, 1)
    )
    head = '<link rel="alternate" type="application/rss+xml" href="/tin.rss">'
    pages = {
        "/": Reply(f"<html><head><title>Báo Ví Dụ</title>{head}</head></html>"),
        "/tin.rss": Reply(f'<rss version="2.0"><channel><title>Báo Ví Dụ</title>{entries}</channel></rss>', "text/xml"),
    }
    for n, (title, words) in enumerate(paragraphs.items(), 1):
        body = f"<h1>{title}</h1>" + f"<p>{words}</p>" * 4
        pages[f"/bai-{n}.html"] = Reply(
            f"<html><head><title>{title}</title></head><body><article>{body}</article></body>"
        )
    with LocalSite(pages) as site:
        yield site.home.rstrip("/")


@pytest.fixture(scope="module")
def first_digest(outlet: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, float]:
    """A home made by the lines of docs/vi/README.md on the outlet; what they said, and the seconds that it took."""
    home, said = tmp_path_factory.mktemp("home"), ""
    began = time.monotonic()
    for line in typed(PAGES["README.md"]):
        words = shlex.split(line.replace(ADDRESS, outlet))[1:]
        if "--write" in words:  # what is on loopback is not asked without leave
            words += ["--allow-private", outlet.removeprefix("http://")]
        # What crawls cannot do so twice in one process.
        crawls = words[0] == "run" or "find" in words
        done = run_diembao("--home", home, *words) if crawls else run_inside("--home", home, *words)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        said += done.stdout
        if words == ["init"]:
            path = home / "config" / "settings.toml"
            text = path.read_text("utf-8").replace('contact = ""', 'contact = "van-phong@example.vn"')
            assert "van-phong" in text
            path.write_text(f'{text}\n[[sending.list]]\nname = "lanh-dao"\nto = ["lanh-dao@example.vn"]\n', "utf-8")
    return home, said, time.monotonic() - began


def test_a_first_digest_of_a_source_of_ones_own_in_three_minutes(first_digest: tuple[Path, str, float]) -> None:
    home, said, seconds = first_digest
    assert seconds < 180
    [document] = (home / "digests").glob("diem-bao-*.html")
    assert str(document) in said
    text = re.sub("<[^>]+>", "", document.read_text("utf-8"))
    assert "Muối Cà Ná được mùa" in text
    assert "Chợ Bến Thành" not in text
    assert f'id = "{OWN_ID}"' in (home / "config" / "sources.toml").read_text("utf-8")


def test_the_other_pages_typed_line_by_line(
    first_digest: tuple[Path, str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = first_digest[0]
    monkeypatch.chdir(tmp_path)
    archives = tmp_path / "kho"
    (archives / "2025").mkdir(parents=True)
    write_warc(archives / "2025" / "mot.warc.gz", captures(3))
    found = json_lines(run_inside("--home", home, "--json", "search", "muối").stdout)
    key = next(row["item"] if "item" in row else row["hit"]["item"] for row in found)

    def run(line: str) -> CommandResult:
        line = line.replace("MÃ_BÀI", key).replace(ARCHIVES, f"{archives}/")
        words = shlex.split(DAY.sub(f"{datetime.now(UTC):%Y-%m-%d}", line), comments=True)[1:]
        return run_inside("--home", home, *words)

    lines = [line for name in ("hang-ngay.md", "so-lieu.md", "quan-tri.md") for line in typed(PAGES[name])]
    assert len(lines) > 25
    for line in lines:
        if not NOT_TYPED.match(line):
            done = run(line)
            assert done.returncode == 0, (line, done.stdout, done.stderr)
    assert (tmp_path / "bai.xlsx").exists()
    assert (tmp_path / "theo-ngay.csv").exists()


@pytest.mark.parametrize("name", [*PAGES, "../../README.md"])
def test_every_command_and_option_that_is_named_exists(name: str) -> None:
    wrong = []
    for line in named((FOLDER / name).read_text("utf-8")):
        words = re.split(r"\s+", line.split("#")[0].replace("\\|", "|").strip())[1:]
        command: click.Command = cli
        context = click.Context(cli)
        options = {option for p in cli.params for option in p.opts}
        while words:
            word = words.pop(0).strip("[]…,")
            if word.startswith("--") and word.partition("=")[0].rstrip("]") not in options:
                wrong.append(f"{line}: {word}")
            elif isinstance(command, click.Group):
                if word in {option for p in command.params for option in p.opts}:
                    words = words if word in ("--json", "--quiet") else words[1:]
                    continue
                child = command.get_command(context, word.split("|")[0].rstrip(","))
                if child is None:
                    if command is cli:
                        wrong.append(f"{line}: {word}")
                    break
                command = child
                options |= {option for p in command.params for option in p.opts}
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_parts_keys_and_links_that_are_named_exist(name: str) -> None:
    said = {re.sub(r"\s+", " ", text) for text in CATALOGUES["vi"].values()}
    assert [part for part in re.findall(r"«([^»]+)»", PAGES[name]) if part not in said] == []
    links = re.findall(r"\]\(([^)#]+)\)", PAGES[name])
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []
    assert max(map(len, PAGES[name].splitlines())) <= 160
    assert f"docs/vi/{name}" in (ROOT / "README.md").read_text("utf-8") or name in PAGES["README.md"]


def test_heads_of_the_workbook_and_columns_that_are_named_exist() -> None:
    from analysis.tables.definitions import TABLES
    from analysis.tables.sheet_words import SheetWords

    columns = TABLES["items"].columns
    heads = dict(zip(SheetWords("vi", {}).heads("items", columns), (c.name for c in columns), strict=True))
    rows = re.findall(r"^\| ([^|`]+) \| `(\w+)` \|", PAGES["so-lieu.md"], re.MULTILINE)
    assert len(rows) == 11
    assert [(head, name) for head, name in rows if heads.get(head) != name] == []
