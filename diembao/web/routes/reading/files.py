"""A table written to a temporary file → the answer that gives it, after which the file is gone."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from analysis.tables.writers import SHEET_ROWS, TooManyRows
from diembao.web.errors import DeskError
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.audit import AuditEvent, Json

_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
    ".jsonl": "application/x-ndjson; charset=utf-8",
}


def give_file(visit: Visit, name: str, write: Callable[[Path], int], about: Json) -> Response:
    """Write a file of this name and give it in pieces; the audit tells who took it, with `about` and its rows.

    `write` writes to a path with the suffix of `name` and returns the number of rows.
    """
    folder = Path(tempfile.mkdtemp(prefix="diembao-"))
    try:
        path = folder / name
        rows = write(path)
        after: Json = {"file": name, "rows": rows, "about": about}
        visit.storage.audit.record(AuditEvent("table.exported", "table", name, None, after, visit.actor, visit.now))
    except TooManyRows as error:
        shutil.rmtree(folder, ignore_errors=True)
        words = mark("A sheet holds {limit} rows: choose CSV or Parquet, or a shorter time.")
        raise DeskError(400, Message(words, limit=SHEET_ROWS)) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(path, media_type=_TYPES[path.suffix], filename=name, background=gone)
