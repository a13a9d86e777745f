"""The register as it stood at a moment, with all that its lists and figures need beside the matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from analysis.register.standing import Standing, standings
from pipeline.records.accounts import Department
from pipeline.register.matters import LINK_RANK, MatterLink, MatterStep, PressContact, YearlyFigure
from pipeline.register.rules import RegisterRules
from pipeline.register.steps import steps_before
from pipeline.register.units import Units
from pipeline.register.working_days import WorkCalendar


@dataclass(frozen=True, slots=True)
class Report:
    """An article of the press, as lists name it: never more than its headline, its outlet, its day and its address."""

    key: str
    title: str
    outlet: str
    #: aware; None: not known
    published: datetime | None
    #: address; link: the same, where a reader may click it
    url: str
    link: str
    #: ids of its topics, the most certain first
    topics: tuple[str, ...] = ()
    #: BCP 47
    language: str = ""
    #: country of the outlet, ISO 3166-1
    country: str = ""


@dataclass(frozen=True)
class RegisterState:
    """Everything of the register up to `moment` (exclusive), and the configuration by which it is read.

    Of the register as it is now nothing is left out, whatever times a clock gave it that was ahead: `moment` is then no
    more than the time by which terms are measured.
    """

    #: aware
    moment: datetime
    zone: ZoneInfo
    #: steps of all matters that were made before the moment, in the order of their making
    steps: Sequence[MatterStep]
    #: articles of all matters as they were linked at the moment
    links: Sequence[MatterLink]
    #: contacts with the press that the log had at the moment
    contacts: Sequence[PressContact]
    departments: Sequence[Department]
    rules: RegisterRules
    units: Units
    calendar: WorkCalendar
    #: articles by key, tagged as at the moment
    reports: Mapping[str, Report] = field(default_factory=dict)
    #: figures of the yearly report that people typed in, by (year, figure)
    typed: Mapping[tuple[int, str], YearlyFigure] = field(default_factory=dict)

    @cached_property
    def standings(self) -> list[Standing]:
        """The matters as they stood at the moment, by number."""
        return standings(self.steps, self.moment)

    def standings_at(self, moment: datetime) -> list[Standing]:
        """Return the matters as they stood at an earlier moment."""
        if moment >= self.moment:
            return self.standings
        return standings(steps_before(self.steps, moment), moment)

    @property
    def today(self) -> date:
        """The local day of the moment."""
        return self.moment.astimezone(self.zone).date()

    @cached_property
    def origins(self) -> dict[int, str]:
        """The key of the article from which each matter was opened."""
        return {link.matter: link.item for link in self.links if link.part == "origin"}

    def origin(self, matter: int) -> Report | None:
        """Return the article from which a matter was opened; None: it is not stored any more."""
        return self.reports.get(self.origins.get(matter, ""))

    def linked(self, matter: int) -> list[MatterLink]:
        """Return the articles that belonged to a matter at the moment, in the order in which they came."""
        return self._linked.get(matter, [])

    @cached_property
    def _linked(self) -> dict[int, list[MatterLink]]:
        """The links of each matter: one for each article, that of the highest rank."""
        best: dict[tuple[int, str], MatterLink] = {}
        for link in sorted(self.links, key=lambda one: LINK_RANK[one.part]):
            best.setdefault((link.matter, link.item), link)
        found: dict[int, list[MatterLink]] = {}
        for link in sorted(best.values(), key=lambda one: one.id):
            found.setdefault(link.matter, []).append(link)
        return found

    @cached_property
    def _departments(self) -> dict[int, Department]:
        return {one.id: one for one in self.departments}

    def handle(self, unit: int | None) -> str:
        """Return the handle of a unit; '' for none."""
        found = self._departments.get(unit) if unit is not None else None
        return found.handle if found else ""

    def unit_name(self, unit: int | None, at: datetime) -> str:
        """Return what a unit was called on the local day of an aware time; '' for none."""
        found = self._departments.get(unit) if unit is not None else None
        if found is None:
            return ""
        return self.units.name_at(found.handle, at.astimezone(self.zone).date()) or found.name

    def answered_by(self, one: Standing) -> str:
        """Return what the unit was called that gave the answer by which a matter is counted, else the matter's own."""
        return (
            self.unit_name(one.unit, one.then) if one.answer is None else self.unit_name(one.answer.unit, one.answer.at)
        )

    def kind_name(self, kind: str, language: str) -> str:
        """Return what a kind of matter is called; its id where register.toml does not have it any more."""
        found = self.rules.kinds.get(kind)
        return found.name.in_language(language) if found else kind
