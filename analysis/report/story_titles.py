"""A story or event of a report → its title as a list names it: translated, with its mark, before that as printed."""

from analysis.digest.excerpt import visible
from analysis.digest.translated import translation_mark
from analysis.documents.blocks import Run, Runs
from analysis.documents.labels import Labels
from analysis.tables.rows import StoryRow
from pipeline.records.translations import TranslatedText


def story_runs(story: StoryRow, words: Labels) -> Runs:
    """Return the title of a story; the one as printed holds the link."""
    return title_runs(story.title, story.link or None, story.translated, words)


def title_runs(title: str, link: str | None, translated: TranslatedText | None, words: Labels) -> Runs:
    """Return a title; where it is translated the translation stands first, and the one as printed holds the link."""
    printed = visible(title) or words.say("untitled")
    if translated is None or not visible(translated.text):
        return (Run(printed, bold=True, link=link),)
    mark = Run(f" ({translation_mark(translated, words)}) · ", italic=True)
    return Run(visible(translated.text), bold=True), mark, Run(printed, link=link)
