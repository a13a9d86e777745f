"""What was published: the list of digests, each with its files, its dispatches and the corrections it carried."""

from dataclasses import replace

from starlette.responses import Response

from analysis.digest.editions import change_sentences, edition_changes
from analysis.documents.labels import labels
from diembao.jobs.access import may_read_publications
from diembao.jobs.publishing.digest_email import is_email_part
from diembao.jobs.publishing.draft_digest import form_of
from diembao.jobs.publishing.published_digest import UnknownPublication, published_digest
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.routes.digest.days import administrators, is_open, page, path_of
from diembao.web.routes.digest.frames import document
from diembao.web.visit import Visit
from pipeline.records.audit import AuditFilter
from pipeline.records.publications import Publication

#: Digests on one page
_LISTED = 30


def published(visit: Visit) -> Response:
    before = visit.query.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    found = visit.storage.publications.recent(_LISTED + 1, before=last)
    heads = [(head, files_of(head.files)) for head in found[:_LISTED]]
    more = found[_LISTED - 1].id if len(found) > _LISTED else 0
    editions = visit.storage.publications.editions(head.day for head, _ in heads)
    places = {head.id: _neighbours(editions.get(head.day, []), head.id) for head, _ in heads}
    return page(
        visit,
        "published.html",
        heads=heads,
        more=more,
        places=places,
        who=_publishers(visit, [head.id for head, _ in heads]),
        may_edit=visit.allows("publish"),
        may_read=visit.allows("article.read"),
    )


def _publishers(visit: Visit, numbers: list[int]) -> dict[int, str]:
    """Return who published digests, by number, as the audit has it; those that a job made are left out."""
    if not numbers:
        return {}
    wanted = AuditFilter(
        action="digest.publish", object_kind="publication", object_ids=tuple(str(number) for number in numbers)
    )
    names = visit.storage.accounts.full_names()
    rows = visit.storage.audit.page(wanted, limit=len(numbers))
    return {int(row.object_id): names.get(row.name, row.name) for row in rows if row.name}


def _neighbours(editions: list[int], number: int) -> tuple[int, int]:
    """Return the digests of the day before and after one: which it replaces, and which replaces it; 0 for none."""
    before, after = ([n for n in editions if n < number], [n for n in editions if n > number])
    return before[-1] if before else 0, after[0] if after else 0


def publication(visit: Visit) -> Response:
    found = _publication(visit)
    editions = visit.storage.publications.editions((found.day,)).get(found.day, [])
    latest = editions[-1] if editions else 0
    replaces = _neighbours(editions, found.id)[0]
    may_publish = visit.allows("publish") and latest == found.id
    return page(
        visit,
        "publication.html",
        found=found,
        files=files_of(tuple(found.files)),
        corrections=[item for item in found.items if item.erratum],
        articles=sum(not item.erratum for item in found.items),
        dispatches=visit.storage.publications.dispatches(found.id),
        latest=latest,
        who=_publishers(visit, [found.id]).get(found.id, ""),
        replaces=replaces,
        changes=_changes(visit, replaces, found) if replaces else [],
        may_publish=may_publish,
        correction=path_of(found.day, "#correction") if may_publish and is_open(visit, found.day) else "",
        administrators=administrators(visit) if may_publish else "",
    )


def _changes(visit: Visit, replaces: int, found: Publication) -> list[str]:
    """Return what an edition put right in the one whose place it took, a sentence each."""
    before = published_digest(visit.storage, replaces)
    changes = edition_changes(before, found.items, found.lead or "", found.erratum)
    if found.lead is None:
        changes = replace(changes, lead=None)
    return change_sentences(changes, labels(visit.language))


def file(visit: Visit) -> Response:
    """Answer with one file of a publication, byte for byte as it was published."""
    found, name = _publication(visit), visit.path["name"]
    if name not in found.files or is_email_part(name):
        raise DeskError(404)
    return document(name, found.files[name])


def _publication(visit: Visit) -> Publication:
    if not may_read_publications(visit.account):
        raise DeskError(404)
    try:
        return published_digest(visit.storage, visit.number("number"))
    except UnknownPublication as error:
        raise DeskError(404) from error


def files_of(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (name, form and suffix in one word) of the files that a reader is offered, the brief first."""
    shown = [name for name in sorted(names) if not is_email_part(name)]
    kinds = [(name, _kind(name)) for name in shown]
    return sorted(kinds, key=lambda pair: (not pair[1].startswith("brief"), pair[1]))


def _kind(name: str) -> str:
    form, suffix = form_of(name), name.rpartition(".")[2]
    return f"brief.{suffix}" if form == "brief" else suffix


ROUTES = (
    DeskRoute("/digest/published", ("GET",), published, "digest.read"),
    DeskRoute("/digest/published/{number}", ("GET",), publication, "digest.read"),
    DeskRoute("/digest/published/{number}/file/{name}", ("GET",), file, "digest.read"),
)
