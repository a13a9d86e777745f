"""The command line itself: help, languages, exit codes, messages that name the way out."""

import gzip
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from diembao.cli.main import cli
from tests.support.cli import Diembao, json_lines, run_inside
from tests.support.clocks import CALENDAR_KNOWN, clock_at
from tests.support.labelled import labelled


def test_help_is_quick_and_in_both_languages(diembao: Diembao) -> None:
    diembao("--help")
    began = time.monotonic()
    done = diembao("--help")
    # Half a second is what is promised on a quiet machine; under a parallel suite the bound is kept loose.
    assert time.monotonic() - began < 2
    assert "Thu thập bài từ các nguồn" in done.stdout
    assert "Collect articles from the sources" in diembao("--lang", "en", "--help").stdout
    assert "Collect articles from the sources" in diembao("--help", env={"DIEMBAO_LANG": "en"}).stdout


def test_init_and_config_check(diembao: Diembao, tmp_path: Path) -> None:
    assert diembao("--home", tmp_path, "init").returncode == 0
    settings = tmp_path / "config" / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace('contact = ""', 'contact = "a@bao.example"'), "utf-8")
    clock = clock_at(tmp_path, CALENDAR_KNOWN)
    done = diembao("--home", tmp_path, "config", "check", env={"DIEMBAO_CLOCK": clock})
    assert (done.returncode, done.stderr) == (0, "")
    settings.write_text(settings.read_text("utf-8").replace("delay_seconds", "delay_second"), "utf-8")
    topics = tmp_path / "config" / "topics.toml"
    topics.write_text(topics.read_text("utf-8") + "\n[extra]\nx = 1\n", "utf-8")
    done = diembao("--home", tmp_path, "config", "check")
    assert done.returncode == 2
    assert "settings.toml" in done.stderr
    assert "có phải là 'delay_seconds'?" in done.stderr
    assert "topics.toml" in done.stderr
    assert diembao("--home", tmp_path, "init").returncode == 0
    assert "delay_second =" in settings.read_text("utf-8")  # what a person edited is left alone


def test_wrong_use(diembao: Diembao, tmp_path: Path) -> None:
    done = diembao("--home", tmp_path, "collect")
    assert done.returncode == 2
    assert "init" in done.stderr
    assert diembao("--home", tmp_path, "export", tmp_path / "x.xls").returncode == 2
    assert diembao("--home", tmp_path, "digest", "--day", "22.11.2026").returncode == 2
    assert diembao("--home", tmp_path, "nonsense").returncode == 2
    diembao("--home", tmp_path, "init")
    done = diembao("--home", tmp_path, "collect", "--source", "nobody")
    assert (done.returncode, "nobody" in done.stderr) == (2, True)


def test_a_database_that_is_none(diembao: Diembao, tmp_path: Path) -> None:
    (tmp_path / "diembao.db").write_bytes(b"no database" * 1000)
    done = diembao("--home", tmp_path, "status")
    assert done.returncode == 1
    assert "diembao.db" in done.stderr


PAGE = """<html lang="vi"><head><title>Cảng Cà Ná đón tàu lớn - Báo Thử</title>
<meta property="article:published_time" content="2026-11-20T07:00:00+07:00"></head>
<body><article><h1>Cảng Cà Ná đón tàu lớn</h1>
<p>Sáng 20/11, cảng tổng hợp Cà Ná tại xã Cà Ná, tỉnh Khánh Hòa đón chuyến tàu hàng đầu tiên
trong tuần với hơn hai vạn tấn.</p>
<p>Đơn vị khai thác cho biết lượng hàng qua cảng tăng đều từ đầu năm, chủ yếu là
thiết bị điện gió và muối công nghiệp.</p>
<p>Chính quyền địa phương đề nghị sớm hoàn thành tuyến đường nối cảng với cao tốc
để giảm chi phí vận chuyển.</p></article></body></html>"""


