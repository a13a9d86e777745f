"""JSON Lines from a file or standard input."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pipeline.i18n.catalogs import translate


def read_jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield (line number, value) of a JSON Lines file, or of standard input for '-'; one line in memory at a time."""
    stream = sys.stdin.buffer if str(path) == "-" else path.open("rb")
    with stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                yield number, json.loads(line.decode("utf-8-sig", "replace"))
            except ValueError as error:
                raise click.UsageError(f"{path}:{number}: {translate('no valid JSON')}") from error
