"""Tone words in their sentences → which of them the text denies, undoes, supposes or rehearses instead of reporting."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.tagging.denials.cues import SENTENCE_END, Cues
from pipeline.tagging.denials.languages import cues_of
from pipeline.tagging.zones import Zone

#: absent: it did not happen; refuted: a report of it is called false; undone: it was, and is over or averted;
#: supposed: a condition, a memory or a precaution; drill: part of a rehearsal; echo: the title denies this very word;
#: excused: a storm that did no harm
Denial = Literal["", "absent", "refuted", "undone", "supposed", "drill", "echo", "excused"]

#: Characters before and behind a word in which its cues are looked for; sentences of the press have about 150
_REACH = 170
#: Characters between two words of one enumeration or of cause and effect
_LONGEST_GAP = 80
#: Most words of one field whose sentences are read; a text with more is a list
_MOST_WORDS = 300
#: Denials that hold for the effects of what is denied: "no fire that killed anyone"
_WHOLLY = ("absent", "refuted", "supposed", "drill")


#: Denials that, in the title, hold for the matter of the whole text
_SAID_OF_THE_MATTER = ("absent", "refuted", "undone", "drill")


@dataclass(frozen=True, slots=True)
class ToneWord:
    """One tone word of a zone; offsets into its text."""

    zone: Zone
    start: int
    end: int


def judge_denials(words: Sequence[ToneWord], fields: Sequence[Zone], language: str) -> list[Denial]:
    """Return the denial of every negative word of a text, '' where the text reports it; in the order of `words`.

    `words` are ordered by zone and offset, `fields` are title and text, `language` is a code of topics.toml, or
    UNACCENTED of the topics.
    """
    cues = cues_of(language)
    if not words:
        return []
    zones = {zone.where: zone for zone in fields}
    rehearsal_from = {where: _rehearsal_start(zone, words, cues) for where, zone in zones.items()}
    if rehearsal_from.get("title") is not None:
        rehearsal_from["text"] = 0
    refuting = any(cues.refuting.search(zone.folded[: zone.lead_end]) for zone in zones.values())
    denials: list[Denial] = []
    counts = dict.fromkeys(zones, 0)
    for i, word in enumerate(words):
        counts[word.zone.where] += 1
        if counts[word.zone.where] > _MOST_WORDS:
            denials.append("")
            continue
        before, after = _context(word)
        denial = _denial(word, before, after, cues)
        if not denial and _is_rehearsed(before, after, _reported(words, denials, i, len(before)), cues):
            denial = "drill"
        if not denial and i and words[i - 1].zone is word.zone:
            denial = _shared(denials[i - 1], word.zone.folded[words[i - 1].end : word.start], cues)
        if not denial and refuting and cues.hearsay.search(before):
            denial = "refuted"
        start = rehearsal_from.get(word.zone.where)
        if not denial and start is not None and word.start >= start and not cues.real.search(before):
            denial = "drill"
        denials.append(denial)
    return _excused(words, _with_echoes(words, denials, cues), cues)


def is_denied(word: ToneWord, language: str) -> bool:
    """Whether a negation stands right before a word: what is 'not successful' is no success."""
    cues = cues_of(language)
    return _absent_before(_context(word)[0], cues)


def is_degree_of_harm(word: ToneWord, harms: Sequence[int], language: str) -> bool:
    """Whether a word only tells the degree of something in a sentence of bad news: 'the largest flood'.

    `harms` are the offsets of the bad news that the word's zone reports, in their order.
    """
    cues = cues_of(language)
    if not cues.degree.fullmatch(_term(word)):
        return False
    before, after = _context(word)
    first = bisect_left(harms, word.start - len(before))
    return first < len(harms) and harms[first] < word.end + len(after)


def _context(word: ToneWord) -> tuple[str, str]:
    """Return what stands before and behind a word in its sentence, in key form."""
    folded = word.zone.folded
    low, high = max(0, word.start - _REACH), min(len(folded), word.end + _REACH)
    before = folded[low : word.start]
    if ends := [m.end() for m in SENTENCE_END.finditer(before)]:
        before = before[ends[-1] :]
    after = folded[word.end : high]
    if end := SENTENCE_END.search(after):
        after = after[: end.start()]
    return before, after


def _denial(word: ToneWord, before: str, after: str, cues: Cues) -> Denial:
    term = _term(word)
    if cues.refuted_before.search(before) or cues.refuted_after.match(after):
        return "refuted"
    if cues.refuting_verb.search(before) and cues.report_after.match(after):
        return "refuted"
    if cues.supposed_before.search(before) or cues.supposed_after.match(after):
        return "supposed"
    remedy = bool(cues.remedy.fullmatch(term))
    if remedy and cues.conditional.search(before):
        return "supposed"
    deniable = not remedy or bool(cues.sanctioned.search(before))
    if deniable and (_absent_before(before, cues) or cues.absent_after.match(after)):
        return "absent"
    if _achieved(cues.averted_before.search(before), before, cues) or cues.averted_after.match(after):
        return "undone"
    if cues.rate_before.search(before) and cues.fell_after.match(after):
        return "undone"
    if cues.irreversible.fullmatch(term) or cues.failed_after.match(after):
        return ""
    undone = cues.undone_before.search(before)
    if _achieved(undone, before, cues) and not (undone and cues.effort.search(before[: undone.start()])):
        return "undone"
    return "undone" if cues.undone_after.match(after) else ""


def _achieved(cue: re.Match[str] | None, before: str, cues: Cues) -> bool:
    """Whether a cue is there and no negation or failure stands before it."""
    return cue is not None and not cues.not_done.search(before[: cue.start()])


def _absent_before(before: str, cues: Cues) -> bool:
    negation = cues.absent_before.search(before)
    return negation is not None and not cues.double.search(before[: negation.start()])


def _reported(words: Sequence[ToneWord], denials: Sequence[Denial], i: int, size: int) -> int | None:
    """Return where, in the `size` characters before the i-th word, the first word stands that is reported as a fact."""
    word = words[i]
    offsets = (
        size - (word.start - w.start)
        for w, denial in zip(reversed(words[:i]), reversed(denials), strict=True)
        if not denial and w.zone is word.zone and word.start - w.start <= size
    )
    return min(offsets, default=None)


def _is_rehearsed(before: str, after: str, reported: int | None, cues: Cues) -> bool:
    """Whether a rehearsal is spoken of in the sentence of a word, and not as the setting of what is reported."""
    if cues.drill_after.match(after):
        return True
    return any(
        not cues.drill_setting.search(before[: cue.end()])
        for cue in cues.drill.finditer(before)
        if reported is None or cue.start() < reported
    )


def _shared(denial: Denial, gap: str, cues: Cues) -> Denial:
    """Return the denial that a word takes over from the one before it, across `gap`."""
    if not denial or len(gap) > _LONGEST_GAP:
        return ""
    if cues.joined.fullmatch(gap):
        return denial
    if denial in _WHOLLY and cues.caused.fullmatch(gap):
        return denial
    return ""


def _rehearsal_start(zone: Zone, words: Sequence[ToneWord], cues: Cues) -> int | None:
    """Return the offset from which a text tells of a rehearsal: that of the cue in its title or lead, else None.

    A cue that something happened 'during', or that stands behind a reported accident, is only its setting.
    """
    head = zone.folded[: zone.lead_end]
    for cue in cues.drill.finditer(head):
        begin = max((m.end() for m in SENTENCE_END.finditer(head, 0, cue.start())), default=0)
        if cues.drill_setting.search(head[begin : cue.end()]):
            continue
        earlier = (w for w in words if w.zone is zone and begin <= w.start < cue.start())
        if all(cues.drill_after.match(head[w.end :]) for w in earlier):
            return cue.start()
    return None


def _with_echoes(words: Sequence[ToneWord], denials: Sequence[Denial], cues: Cues) -> list[Denial]:
    """Return `denials` with the words of the text denied that the title denies, if it denies all its bad news.

    The text says what it is about once more: 'the rumour of a dam burst'. Where it counts victims it reports them.
    """
    title = [(w, denial) for w, denial in zip(words, denials, strict=True) if w.zone.where == "title"]
    if not title or not all(denial in _SAID_OF_THE_MATTER for _, denial in title):
        return list(denials)
    terms = {_term(w) for w, _ in title}
    return [
        "echo" if not denial and _term(w) in terms and not cues.counted.search(_context(w)[0]) else denial
        for w, denial in zip(words, denials, strict=True)
    ]


def _term(word: ToneWord) -> str:
    return word.zone.folded[word.start : word.end]


def _excused(words: Sequence[ToneWord], denials: list[Denial], cues: Cues) -> list[Denial]:
    """Return `denials` with the storms excused whose harm is denied, if the text reports no harm at all."""
    hazards = [bool(cues.hazard.fullmatch(_term(w))) for w in words]
    harms = [denial for denial, hazard in zip(denials, hazards, strict=True) if not hazard]
    if "absent" not in harms or "" in harms:
        return denials
    return ["excused" if hazard and not denial else denial for denial, hazard in zip(denials, hazards, strict=True)]
