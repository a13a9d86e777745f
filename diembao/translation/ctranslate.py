"""The backend 'ctranslate2': a converted model in a folder, run by this process.

The folder holds one model, or one folder for each language of the articles ('ko', 'ja'). A model's folder holds
`model.bin` with its vocabularies as CTranslate2's converters write them, and the SentencePiece models of the original:
`source.spm` and `target.spm` (OPUS-MT), or one for both (`sentencepiece.bpe.model`, `spm.model`,
`sentencepiece.model`). How a model is told the language follows from the tokens that it knows.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from diembao.translation.languages import FLORES
from diembao.translation.name_forms import with_known_names
from diembao.translation.translator import EngineDown, Hint, TextFailed
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.translations import Engine

_SHARED = ("sentencepiece.bpe.model", "spm.model", "sentencepiece.model")
#: What may be the end of a sentence; models of sentences are given one at a time.
_END = re.compile(r"(?<=[。！？])|(?<=[.!?…])\s+")
#: Pieces of a sentence at most: models were trained on sentences of some hundred.
_LONGEST = 480
_EOS = "</s>"
#: Codes of ISO 639-3 by which multilingual OPUS-MT models call the target language.
_OPUS = {"vi": "vie", "en": "eng"}


@dataclass(frozen=True, slots=True)
class _Tokens:
    """What stands around the pieces of a sentence, and at the beginning of its translation."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    prefix: tuple[str, ...]


class _Model:
    """One loaded model."""

    def __init__(self, folder: Path) -> None:
        import ctranslate2
        import sentencepiece

        self._translator: Any = ctranslate2.Translator(str(folder), device="cpu", inter_threads=1, intra_threads=0)
        source, target = _sentencepiece_files(folder)
        self._source, self._target = (
            sentencepiece.SentencePieceProcessor(model_file=str(source)),
            sentencepiece.SentencePieceProcessor(model_file=str(target)),
        )
        self._vocabulary = _vocabulary(folder)
        self._adds_end = bool(_config(folder).get("add_source_eos"))

    def translate(self, text: str, source: str, target: str) -> str:
        tokens = self._tokens(source, target)
        return "\n".join(self._line(line, tokens) if line.strip() else line for line in text.split("\n"))

    def _line(self, line: str, tokens: _Tokens) -> str:
        sentences = [part.strip() for part in _END.split(line) if part and part.strip()]
        batch = [
            [*tokens.before, *self._source.encode(one, out_type=str)[:_LONGEST], *tokens.after] for one in sentences
        ]
        results = self._translator.translate_batch(
            batch,
            target_prefix=[list(tokens.prefix)] * len(batch) if tokens.prefix else None,
            beam_size=4,
            max_batch_size=8,
            max_decoding_length=2 * _LONGEST,
        )
        lines = []
        for result in results:
            pieces = [piece for piece in result.hypotheses[0][len(tokens.prefix) :] if piece != _EOS]
            lines.append(str(self._target.decode(pieces)).strip())
        return " ".join(lines)

    def _tokens(self, source: str, target: str) -> _Tokens:
        """Return the tokens by which the model is told the languages. Raises TextFailed for one it does not know."""
        end = () if self._adds_end or _EOS not in self._vocabulary else (_EOS,)
        known = self._vocabulary
        if (flores := FLORES.get(target)) in known:
            if (named := FLORES.get(source)) not in known or named is None or flores is None:
                raise TextFailed("language", source)
            return _Tokens((named,), end, (flores,))
        if (m2m := f"__{target}__") in known:
            if f"__{source}__" not in known:
                raise TextFailed("language", source)
            return _Tokens((f"__{source}__",), end, (m2m,))
        for named in (f"<2{target}>", f">>{_OPUS.get(target, target)}<<"):
            if named in known:
                return _Tokens((named,), end, ())
        return _Tokens((), end, ())