def test_extract_files_and_lists(diembao: Diembao, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    rows = [
        {"file": "a.html", "url": "https://baothu.example/a.html"},
        {"file": "b.html.gz", "url": "https://baothu.example/b"},
    ]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = diembao("extract", "--from", tmp_path / "list.jsonl")
    assert done.returncode == 0, done.stderr
    one, two = json_lines(done.stdout)
    promised = "url canonical title lead text authors section published published_from language image"
    assert one.keys() >= set(promised.split())
    assert one["title"] == two["title"] == "Cảng Cà Ná đón tàu lớn"
    assert one["published"] == "2026-11-20T07:00:00+07:00"
    assert "thiết bị điện gió" in one["text"]
    done = diembao("extract", tmp_path / "none.html", tmp_path / "a.html")
    assert done.returncode == 1
    assert "none.html" in done.stderr
    assert len(json_lines(done.stdout)) == 2


def test_tag_says_why(diembao: Diembao, tmp_path: Path) -> None:
    records = [
        {
            "id": "1",
            "title": "Cảng Cà Ná đón tàu lớn",
            "text": "Cảng Cà Ná, tỉnh Ninh Thuận (cũ), đón tàu.",
        },
        {"id": "2", "title": "Giá vàng hôm nay", "text": "Giá vàng trong nước giảm nhẹ phiên sáng nay."},
    ]
    lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    done = diembao("tag", "-", input=lines)
    assert done.returncode == 0, done.stderr
    one, two = json_lines(done.stdout)
    promised = "id language relevance relevance_score reason places topics near tone rules"
    assert one.keys() == set(promised.split())
    assert (one["relevance"], two["relevance"]) == ("main", "no")
    assert one["places"][0]["evidence"]
    done = diembao("tag", "-", input="{broken\n")
    assert done.returncode == 2
    assert ":1:" in done.stderr


def test_explain_shows_what_weighed(diembao: Diembao, tmp_path: Path) -> None:
    path = tmp_path / "bai.txt"
    path.write_text("Cảng Cà Ná đón tàu lớn\nCảng Cà Ná, tỉnh Ninh Thuận (cũ), đón tàu chở thiết bị điện gió.", "utf-8")
    done = diembao("explain", path)
    assert done.returncode == 0, done.stderr
    assert "Cà Ná" in done.stdout
    assert "điện gió" in done.stdout
    [found] = json_lines(diembao("--json", "explain", path).stdout)
    assert found["tags"]["relevance"] == "main"
    assert {m["id"] for m in found["mentions"]} >= {"nt.province"}
    assert [t["hits"] for t in found["topics"] if t["id"] == "energy"]
    assert "nhạy cảm" not in done.stdout
    assert diembao("explain", "no-such-thing").returncode == 2


def test_explain_says_which_topics_are_marked_as_sensitive(diembao: Diembao, tmp_path: Path) -> None:
    path = tmp_path / "bai.txt"
    path.write_text("Lễ hội Katê của đồng bào Chăm\nĐồng bào Chăm ở Ninh Thuận theo đạo Bà-la-môn đón Katê.", "utf-8")
    said = " ".join(diembao("explain", path).stdout.split())
    assert re.search(r"nhạy cảm \(sensitive\) trong topics.toml: [^()]+ \(religion_ethnic\)", said)
    said = " ".join(diembao("--lang", "en", "explain", path).stdout.split())
    assert re.search(r"sensitive in topics.toml: [^()]+ \(religion_ethnic\)", said)
    [found] = json_lines(diembao("--json", "explain", path).stdout)
    assert [t["id"] for t in found["topics"] if t["sensitive"]] == ["religion_ethnic"]


def test_explain_says_that_a_page_may_be_no_article(diembao: Diembao, tmp_path: Path) -> None:
    page = tmp_path / "trang.html"
    page.write_text(
        "<html><head><title>Không tìm thấy nội dung vi phạm tại Cà Ná</title><meta property='og:type' "
        "content='article'>"
        "</head><body><h1>Không tìm thấy nội dung vi phạm tại Cà Ná</h1><article><p>Đoàn kiểm tra cảng cá Cà Ná, "
        "tỉnh Ninh "
        "Thuận, hôm thứ ba xem sổ ghi chép của mười hai tàu lưới vây và lập biên bản với một tàu tắt máy giám sát.</p>"
        "</article></body></html>",
        "utf-8",
    )
    assert "May be no article: page says the article is gone" in diembao("--lang", "en", "explain", page).stdout
    [account] = json_lines(diembao("--json", "explain", page).stdout)
    assert (account["read_as"], account["tags"]["relevance"]) == ("soft_404", "main")


def test_explain_shows_what_the_bytes_of_a_page_held(diembao: Diembao, tmp_path: Path) -> None:
    fill = "Giá vàng trong nước sáng nay tăng nhẹ so với cuối tuần trước, người mua và người bán đều thận trọng. " * 9
    page = tmp_path / "trang.html"
    page.write_text(
        f"<html><head><title>Giá vàng tăng</title></head><body><nav><a href='/nt'>Ninh Thuận</a></nav><h1>Giá vàng "
        f"tăng</h1><article><p>{fill}</p><p>Tại Phan Rang - Tháp Chàm, giá cũng vậy.</p></article></body></html>",
        "utf-8",
    )
    [found] = json_lines(diembao("--json", "explain", page).stdout)
    assert [hit["where"] for hit in found["hits"] if hit["words"] == "Ninh Thuận" and not hit["kept"]] == ["menu"]
    assert {hit["where"] for hit in found["hits"] if hit["kept"]} == {"body"}
    assert "Trong mã trang" in diembao("explain", page).stdout
    shell = tmp_path / "shell.html"
    shell.write_text("<html><body><nav>Ninh Thuận</nav><div id='root'></div></body></html>", "utf-8")
    done = diembao("explain", shell)
    assert done.returncode == 2
    assert "trang cần trình duyệt mới hiện nội dung; trong mã trang có: Ninh Thuận (menu)" in done.stderr
    assert "Ninh Thuận (menu)" in done.stderr


def test_evaluate_and_train(diembao: Diembao, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in labelled()), "utf-8")
    [report] = json_lines(diembao("--json", "evaluate", gold, "--errors").stdout)
    assert report["relevance"]["f1"] == 1.0
    assert "mistakes" in report
    assert "micro" in diembao("evaluate", gold, "--folds", "2").stdout
    home = tmp_path / "home"
    diembao("--home", home, "init")
    first = diembao("--home", home, "--json", "train", gold, "--folds", "2", "--force")
    assert first.returncode == 0, first.stderr
    model = home / "config" / "topic_model.json"
    weights = model.read_bytes()
    assert diembao("--home", home, "train", gold, "--folds", "2", "--force").returncode == 0
    assert model.read_bytes() == weights  # the same records, the same weights
    assert (
        len(json_lines(diembao("--home", home, "--json", "evaluate", gold, "--against", home / "config").stdout)) == 2
    )
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"id": "1"}\n')
    done = diembao("evaluate", empty)
    assert done.returncode == 2
    assert "title" in done.stderr


