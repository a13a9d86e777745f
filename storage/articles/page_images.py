"""Images of pages in the table `page_images`: what is due, what was taken, what may go. The files lie in the home."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select, update

from pipeline.records import ImageFailure, PageImage, PageToDraw, Reason, Relevance, StoredImage
from storage.articles.items import relevance_of_item, with_newest_tagging
from storage.engine.damage import is_damaged, tell_left_out
from storage.engine.facet import Facet
from storage.schema.core import candidates, documents, items, versions
from storage.schema.renditions import page_images

#: Rows marked as removed by one transaction.
_BATCH = 500


class PageImages(Facet):
    """The page images of one database. A text is known by the page that it was read from, whatever its version."""

    def due(
        self,
        relevance: Sequence[Relevance],
        since: datetime,
        at: datetime,
        /,
        *,
        disabled: Collection[str] = (),
        closed: Collection[str] = (),
    ) -> list[PageToDraw]:
        """Return the newest texts read since then that have no image and may be tried at `at`, the newest first.

        Only articles of that relevance, by the rules or by a person, which their publisher did not take down; none
        that a source of `disabled` brought, and none that is of, or was brought by, a source of `closed`.
        """
        query = (
            with_newest_tagging(
                select(
                    versions.c.document_id,
                    items.c.key,
                    items.c.source_id,
                    documents.c.url,
                    versions.c.title,
                    func.coalesce(page_images.c.attempts, 0).label("attempts"),
                ),
                None,
            )
            .join(documents, documents.c.id == versions.c.document_id)
            .join(candidates, candidates.c.id == documents.c.candidate_id)
            .join(page_images, page_images.c.document_id == versions.c.document_id, isouter=True)
            .where(
                versions.c.fetched_at >= since,
                relevance_of_item(None).in_(relevance),
                items.c.taken_down.is_(None),
                candidates.c.source_id.not_in([*disabled, *closed]),
                items.c.source_id.not_in(list(closed)),
                or_(
                    page_images.c.document_id.is_(None),
                    and_(page_images.c.reason != Reason.OK, page_images.c.next_try <= at),
                ),
            )
            .order_by(versions.c.fetched_at.desc(), versions.c.id.desc())
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return [
            PageToDraw(row.document_id, row.key, row.source_id, row.url, row.title, row.attempts)
            for row in rows
            if not is_damaged(row)
        ]

    def save_taken(self, image: PageImage, file: str, sha256: str, /) -> None:
        """Store that the image of a page lies in a file of the folder of images."""
        values = {
            "at": image.at,
            "url": image.url,
            "reason": Reason.OK,
            "note": "",
            "next_try": None,
            "file": file,
            "sha256": sha256,
            "size": len(image.body),
            "missing_parts": image.missing_parts,
            "shows_title": int(image.shows_title),
        }
        self._save(image.document_id, values)

    def save_failure(self, failure: ImageFailure, next_try: datetime | None, /) -> None:
        """Store that an attempt brought no image, and when the next one is due; None: there is none."""
        values = {
            "at": failure.at,
            "url": failure.url,
            "reason": failure.reason,
            "note": failure.note,
            "next_try": next_try,
        }
        self._save(failure.document_id, values)

    def _save(self, document: int, values: dict[str, Any]) -> None:
        this = page_images.c.document_id == document
        with self._writing() as connection:
            again = update(page_images).where(this).values(attempts=page_images.c.attempts + 1, **values)
            if connection.execute(again).rowcount == 0:
                connection.execute(insert(page_images).values(document_id=document, attempts=1, **values))

    def of_item(self, key: str, /) -> dict[int, StoredImage]:
        """Return the images of an article, and the attempts at one, by number of the version."""
        query = _select().where(versions.c.item_key == key).order_by(versions.c.number)
        with self._reading() as connection:
            return {one.version: one for one in _sound(connection.execute(query)) if one.version is not None}

    def with_files(self) -> list[StoredImage]:
        """Return the images whose files must be there, oldest first."""
        query = _select().where(page_images.c.file != "").order_by(page_images.c.document_id)
        with self._reading() as connection:
            return list({one.document_id: one for one in _sound(connection.execute(query))}.values())

    def total_bytes(self) -> int:
        """Return the bytes of all files together."""
        with self._reading() as connection:
            total = connection.execute(select(func.sum(page_images.c.size)).where(page_images.c.file != ""))
            return int(total.scalar() or 0)

    def expired(self, coverage: datetime | None, irrelevant: datetime | None, /) -> list[StoredImage]:
        """Return the images that may go, those of articles that are not about the province by a limit of their own.

        None: no such limit.
        """
        limits = [page_images.c.at < coverage] if coverage is not None else []
        if irrelevant is not None:
            no = with_newest_tagging(select(items.c.key), None).where(relevance_of_item(None) == "no")
            texts = versions.alias()
            pages = select(texts.c.document_id).where(texts.c.item_key.in_(no))
            limits.append(and_(page_images.c.at < irrelevant, page_images.c.document_id.in_(pages)))
        if not limits:
            return []
        query = _select().where(page_images.c.file != "", or_(*limits)).order_by(page_images.c.document_id)
        with self._reading() as connection:
            return list({one.document_id: one for one in _sound(connection.execute(query))}.values())

    def mark_removed(self, images: Sequence[StoredImage], at: datetime, /) -> None:
        """Store that the files of images were deleted."""
        keys = [image.document_id for image in images]
        for first in range(0, len(keys), _BATCH):
            change = update(page_images).where(page_images.c.document_id.in_(keys[first : first + _BATCH]))
            with self._writing() as connection:
                connection.execute(change.values(file="", removed_at=at))


def _select() -> Any:
    return select(*page_images.columns, versions.c.number).join(
        versions, versions.c.document_id == page_images.c.document_id, isouter=True
    )


def _sound(rows: Iterable[Row[Any]]) -> Iterator[StoredImage]:
    """Yield stored images; a damaged one is left out and told."""
    for row in rows:
        error: Exception | None = None
        try:
            if not is_damaged(row):
                yield _stored(row)
                continue
        except ValueError as raised:
            error = raised
        tell_left_out(f"page_images {row.document_id}", error)


def _stored(row: Row[Any]) -> StoredImage:
    return StoredImage(
        document_id=row.document_id,
        version=row.number,
        at=row.at,
        url=row.url,
        reason=Reason(row.reason),
        note=row.note,
        attempts=row.attempts,
        next_try=row.next_try,
        file=row.file,
        sha256=row.sha256,
        size=row.size,
        missing_parts=row.missing_parts,
        shows_title=bool(row.shows_title),
        removed_at=row.removed_at,
    )
