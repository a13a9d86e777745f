"""A story of a report → its title as a list names it: translated, with its mark, before the title as printed."""

from analysis.digest.excerpt import visible
from analysis.digest.translated import translation_mark
from analysis.documents.blocks import Run, Runs
from analysis.documents.labels import Labels
from analysis.tables.rows import StoryRow


def story_runs(story: StoryRow, words: Labels) -> Runs:
    """Return the title of a story; the one as printed holds the link."""
    link, translated = story.link or None, story.translated
    if translated is None or not visible(translated.text):
        return (Run(visible(story.title), bold=True, link=link),)
    mark = Run(f" ({translation_mark(translated, words)}) · ", italic=True)
    return Run(visible(translated.text), bold=True), mark, Run(visible(story.title), link=link)
