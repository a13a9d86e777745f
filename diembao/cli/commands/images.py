"""images: pictures of the pages of new articles, for one's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import translate, translate_code

if TYPE_CHECKING:
    from diembao.jobs.collection.page_images import ImagesResult


@translated.command(help=LISTED["images"].help)
@pass_context
def images(app: CliContext) -> int:
    from crawlers.downloader.browser import missing_browser
    from diembao.jobs.collection.page_images import take_images

    settings, sources = app.settings(), app.sources()
    if settings.images.keep == "none":
        app.print(translate('No page images are kept: [images] keep in settings.toml is "none".'))
        return DONE
    if missing := missing_browser():
        app.warn(translate_code("images without browser", missing))
        return FAILED
    with app.home.lock("images"), app.storage() as storage:
        result = take_images(storage, app.home, sources, settings)
    _print(app, result)
    return FAILED if result.failed or result.not_asked or result.stop == "full" else DONE


def _print(app: CliContext, result: ImagesResult) -> None:
    if app.as_json:
        row = {"taken": result.taken, "bytes": result.bytes, "failed": dict(result.failed), "left": result.left}
        app.print_json({"images": row | {"stop": result.stop, "not_asked": result.not_asked}})
    app.print(
        translate(
            "{taken} page images taken ({size:.1f} MB), {left} pages left for the next run.",
            taken=result.taken,
            size=result.bytes / 2**20,
            left=result.left,
        )
    )
    if result.failed:
        reasons = ", ".join(f"{translate_code('reason', r)} ({n})" for r, n in result.failed.items())
        app.print(translate("Not had: {reasons}", reasons=reasons))
    if result.not_asked:
        app.warn(translate("Not visited: {note}", note=result.not_asked))
    if result.stop == "collection":
        app.print(translate("A collection is under way; the run gives way to it."))
    elif result.stop == "full":
        app.warn(
            translate(
                "The page images take all the room that they may ([images] max_total_megabytes): raise it, or keep "
                "them for fewer days ([retention] images_days)."
            )
        )


COMMANDS = (images,)
