"""The words by which a language denies, undoes, supposes or rehearses bad news, as patterns over text in key form.

Vietnamese, Chinese and the languages of Europe put their negation before the word, Japanese and Korean behind it. What
may stand between a negation and its word is listed, since a negation reaches no further than its own
verb: 'không ghi nhận ca tử vong' denies deaths, 'không cứu được người chết' does not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: 'TP. ' and 'Mr. ' end no sentence
SENTENCE_END = re.compile(r"(?<!\btp)(?<!\btx)(?<!\btt)(?<!\bmr)(?<!\bst)[.!?;…](?=\s|$)|[。！？；]|\n")

_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Cues:
    """Patterns of one language. Those named *_before end at the word, those named *_after begin behind it."""

    absent_before: re.Pattern[str]
    #: before a negation: another one that turns it round, 'không phải là không'
    double: re.Pattern[str] = _NEVER
    absent_after: re.Pattern[str] = _NEVER
    #: something is called a false report
    refuted_before: re.Pattern[str] = _NEVER
    refuted_after: re.Pattern[str] = _NEVER
    #: around a word: a verb of refuting and the report it refutes, 'denies pollution rumours'
    refuting_verb: re.Pattern[str] = _NEVER
    report_after: re.Pattern[str] = _NEVER
    #: anywhere in title or lead: the text refutes something; then what `hearsay` tells is what it refutes
    refuting: re.Pattern[str] = _NEVER
    hearsay: re.Pattern[str] = _NEVER
    #: harm that was avoided, a sanction lifted: deaths can be avoided, not undone
    averted_before: re.Pattern[str] = _NEVER
    averted_after: re.Pattern[str] = _NEVER
    #: around a word: the number of such cases, and that it fell
    rate_before: re.Pattern[str] = _NEVER
    fell_after: re.Pattern[str] = _NEVER
    #: harm that is over: fires put out, faults mended; not said of what is `irreversible`
    undone_before: re.Pattern[str] = _NEVER
    undone_after: re.Pattern[str] = _NEVER
    #: before an averting or undoing: it failed, or is yet to come
    not_done: re.Pattern[str] = _NEVER
    failed_after: re.Pattern[str] = _NEVER
    #: before an undoing: people are still at it
    effort: re.Pattern[str] = _NEVER
    #: conditions, memories and precautions. Dangers ('nguy cơ', 'có thể') are none: a warning is bad news
    supposed_before: re.Pattern[str] = _NEVER
    supposed_after: re.Pattern[str] = _NEVER
    drill: re.Pattern[str] = _NEVER
    #: ends with a cue of `drill` that is only the time or place of something: 'trong lúc diễn tập'
    drill_setting: re.Pattern[str] = _NEVER
    drill_after: re.Pattern[str] = _NEVER
    #: in a text about a rehearsal: this sentence tells of what really happened
    real: re.Pattern[str] = _NEVER
    #: between two words of one enumeration or expression
    joined: re.Pattern[str] = re.compile(r" *,? *")
    #: between something and its effect
    caused: re.Pattern[str] = _NEVER
    irreversible: re.Pattern[str] = _NEVER
    #: measures against harm: that one is missing denies no harm
    remedy: re.Pattern[str] = _NEVER
    #: before a remedy: people suffered it as a sanction, so that its absence is good news
    sanctioned: re.Pattern[str] = _NEVER
    #: before a remedy: it is what will be done under a condition
    conditional: re.Pattern[str] = _NEVER
    #: before a word that the title denies: here its victims are counted
    counted: re.Pattern[str] = _NEVER
    #: words of degree, which praise nothing in a sentence of bad news: 'the largest flood', 'a record loss'
    degree: re.Pattern[str] = _NEVER
    #: weather and precautions against it, which are bad news by the harm done only
    hazard: re.Pattern[str] = _NEVER


#: Begin and end of an alternative of whole words; hyphens and digits join words as letters do
WORD_START, WORD_END = r"(?<![^\W_])(?:", r")(?![^\W_])"


def words(text: str) -> str:
    """Return a pattern of whole words and expressions, the longest first, from a list parted by '|'."""
    return WORD_START + "|".join(sorted(text.split("|"), key=len, reverse=True)) + WORD_END


def compile_cues(patterns: Mapping[str, str]) -> Cues:
    """Compile the patterns of a language, by the names of the fields of Cues."""
    return Cues(**{name: re.compile(pattern) for name, pattern in patterns.items()})