def test_root_options_before_and_after_the_command(tmp_path: Path) -> None:
    before = run_inside("--home", tmp_path, "--json", "status")
    after = run_inside("status", "--json", "--home", tmp_path)
    assert json.loads(before.stdout).keys() == json.loads(after.stdout).keys()
    assert "All is well." in run_inside("status", f"--home={tmp_path}", "--lang", "en").stdout


def test_no_option_of_a_command_has_the_name_of_one_of_the_root() -> None:
    root = {name for option in cli.params for name in option.opts if name.startswith("--")}

    def options(command: click.Command) -> Iterator[tuple[str, str]]:
        for below in command.commands.values() if isinstance(command, click.Group) else ():
            yield from ((below.name or "", name) for option in below.params for name in option.opts)
            yield from options(below)

    assert [pair for pair in options(cli) if pair[1] in root] == []


def test_days_that_have_not_begun(tmp_path: Path) -> None:
    for words in (
        ("digest", "--day", "2030-01-01"),
        ("publish", "--day", "01/01/2030"),
        ("ledger", "--day", "2030-01-01"),
        ("report", "--last", "week", "--day", "2030-01-01"),
        ("report", "--since", "2026-11-01", "--until", "2030-01-01"),
    ):
        with pytest.raises(click.UsageError, match="chưa đến"):
            run_inside("--home", tmp_path, *words)
    # 01:00 in the province, 18:00 of the day before in UTC.
    clock = tmp_path / "clock.json"
    clock.write_text('{"now": "2026-11-29T18:00:00+00:00", "steady": 1}')
    run_inside("--home", tmp_path, "ledger", "--day", "2026-11-30", DIEMBAO_CLOCK=str(clock))
    clock.write_text('{"now": "2026-11-29T16:00:00+00:00", "steady": 1}')
    with pytest.raises(click.UsageError, match="chưa đến"):
        run_inside("--home", tmp_path, "ledger", "--day", "2026-11-30", DIEMBAO_CLOCK=str(clock))


def test_days_in_both_ways_of_writing(tmp_path: Path) -> None:
    for day in ("2026-11-22", "22/11/2026", "22/11/26", "2026/11/22", "hôm qua"):
        if day in ("2026-11-22", "22/11/2026"):
            assert run_inside("--home", tmp_path, "ledger", "--day", day).returncode == 0
        else:
            with pytest.raises(click.UsageError, match="29/11/2026"):
                run_inside("--home", tmp_path, "ledger", "--day", day)


def test_an_item_that_there_is_not_is_wrong_use(tmp_path: Path) -> None:
    for words in (("decide", "nosuch", "--tone", "negative"), ("item", "nosuch"), ("explain", "nosuch")):
        with pytest.raises(click.UsageError, match="nosuch"):
            run_inside("--home", tmp_path, *words)
