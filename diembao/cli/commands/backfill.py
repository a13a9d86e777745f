"""backfill: archives of the press read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from diembao.cli import options, translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diembao.jobs.backfill.backfill import Wanted
    from diembao.jobs.backfill.provinces import Province
    from diembao.workers.shards import ShardExecutor
    from pipeline.records.archives import Shard


@dataclass(frozen=True, slots=True)
class BackfillOptions:
    """Options of `diembao backfill`; see their help."""

    places: tuple[str, ...]
    provinces: tuple[Path, ...]
    since: datetime | None
    until: datetime | None
    sources: tuple[str, ...]
    prefix: str
    workers: int
    cluster: bool
    scheduler: str
    tls_ca: str
    tls_cert: str
    tls_key: str
    dry_run: bool


@translated.command(help=LISTED["backfill"].help)
@translated.argument("places", nargs=-1, required=True, metavar="ARCHIVE...")
@translated.option(
    "--province",
    "provinces",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    metavar="DIR",
    help=mark("Home folder of a province (may be given again: one pass serves all). Default: the folder of --home."),
)
@translated.option(
    "--since", type=options.DAY, metavar="YYYY-MM-DD", help=mark("Only what was published from this day on.")
)
@translated.option(
    "--until", type=options.DAY, metavar="YYYY-MM-DD", help=mark("Only what was published up to this day.")
)
@translated.option(
    "--source", "sources", multiple=True, metavar="ID", help=mark("Only this source (may be given again).")
)
@translated.option(
    "--prefix",
    default="",
    metavar="URL",
    help=mark("What stands before the relative paths of a list of archives (.paths, .paths.gz)."),
)
@translated.option(
    "--workers",
    type=click.IntRange(0, 1024),
    default=0,
    metavar="N",
    help=mark("Processes that read (default: one for each processor)."),
)
@translated.option("--cluster", is_flag=True, help=mark("Have Dask start and watch these processes (extra: cluster)."))
@translated.option(
    "--scheduler",
    default="",
    metavar="ADDRESS",
    help=mark("Read in the workers of this Dask scheduler, tls://HOST:PORT, on other machines too."),
)
@translated.option(
    "--tls-ca",
    default="",
    metavar="FILE",
    help=mark("PEM file of the authority by which this program and the scheduler know each other."),
)
@translated.option("--tls-cert", default="", metavar="FILE", help=mark("PEM file of this program's certificate."))
@translated.option("--tls-key", default="", metavar="FILE", help=mark("PEM file of its key."))
@translated.option("--dry-run", is_flag=True, help=mark("Only show what would be stored."))
@pass_context
@options.gather(BackfillOptions)
def backfill(app: CliContext, given: BackfillOptions) -> int:
    from crawlers.archives.places import UnknownArchive, plan_shards
    from diembao.cli.views.backfill import ProgressLines, print_result
    from diembao.jobs.backfill.backfill import backfill as backfill_now
    from diembao.jobs.backfill.provinces import open_provinces
    from diembao.system.home import Home
    from diembao.workers.dask_shards import ClusterFailed

    executor = _executor(given)
    settings = app.settings()
    homes = [Home(path) for path in given.provinces] or [app.home]
    try:
        shards: Sequence[Shard] = list(plan_shards(given.places, prefix=given.prefix))
    except UnknownArchive as error:
        raise click.UsageError(error.message.translated()) from error
    with open_provinces(homes, "" if given.provinces else app.database()) as provinces:
        try:
            result = backfill_now(
                provinces,
                shards,
                _wanted(given, provinces, ZoneInfo(settings.province.time_zone)),
                executor,
                seconds_per_document=settings.process.seconds_per_document,
                dry_run=given.dry_run,
                progress=ProgressLines(app).show,
            )
        except ClusterFailed as error:
            raise click.ClickException(error.message.translated()) from error
    print_result(app, [str(home.root) for home in homes], result, dry_run=given.dry_run)
    return FAILED if result.unread else DONE


def _executor(given: BackfillOptions) -> ShardExecutor:
    from diembao.workers.dask_shards import DaskExecutor, TlsFiles
    from diembao.workers.shards import LocalExecutor

    files = (given.tls_ca, given.tls_cert, given.tls_key)
    if any(files) and not (all(files) and given.scheduler):
        raise click.UsageError(translate("--tls-ca, --tls-cert and --tls-key belong together, with --scheduler"))
    if not (given.cluster or given.scheduler):
        return LocalExecutor(given.workers)
    return DaskExecutor(given.scheduler, tls=TlsFiles(*files) if any(files) else None, workers=given.workers)


def _wanted(given: BackfillOptions, provinces: Sequence[Province], zone: ZoneInfo) -> Wanted:
    from diembao.jobs.backfill.backfill import Wanted

    known = {source.id for province in provinces for source in province.sources}
    if unknown := set(given.sources) - known:
        names = ", ".join(sorted(unknown))
        raise click.UsageError(translate("No such source: {names}", names=names))
    since = datetime.combine(given.since.date(), time.min, zone) if given.since else None
    until = datetime.combine(given.until.date() + timedelta(days=1), time.min, zone) if given.until else None
    if since and until and since >= until:
        raise click.UsageError(translate("--since is after --until"))
    return Wanted(since, until, given.sources)


COMMANDS = (backfill,)
