"""The backend that runs a CTranslate2 model in this process: real models, of a few words, made here."""

import sys
from pathlib import Path

import pytest

from config.engines.translation import TranslationSettings
from diembao.translation.ctranslate import FolderTranslator, sentences
from diembao.translation.engine import open_translator
from diembao.translation.translator import EngineDown, Hint, TextFailed

pytest.importorskip("ctranslate2")
pytest.importorskip("sentencepiece")

from tests.support.word_model import write_word_model

#: Word for word, as no language does; names stand in the text as they are to stay.
WORDS = {
    "닌투언": "Ninh-Thuận",
    "Ninh": "Ninh",
    "Thuận": "Thuận",
    "태양광": "điện-mặt-trời",
    "발전소": "nhà-máy",
    "22곳": "22",
    "줄었다.": "giảm.",
    "늘었다.": "tăng.",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_word_model(folder / "pair" / "ko", WORDS)
    write_word_model(folder / "nllb", WORDS, [("kor_Hang", "vie_Latn"), ("vie_Latn", "vie_Latn")])
    write_word_model(folder / "m2m", WORDS, [("__ko__", "__vi__"), ("__vi__", "__vi__")])
    return folder


@pytest.mark.parametrize("name", ["pair", "pair/ko", "nllb", "m2m"])
def test_a_model_translates(models: Path, name: str) -> None:
    settings = TranslationSettings("ctranslate2", folder=str(models / name), model="tiny")
    translator = open_translator(settings)
    assert translator is not None
    engine = translator.describe()
    assert (engine.backend, engine.model) == ("ctranslate2", "tiny")
    assert len(engine.version) == 12
    assert translator.translate("닌투언 발전소 22곳 줄었다.", "ko", "vi") == "Ninh-Thuận nhà-máy 22 giảm."
    with_name = translator.translate("닌투언 발전소", "ko", "vi", [Hint("닌투언", "Ninh Thuận")])
    assert with_name == "Ninh Thuận nhà-máy"
    two = translator.translate("태양광 줄었다. 발전소 늘었다.\n\n22곳 늘었다.", "ko", "vi")
    assert two == "điện-mặt-trời giảm. nhà-máy tăng.\n\n22 tăng."
    assert translator.translate("닌투언 발전소 22곳 줄었다.", "ko", "vi") == "Ninh-Thuận nhà-máy 22 giảm.", "no memory"
    translator.close()


def test_languages_that_no_model_knows_fail(models: Path) -> None:
    for name in ("pair", "nllb", "m2m"):
        with pytest.raises(TextFailed, match="language"):
            FolderTranslator(models / name, "", "").translate("ニントゥアン", "ja", "vi")


def test_the_version_is_that_of_the_bytes_unless_one_is_written(models: Path, tmp_path: Path) -> None:
    told = FolderTranslator(models / "nllb", "", "").describe()
    assert told.model == "nllb"
    assert told == FolderTranslator(models / "nllb", "", "").describe()
    assert told.version != FolderTranslator(models / "m2m", "", "").describe().version
    assert FolderTranslator(models / "nllb", "NLLB-200", "600M").describe().version == "600M"


def test_a_folder_without_a_model_says_what_to_do(models: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineDown, match="CTranslate2"):
        FolderTranslator(tmp_path / "none", "", "").describe()
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "model.bin").write_bytes(b"\x00" * 64)
    with pytest.raises(EngineDown, match="SentencePiece"):
        FolderTranslator(tmp_path / "bare", "", "").describe()
    for name in ("source.spm", "target.spm"):
        (tmp_path / "bare" / name).write_bytes((models / "nllb" / name).read_bytes())
    broken = FolderTranslator(tmp_path / "bare", "", "")
    broken.describe()
    with pytest.raises(EngineDown):
        broken.translate("닌투언", "ko", "vi")


def test_without_the_extra_the_way_out_is_told(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctranslate2", None)  # as where it is not installed
    with pytest.raises(EngineDown, match=r"diembao\[translate\]"):
        FolderTranslator(models / "nllb", "", "").describe()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Một. Hai! Ba?", ["Một.", "Hai!", "Ba?"]),
        ("A rise of 4.5 per cent in No. 5 shop.", ["A rise of 4.5 per cent in No. 5 shop."]),
        ("approx. two sites. Then none.", ["approx. two sites.", "Then none."]),
        ("宁顺。30万吨！好", ["宁顺。", "30万吨！", "好"]),
        ("", []),
    ],
)
def test_sentences(line: str, expected: list[str]) -> None:
    assert sentences(line) == expected
