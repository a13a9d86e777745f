"""The routes of the review room."""

from diembao.web.desk_route import DeskRoute
from diembao.web.routes.review.acts import act_in_room
from diembao.web.routes.review.keys import keys_page, keys_save
from diembao.web.routes.review.live import live
from diembao.web.routes.review.page import queue_page, waiting
from diembao.web.routes.review.people import (
    assign_article,
    comment_on,
    finish_assignment,
    hold_article,
    release_article,
    withdraw_assignment,
)
from diembao.web.routes.review.undoing import undo_in_room
from pipeline.i18n.catalogs import mark

ROUTES = (
    DeskRoute("/review", ("GET",), queue_page, "review", menu=mark("Review"), order=20, waiting=waiting),
    DeskRoute("/review/act", ("POST",), act_in_room, "review"),
    DeskRoute("/review/undo", ("POST",), undo_in_room, "review"),
    DeskRoute("/review/comment", ("POST",), comment_on, "comment"),
    DeskRoute("/review/assign", ("POST",), assign_article, "assign"),
    DeskRoute("/review/withdraw", ("POST",), withdraw_assignment, "assign"),
    DeskRoute("/review/done", ("POST",), finish_assignment, "assign"),
    DeskRoute("/review/hold", ("POST",), hold_article, "review", counts_as_use=False),
    DeskRoute("/review/release", ("POST",), release_article, "review", counts_as_use=False),
    DeskRoute("/review/live", ("GET",), live, "review", counts_as_use=False, is_stream=True),
    DeskRoute("/review/keys", ("GET",), keys_page, "review"),
    DeskRoute("/review/keys", ("POST",), keys_save, "review"),
)
