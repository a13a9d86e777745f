"""places.toml and topics.toml → the rulebook; faults are named, other provinces are other files."""

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from config.faults.errors import ConfigError
from config.rulebook import load_rulebook
from pipeline.records import Text
from pipeline.tagging.tagger import tag

OTHER = """
[province]
id = "bt.province"
name = "Bình Thuận"
fold_safe = true
foreign = ["Binh Thuan"]
neighbours = ["Ninh Thuận", "Lâm Đồng", "Đồng Nai"]
successor = ["Lâm Đồng"]
merged_on = 2025-07-01

[[place]]
id = "bt.phan_thiet"
name = "Phan Thiết"
tier = "strong"
titles = ["thành phố"]

[[place]]
id = "bt.tuy_phong"
name = "Tuy Phong"
titles = ["huyện"]

[elsewhere]
provinces = ["Ninh Thuận", "Ninh Bình", "Cà Mau"]
"""


def test_the_packaged_rules_hold_together() -> None:
    rules = load_rulebook()
    assert rules.places.province.name == "Ninh Thuận"
    assert rules.places.province.merged_on == date(2025, 7, 1)
    assert len(rules.places.place) > 200
    assert {t.id for t in rules.topics.topic if t.kind == "topic"} >= {"sea_islands", "investment", "image_promotion"}
    assert [t.id for t in rules.topics.topic if t.kind == "signal"] == ["press_criticism"]
    assert rules.models.topics.weights


def test_every_new_commune_is_in_the_gazetteer() -> None:
    new = [p for p in load_rulebook().places.place if p.kind.endswith("_new")]
    assert len(new) == 24
    assert all(p.since == date(2025, 7, 1) and p.titles for p in new)


def test_the_version_changes_with_the_rules(tmp_path: Path) -> None:
    before = load_rulebook(tmp_path).version
    text = (files("config") / "topics.toml").read_text("utf-8")
    (tmp_path / "topics.toml").write_text(text.replace('"du lịch"', '"du lịch", "du ngoạn"', 1), "utf-8")
    assert load_rulebook(tmp_path).version != before == load_rulebook().version


def test_another_province_is_another_file(tmp_path: Path) -> None:
    (tmp_path / "places.toml").write_text(OTHER, "utf-8")
    rules = load_rulebook(tmp_path)
    tags = tag(Text("1", "Bình Thuận xây cảng mới", "Cảng đặt tại huyện Tuy Phong, tỉnh Bình Thuận."), rules)
    assert tags.relevance == "main"
    assert {p.id for p in tags.places} == {"bt.province", "bt.tuy_phong"}
    assert tags.reason.parameters["province"] == "Bình Thuận"
    assert tag(Text("1", "Ninh Thuận có mưa", "Mưa lớn ở Ninh Thuận."), rules).relevance == "no"


def test_all_faults_of_both_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "places.toml").write_text(
        '[province]\nid = "x"\nname = "X Y"\nneighbors = []\n\n[[place]]\nid = "a"\nname = "A B"\ntier = "sure"\n',
        "utf-8",
    )
    (tmp_path / "topics.toml").write_text('[[topic]]\nid = "a"\nlabel_vi = "A"\n', "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_rulebook(tmp_path)
    said = str(caught.value)
    assert "did you mean 'neighbours'?" in said
    assert "place[0].tier" in said
    assert "topics.toml" in said and "label_en" in said


def test_ids_are_unique_and_dates_in_order(tmp_path: Path) -> None:
    (tmp_path / "places.toml").write_text(
        '[province]\nid = "x"\nname = "X Y"\n[[place]]\nid = "a"\nname = "A B"\n'
        '[[place]]\nid = "a"\nname = "C"\nsince = 2025-01-01\nuntil = 2024-01-01\n',
        "utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_rulebook(tmp_path)
    said = str(caught.value)
    assert "used twice" in said and "too short" in said and "later than" in said


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "topic_model.json").write_text('{"topics": {"weights": "much"}}', "utf-8")
    with pytest.raises(ConfigError, match=r"topic_model\.json.*weights"):
        load_rulebook(tmp_path)


def test_rules_load_from_a_folder_as_from_the_package(tmp_path: Path) -> None:
    for name in ("places.toml", "topics.toml", "topic_model.json"):
        shutil.copy(str(files("config") / name), tmp_path / name)
    assert load_rulebook(tmp_path) == load_rulebook()
