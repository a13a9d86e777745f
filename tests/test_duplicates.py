"""Reprints are found by their words, whatever order they come in."""

import random

from pipeline.duplicates import fingerprint, group, similarity

WORDS = [f"chữ{n}" for n in range(400)]


def text(seed: int, length: int = 150) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def test_edited_reprints_are_similar_and_others_are_not() -> None:
    wire = text(1)
    cut = " ".join(wire.split()[20:]) + " Theo hãng tin"
    assert similarity(fingerprint(wire), fingerprint(cut)) > 0.6
    assert similarity(fingerprint(wire), fingerprint(text(2))) < 0.2
    assert fingerprint(wire) == fingerprint(wire.upper())


def test_short_texts_have_none() -> None:
    assert fingerprint("Một tin rất ngắn") == b""
    assert len(fingerprint(text(1))) == 512
    assert len(fingerprint("宁顺核电站" * 20)) == 512


def test_groups_do_not_depend_on_order() -> None:
    texts = {f"{seed}-{n}": " ".join(text(seed).split()[n * 10 :]) for seed in range(4) for n in range(3)}
    keys = list(texts)
    expected = {frozenset(k for k in keys if k.startswith(f"{seed}-")) for seed in range(4)}
    for shuffle in range(5):
        random.Random(shuffle).shuffle(keys)
        assert {frozenset(g) for g in group({k: fingerprint(texts[k]) for k in keys})} == expected
