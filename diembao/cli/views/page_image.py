"""A stored page image → the lines, and the row of JSON, that tell where it is or why there is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from diembao.system.home import Home
from pipeline.i18n.catalogs import translate, translate_code
from pipeline.records import Reason, StoredImage


def image_lines(home: Home, image: StoredImage, zone: ZoneInfo) -> list[str]:
    """Return the lines about the image of one version."""
    if image.removed_at is not None:
        at = _time(image.removed_at, zone)
        return [translate("Page image taken away at {at}, as [retention] says.", at=at)]
    if image.reason is not Reason.OK:
        return [_failure(image, zone)]
    at = _time(image.at, zone)
    path = home.images / image.file
    lines = [
        translate("Page image: {file}", file=path),
        translate("  taken at {at} from {url}; SHA-256 {sha256}", at=at, url=image.url, sha256=image.sha256),
    ]
    if not path.is_file():
        lines.append(translate("  The file is not there."))
    if not image.shows_title:
        lines.append(
            translate(
                "  The headline did not stand on the page then: a notice, or a page that had changed, may be seen."
            )
        )
    if image.missing_parts:
        lines.append(
            translate("  {count} pictures, styles or scripts of the page could not be had.", count=image.missing_parts)
        )
    return lines


def image_row(home: Home, image: StoredImage) -> dict[str, Any]:
    """Return what is kept of an image; `file` is its path, None where there is none."""
    return {
        "file": str(home.images / image.file) if image.file else None,
        "at": image.at,
        "url": image.url,
        "reason": image.reason,
        "note": image.note,
        "attempts": image.attempts,
        "next_try": image.next_try,
        "sha256": image.sha256,
        "bytes": image.size,
        "missing_parts": image.missing_parts,
        "shows_title": image.shows_title,
        "removed_at": image.removed_at,
    }


def _failure(image: StoredImage, zone: ZoneInfo) -> str:
    reason = translate_code("reason", image.reason)
    words = translate("No page image: {reason} ({note})", reason=reason, note=image.note or "–")
    if image.next_try is None:
        return words + translate("; it is not tried again.")
    return words + translate("; the next try is due at {at}.", at=_time(image.next_try, zone))


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S %d/%m/%Y}"
