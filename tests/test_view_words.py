"""What the views print for a person is in the language of the run; codes stay in JSON."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import click
import pytest

from config.load import packaged
from config.rulebook import load_rulebook
from config.sources import load_sources
from diembao.cli.commands.status import _cause_words
from diembao.cli.views.evaluate import evaluation_tables
from diembao.cli.views.explain import explanation_panels
from diembao.evaluation.metrics import evaluate
from diembao.jobs.reading.decision_words import decision_lines
from diembao.jobs.reading.value_words import country_words, grade_words, language_words, tone_words, topic_words
from pipeline.errors import DiembaoError
from pipeline.explain import explain
from pipeline.i18n.catalogs import find_code
from pipeline.i18n.language import Language, use_language
from pipeline.records import ByteHit, Decision, Text
from pipeline.records.sources import FeedKind
from pipeline.rules.rulebook import Tier
from pipeline.tagging import relevance, topics
from pipeline.tagging.mention_roles import Role
from tests.support.cli import run_inside
from tests.support.rich_output import shown

RULES = load_rulebook(None)
TEXT = Text(
    "a",
    "Muối Cà Ná được mùa, diêm dân Ninh Thuận phấn khởi",
    "Ngày 3/3, diêm dân xã Cà Ná, tỉnh Ninh Thuận thu hoạch muối. Vụ này giá muối tăng. Mưa lớn từ Quảng Trị đến "
    "Ninh Thuận. Đầm Nại, Vĩnh Hy đón nhiều du khách. Bình Thuận, Khánh Hòa cũng có mưa.",
)


def names(language: Language) -> dict[str, str]:
    return {t.id: t.label_en if language == "en" else t.label_vi for t in RULES.topics.topic}


def test_each_code_of_the_views_has_words_in_both_languages() -> None:
    kinds = {source.kind for source in load_sources(None)}
    codes = {
        "feature": {*relevance.FEATURES, *topics.FEATURES},
        "place tier": set(get_args(Tier)),
        "mention role": set(get_args(Role)),
        "feed kind": set(get_args(FeedKind)),
        "outlet kind": kinds,
        "alert cause": {"job", "no_digest", "source", "disk", "backup", "spike", "search"},
    }
    for context, members in codes.items():
        for language in get_args(Language):
            missing = [code for code in members if not find_code(context, code, language=language)]
            assert missing == [], (context, language)
        same = [code for code in members if find_code(context, code, language="vi") == code]
        assert same == [], (context, "the code itself is shown")


def test_an_explanation_shows_words_and_no_codes() -> None:
    hits = (ByteHit("Ca Na", "link"), ByteHit("Cà Ná", "title"))
    explanation = explain(TEXT, RULES, hits)
    assert explanation.grade, "the text must show every table"
    assert {role for _, role in explanation.mentions} >= {"plain", "range"}
    with use_language("vi"):
        page = shown(explanation_panels(explanation, names("vi")))
        body = page.split("╰")[-2] + page.split("╰")[-1]
        for words in (
            "nói về tỉnh",
            "Tiếng Việt",
            "Địa danh",
            "tiêu đề 5",
            "thân bài",
            "mốc đường dài",
            "chắc",
        ):
            assert words in page, words
        assert "(agriculture_fisheries)" in page
        without_ids = re.sub(r"\(\w+\)|[0-9a-f]{12}", "", body)
        codes = {*relevance.FEATURES, *topics.FEATURES, *get_args(Role), *get_args(Tier), "main", "near", "assigned"}
        assert {word for word in re.findall(r"[a-z_]{4,}", without_ids) if word in codes} == set()
    with use_language("en"):
        page = shown(explanation_panels(explanation, names("en")))
        for words in ("about the province", "Vietnamese", "title 5", "end of a range", "strong"):
            assert words in page, words
        assert "Địa danh" not in page


def test_an_evaluation_shows_words() -> None:
    record = {"id": "1", "title": TEXT.title, "text": TEXT.text, "about_ninh_thuan": "mention", "tone": "negative",
              "topics": ["energy"]}  # fmt: skip
    with use_language("vi"):
        page = shown(evaluation_tables(evaluate([record], RULES), names("vi"), errors=True))
    for words in ("Năng lượng (energy)", "chính", "tiêu cực", "độ tin cậy"):
        assert words in page, words
    assert re.findall(r"\b(?:main|mention|negative|neutral|positive|relevance|topics)\b", page) == []


def test_words_of_single_codes() -> None:
    with use_language("vi"):
        assert grade_words("mention") == "chỉ nhắc đến tỉnh"
        assert tone_words("negative") == "tiêu cực"
        assert (language_words("en"), country_words("SG")) == ("Tiếng Anh", "Singapore")
        assert topic_words(names("vi"), "energy") == "Năng lượng (energy)"
        assert _cause_words("job:collect") == "việc hỏng: collect"
        assert _cause_words("no_digest") == "chưa có điểm báo"
    with use_language("en"):
        assert (language_words("vi"), topic_words(names("en"), "energy")) == ("Vietnamese", "Energy (energy)")
        assert topic_words({}, "gone") == "gone"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_list_of_sources_shows_kinds_in_words(tmp_path: Path, language: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.toml").write_text(packaged("sources.toml"), "utf-8")
    listed = run_inside("--home", tmp_path, "--lang", language, "source", "list").stdout
    if language == "vi":
        assert re.findall(r"\b(?:newspaper|broadcaster|agency|central|foreign|sitemap|listing|query)\b", listed) == []
        assert "Báo chí trung ương" in listed
    assert ("newspaper" in listed) == (language == "en")
    row = run_inside("--home", tmp_path, "--json", "source", "list").stdout.splitlines()[0]
    assert '"kind": "newspaper"' in row


def test_errors_of_the_database_are_messages_that_can_be_translated() -> None:
    root = Path(__file__).parent.parent
    plain = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in sorted((root / "storage").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "StorageError"
        and isinstance(node.args[0], ast.JoinedStr | ast.Constant)
    ]
    assert plain == []


def test_an_unknown_item_is_told_in_the_language_of_the_run(tmp_path: Path) -> None:
    for lang, words in {"vi": "Không có bài: nosuch", "en": "No such item: nosuch"}.items():
        with pytest.raises((DiembaoError, click.ClickException)) as raised:
            run_inside("--home", tmp_path, "--lang", lang, "decide", "nosuch", "--tone", "neutral", "--who", "Lan")
        with use_language("vi" if lang == "vi" else "en"):
            said = getattr(raised.value, "explanation", None) or getattr(raised.value, "format_message", None)
            assert said is not None
            assert words in said()


def test_what_persons_decided_is_told_by_item_and_explain() -> None:
    at = datetime(2026, 11, 30, 1, 5, tzinfo=UTC)
    decisions = [
        Decision("h1", "relevance", "mention", "Lan", at, "chỉ là nơi sinh"),
        Decision("h1", "topics", "energy tourism", "", at, ""),
        Decision("h1", "tone", "neutral", "Lan", at, ""),
        Decision("h1", "relevance", "no", "minh", at, "old"),
    ]
    with use_language("vi"):
        zone, people = ZoneInfo("Asia/Ho_Chi_Minh"), {"minh": "Lê Văn Minh"}
        lines = list(decision_lines(decisions, {"energy": "Năng lượng"}, zone, people))
    assert [line.split(" = ", 1)[1] for line in lines] == [
        "chỉ nhắc đến tỉnh (Lan, 08:05 30/11/2026): chỉ là nơi sinh",
        "Năng lượng (energy), tourism (Người duyệt, 08:05 30/11/2026)",
        "trung tính (Lan, 08:05 30/11/2026)",
        "không liên quan đến tỉnh (Lê Văn Minh, 08:05 30/11/2026): tin cũ",
    ]
