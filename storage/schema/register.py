"""The tables of the register: matters that the press raised, their steps, articles and notes, and what goes beside."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from storage.engine.instants import Instant
from storage.schema.accounts import accounts, departments
from storage.schema.core import metadata

matters = Table(
    "matters",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were opened"),
    Column("title", Text, nullable=False, comment="what it is about, in the office's words"),
    Column("kind", String, nullable=False, comment="id of a kind of register.toml"),
    Column("scope", String, nullable=False, comment="item, story or event: what it was opened from"),
    Column("opened_at", Instant, nullable=False, comment="when it was opened"),
    Column("first_seen", Instant, nullable=False, comment="when the report was first seen"),
    Column("state", String, nullable=False, comment="new, assigned, preparing, answered, closed or not_needed"),
    Column("unit", Integer, ForeignKey(departments.c.id), comment="the department in charge; empty: none yet"),
    Column("due", String, comment="last day, local, on which it is to be answered; empty: no term"),
    Column("due_at", Instant, comment="the moment, where its term counts hours"),
    Column("passage", Text, nullable=False, comment="the disputed words of the report; '': none"),
    Column("is_unexpected", Integer, nullable=False, comment="1: its clock counts hours from first sight"),
    Column("answer_text", Text, nullable=False, comment="what was answered"),
    Column("answer_number", String, nullable=False, comment="number and signs of the answer's document"),
    Column("answer_day", String, comment="day of the answer's document"),
    Column("answer_address", Text, nullable=False, comment="where accurate information was published"),
    Column("answered_at", Instant, comment="when a person said that it is answered"),
    Column("settled_at", Instant, comment="when the answer was given with which it was first closed; stays for ever"),
    Column("result", Text, nullable=False, comment="what was seen in the press after the answer"),
    Column("reason", Text, nullable=False, comment="why it was dropped"),
    Column("joined_to", Integer, comment="number of the matter with which it is dealt; empty: its own"),
    Column("closed_at", Instant, comment="when it was closed"),
    Column("version", Integer, nullable=False, comment="number of its steps"),
    CheckConstraint("state IN ('new', 'assigned', 'preparing', 'answered', 'closed', 'not_needed')", name="state"),
    CheckConstraint("scope IN ('item', 'story', 'event')", name="scope"),
    Index(None, "state", "due"),
    Index(None, "unit"),
    Index(None, "opened_at"),
)

matter_units = Table(
    "matter_units",
    metadata,
    Column("matter", Integer, ForeignKey("matters.id"), primary_key=True, comment="the matter"),
    Column("department", Integer, ForeignKey(departments.c.id), primary_key=True, comment="a unit that takes part"),
    Index(None, "department"),
)

matter_steps = Table(
    "matter_steps",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were made"),
    Column("matter", Integer, ForeignKey("matters.id"), nullable=False, comment="the matter"),
    Column("at", Instant, nullable=False, comment="when"),
    Column("kind", String, nullable=False, comment="open, assign, begin, answer, ... (pipeline.register.matters)"),
    Column("account", Integer, ForeignKey(accounts.c.id), comment="who; empty: a command"),
    Column("who", String, nullable=False, comment="the name given to a command; '': an account"),
    Column("department", Integer, ForeignKey(departments.c.id), comment="the person's department then"),
    Column("sets", JSON, nullable=False, comment="fields of the matter that it set"),
    Column("text", Text, nullable=False, comment="why, in that person's words"),
    Index(None, "matter", "id"),
    Index(None, "at"),
)

matter_links = Table(
    "matter_links",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were made"),
    Column("matter", Integer, ForeignKey("matters.id"), nullable=False, comment="the matter"),
    Column("item_key", String, ForeignKey("items.key"), nullable=False, comment="the article"),
    Column("part", String, nullable=False, comment="origin, again, answer or result"),
    Column("at", Instant, nullable=False, comment="since when"),
    Column("removed_at", Instant, comment="until when; empty: it holds"),
    CheckConstraint("part IN ('origin', 'again', 'answer', 'result')", name="part"),
    Index(None, "matter"),
    Index(None, "item_key"),
)

matter_notes = Table(
    "matter_notes",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were written"),
    Column("matter", Integer, ForeignKey("matters.id"), nullable=False, comment="the matter"),
    Column("at", Instant, nullable=False, comment="when"),
    Column("account", Integer, ForeignKey(accounts.c.id), nullable=False, comment="who wrote it"),
    Column("department", Integer, ForeignKey(departments.c.id), comment="the person's department then"),
    Column("text", Text, comment="for the matter's units and the office alone; empty: erased when its time was over"),
    Index(None, "matter"),
    Index(None, "at"),
)

clarifications = Table(
    "clarifications",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were written"),
    Column("item_key", String, ForeignKey("items.key"), nullable=False, comment="the article"),
    Column("at", Instant, nullable=False, comment="when"),
    Column("account", Integer, ForeignKey(accounts.c.id), nullable=False, comment="who wrote it"),
    Column("text", Text, nullable=False, comment="what is to be made clear"),
    Column("withdrawn_at", Instant, comment="when it was taken back; empty: it holds"),
    Index(None, "item_key"),
)

press_contacts = Table(
    "press_contacts",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were written"),
    Column("day", String, nullable=False, comment="the day, local"),
    Column("kind", String, nullable=False, comment="conference, periodic, unexpected, spoken, written or refusal"),
    Column("unit", Integer, ForeignKey(departments.c.id), comment="the department that spoke; empty: the office"),
    Column("outlet", String, nullable=False, comment="who asked or was told; '': the press at large"),
    Column("subject", Text, nullable=False, comment="about what"),
    Column("matter", Integer, ForeignKey("matters.id"), comment="the matter that it belongs to"),
    Column("refusal", String, nullable=False, comment="of a refusal its reason, a code of register.toml; else ''"),
    Column("document", String, nullable=False, comment="number of its document; '': none"),
    Column("at", Instant, nullable=False, comment="when it was written down"),
    Column("account", Integer, ForeignKey(accounts.c.id), nullable=False, comment="who wrote it down"),
    Column("withdrawn_at", Instant, comment="when it was taken back; empty: it holds"),
    CheckConstraint("kind IN ('conference', 'periodic', 'unexpected', 'spoken', 'written', 'refusal')", name="kind"),
    CheckConstraint("(kind = 'refusal') = (refusal <> '')", name="refusal"),
    Index(None, "day"),
)

yearly_figures = Table(
    "yearly_figures",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were typed in; the last one holds"),
    Column("year", Integer, nullable=False, comment="year of the report"),
    Column("figure", String, nullable=False, comment="which of the six figures"),
    Column("value", Integer, nullable=False, comment="the number"),
    Column("total", Integer, comment="the whole that it is of; empty: of none"),
    Column("source", Text, nullable=False, comment="where it comes from, in that person's words"),
    Column("at", Instant, nullable=False, comment="when"),
    Column("account", Integer, ForeignKey(accounts.c.id), nullable=False, comment="who typed it in"),
    CheckConstraint("value >= 0 AND (total IS NULL OR total >= value)", name="value"),
    Index(None, "year"),
)
