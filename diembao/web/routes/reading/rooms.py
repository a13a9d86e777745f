"""The routes of all reading rooms."""

from diembao.web.desk_route import DeskRoute
from diembao.web.routes.reading import archives, article, exports, ledger, reports, saved, search, sources, story

ROUTES: tuple[DeskRoute, ...] = (
    *search.ROUTES,
    *saved.ROUTES,
    *article.ROUTES,
    *story.ROUTES,
    *sources.ROUTES,
    *archives.ROUTES,
    *ledger.ROUTES,
    *reports.ROUTES,
    *exports.ROUTES,
)
