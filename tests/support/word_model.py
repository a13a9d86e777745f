"""A tiny Transformer that translates word for word, written as CTranslate2's own converters write models.

Its weights are computed, not trained. A vector has three parts: which token, at which place, and what to say. The
decoder's attention looks at the source token of its own place, and its value is the translation of that token.
SentencePiece models for the words are trained beside it.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec
from numpy.typing import NDArray

#: Places of a sentence.
_PLACES = 64
#: Sharpness of the attention, and of the choice of a word.
_SHARP, _SURE = 50.0, 10.0
_SPECIAL = ("<unk>", "<s>", "</s>")
Array = NDArray[np.float32]


def write_word_model(folder: Path, words: Mapping[str, str], pairs: Iterable[tuple[str, str]] = ()) -> None:
    """Write a model that translates these words, each into one; `pairs` are tokens besides, such as codes of languages.

    The folder holds model.bin, its vocabularies, source.spm and target.spm.
    """
    folder.mkdir(parents=True)
    extra = dict(pairs)
    _write_sentencepiece(folder / "source.spm", words.keys())
    _write_sentencepiece(folder / "target.spm", words.values())
    source = [*_SPECIAL, *extra, *(f"▁{word}" for word in words)]
    target = list(dict.fromkeys([*_SPECIAL, *extra.values(), *(f"▁{word}" for word in words.values())]))
    meaning = {name: name for name in _SPECIAL} | extra | {f"▁{a}": f"▁{b}" for a, b in words.items()}
    spec = _spec(source, target, meaning)
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_bos, spec.config.add_source_eos = False, False
    spec.validate()
    spec.optimize()
    spec.save(str(folder))


def _write_sentencepiece(path: Path, words: Iterable[str]) -> None:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*words]),
        model_writer=model,
        model_type="word",
        vocab_size=10_000,
        hard_vocab_limit=False,
        character_coverage=1.0,
        minloglevel=2,
    )
    path.write_bytes(model.getvalue())


def _spec(source: Sequence[str], target: Sequence[str], meaning: Mapping[str, str]) -> Any:
    tokens = max(len(source), len(target))
    size = tokens + _PLACES + len(target)
    places = slice(tokens, tokens + _PLACES)
    said = tokens + _PLACES
    # CTranslate2 declares the variables of a specification as None, to be set to arrays.
    spec: Any = TransformerSpec.from_config((1, 1), 1, pre_norm=True)
    position = np.zeros((_PLACES, size), np.float32)
    position[:, places] = np.eye(_PLACES, dtype=np.float32)
    for side, vocabulary in ((spec.encoder, source), (spec.decoder, target)):
        embeddings = side.embeddings[0] if side is spec.encoder else side.embeddings
        embeddings.weight = np.eye(len(vocabulary), size, dtype=np.float32)
        embeddings.multiply_by_sqrt_depth = np.dtype("int8").type(0)
        side.scale_embeddings = np.dtype("int8").type(0)
        side.position_encodings.encodings = position
        _set_norm(side.layer_norm, size)
        layer = side.layer[0]
        _set_norm(layer.self_attention.layer_norm, size)
        _set_linear(layer.self_attention.linear[0], np.zeros((3 * size, size), np.float32))
        _set_linear(layer.self_attention.linear[1], np.zeros((size, size), np.float32))
        _set_norm(layer.ffn.layer_norm, size)
        _set_linear(layer.ffn.linear_0, np.zeros((4, size), np.float32))
        _set_linear(layer.ffn.linear_1, np.zeros((size, 4), np.float32))
    attention = spec.decoder.layer[0].attention
    _set_norm(attention.layer_norm, size)
    place = np.zeros((size, size), np.float32)
    place[places, places] = np.eye(_PLACES, dtype=np.float32)
    value = np.zeros((size, size), np.float32)
    for number, token in enumerate(source):
        value[said + target.index(meaning[token]), number] = 1
    _set_linear(attention.linear[0], _SHARP * place)
    _set_linear(attention.linear[1], np.concatenate([place, value]))
    _set_linear(attention.linear[2], np.eye(size, dtype=np.float32))
    projection = np.zeros((len(target), size), np.float32)
    projection[:, said:] = _SURE * np.eye(len(target), dtype=np.float32)
    _set_linear(spec.decoder.projection, projection)
    return spec


def _set_linear(layer: Any, weight: Array) -> None:
    layer.weight, layer.bias = weight, np.zeros(len(weight), np.float32)


def _set_norm(layer: Any, size: int) -> None:
    layer.gamma, layer.beta = np.ones(size, np.float32), np.zeros(size, np.float32)
