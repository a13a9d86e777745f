"""The columns of the table of a plan's progress: a row for each activity, or topic of the plan, and quarter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.register.plan import QUARTERS, Count, PlanProgress, ProgressRow
from pipeline.tables.columns import Column


@dataclass(frozen=True, slots=True)
class PlanCell:
    """An activity or topic in one quarter."""

    row: ProgressRow
    year: int
    quarter: int
    name: str

    @property
    def count(self) -> Count:
        """Its articles."""
        return self.row.quarters[self.quarter]


PLAN: tuple[Column[PlanCell], ...] = (
    Column("year", "integer", "Year of the plan.", lambda c: c.year),
    Column("quarter", "integer", "Quarter, 1 to 4.", lambda c: c.quarter),
    Column("of", "text", "activity or topic.", lambda c: "topic" if c.row.activity is None else "activity"),
    Column(
        "id",
        "text",
        "Id of the activity (plan.toml) or topic (topics.toml).",
        lambda c: c.row.topic if c.row.activity is None else c.row.activity.id,
    ),
    Column("name", "text", "Name of the activity or topic.", lambda c: c.name),
    Column(
        "unit", "text", "Handle of the unit of the activity.", lambda c: c.row.activity.unit if c.row.activity else ""
    ),
    Column(
        "audience",
        "text",
        "Whom the activity is for: home, abroad or both; empty: a topic.",
        lambda c: c.row.activity.audience if c.row.activity else "",
    ),
    Column("home", "integer", "Articles about it by outlets at home.", lambda c: c.count.home),
    Column("abroad", "integer", "Articles about it by outlets abroad.", lambda c: c.count.abroad),
)


def plan_cells(progress: PlanProgress, topics: Mapping[str, str]) -> Iterator[PlanCell]:
    """Yield the cells of a plan's progress: activities, then topics, each by quarter; `topics` has their names."""
    for row in (*progress.activities, *progress.topics):
        name = topics.get(row.topic, row.topic) if row.activity is None else row.activity.title
        for quarter in QUARTERS:
            yield PlanCell(row, progress.year, quarter, name)