class FolderTranslator:
    """The models of a folder, each loaded when its language is first asked for."""

    def __init__(self, folder: Path, model: str, version: str) -> None:
        self._folder = folder
        self._model, self._version = model or folder.name, version
        self._loaded: dict[Path, _Model] = {}

    def describe(self) -> Engine:
        """See Translator. The version is that of the settings, else told by the bytes of the models."""
        try:
            for package in ("ctranslate2", "sentencepiece"):
                import_module(package)
        except ImportError as error:
            message = mark("{package} is not installed; pip install 'diembao[translate]'")
            raise EngineDown(Message(message, package=error.name or "ctranslate2")) from error
        models = [folder for folder in (self._folder, *sorted(self._folder.glob("*"))) if _is_model(folder)]
        if not models:
            message = mark("{folder}: holds no CTranslate2 model (model.bin), nor a folder for each language with one")
            raise EngineDown(Message(message, folder=self._folder))
        files = [
            (path, path.stat())
            for folder in models
            for path in (folder / "model.bin", *dict.fromkeys(_sentencepiece_files(folder)), *_vocabularies(folder))
        ]
        told = _fingerprint(tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in files))
        return Engine("ctranslate2", self._model, self._version or told)

    def translate(self, text: str, source: str, target: str, hints: Sequence[Hint] = (), /) -> str:
        """See Translator."""
        model = self._of(source)
        try:
            return model.translate(with_known_names(text, hints), source, target)
        except (RuntimeError, ValueError) as error:
            raise TextFailed("malformed", str(error)[:200]) from error

    def _of(self, source: str) -> _Model:
        folder = self._folder if _is_model(self._folder) else self._folder / source
        if not _is_model(folder):
            raise TextFailed("language", source)
        if folder not in self._loaded:
            try:
                self._loaded[folder] = _Model(folder)
            except (RuntimeError, ValueError, OSError) as error:
                message = mark("{folder}: the model cannot be loaded ({cause})")
                raise EngineDown(Message(message, folder=folder, cause=str(error)[:200])) from error
        return self._loaded[folder]

    def close(self) -> None:
        self._loaded.clear()


def sentences(line: str) -> list[str]:
    """Return the sentences of a line: a point before a small letter or a digit ends none ('No. 5', 'approx. two')."""
    found: list[str] = []
    for part in filter(None, (part.strip() for part in _END.split(line))):
        if found and not found[-1].endswith(("。", "！", "？")) and (part[0].islower() or part[0].isdigit()):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _is_model(folder: Path) -> bool:
    return (folder / "model.bin").is_file()


def _sentencepiece_files(folder: Path) -> tuple[Path, Path]:
    """Return the SentencePiece models of the source and of the target. Raises EngineDown where they are missing."""
    shared = next((folder / name for name in _SHARED if (folder / name).is_file()), None)
    if shared is not None:
        return shared, shared
    pair = folder / "source.spm", folder / "target.spm"
    if not all(path.is_file() for path in pair):
        message = mark("{folder}: holds no SentencePiece model; copy {names} of the original model there")
        raise EngineDown(Message(message, folder=folder, names=f"source.spm, target.spm / {', '.join(_SHARED)}"))
    return pair


@lru_cache(maxsize=4)
def _fingerprint(files: tuple[tuple[str, int, int], ...]) -> str:
    """Return 12 hex digits of the SHA-256 of the models' bytes."""
    digest = hashlib.sha256()
    for path, _size, _changed in files:
        with Path(path).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _vocabulary(folder: Path) -> frozenset[str]:
    """Return the tokens of the source's vocabulary; none where there is no file of it."""
    for path in _vocabularies(folder):
        if not path.name.startswith("target"):
            text = path.read_text("utf-8")
            return frozenset(map(str, json.loads(text)) if path.suffix == ".json" else text.split("\n"))
    return frozenset()


def _vocabularies(folder: Path) -> list[Path]:
    """Return the files of a model's vocabularies, in any of the forms that CTranslate2 has written them in."""
    names = ("shared_vocabulary", "source_vocabulary", "target_vocabulary")
    paths = (folder / f"{name}.{ending}" for name in names for ending in ("json", "txt"))
    return [path for path in paths if path.is_file()]
