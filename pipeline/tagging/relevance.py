"""Places found in a text → whether it is about the province (main, mention, no), how surely, and why."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.records import Parameter, Relevance, VerdictReason
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.mention_roles import Role, mention_roles
from pipeline.tagging.mentions import Mention, PlaceMentions, unit_before
from pipeline.tagging.relevance_thresholds import grade

FEATURES = (
    "title",  # a plain mention in the title
    "title_other",  # only a list entry or an aside there
    "title_elsewhere",  # the title names another province and not ours
    "lead",
    "lead_other",
    "lead_elsewhere",
    "count",  # log of plain mentions in the body
    "places",  # log of different places of ours
    "share",  # ours among all provinces and towns named
    "density",  # plain mentions in 100 words
    "late",  # how far into the text the first mention stands
    "aside",  # share of asides and list entries among our mentions
    "short",  # a title and a summary only
    "short_lead",
    "foreign",
)
#: Names quoted in a reason; the others are counted
_NAMES = 3
#: Least chance of a text whose title places it with us: of 96 labelled ones 92 are about the province
TITLE_CHANCE = 0.75
#: Least share of our names, among all provinces and towns that such a text names
_TITLE_SHARE = 0.5
#: Code of the reason of a text that names places whose names others share, and nothing that says which are meant
UNCERTAIN = "uncertain"
#: Score of such a text: below RELEVANT, above those of texts that name no place
UNCERTAIN_SCORE = 0.3
#: Chance from which on people's decisions make such a text relevant
SUPPORTED = 0.5
#: What is known of such a text beside the names of its places
SUPPORT_FEATURES = ("named", "places", "title", "unit", "successor")


@dataclass(frozen=True, slots=True)
class RelevanceVerdict:
    relevance: Relevance
    #: 0 to 1; the limits are those of relevance_thresholds
    score: float
    #: codes: main, mention, list, aside; of irrelevant texts uncertain, range, successor, unnamed
    reason: VerdictReason
    #: mentions that count
    mentions: tuple[Mention, ...]


def judge_relevance(found: PlaceMentions, language: str, rules: Rulebook) -> RelevanceVerdict:
    """Grade a text by its mentions."""
    province = rules.places.province
    roles: list[Role] = mention_roles(found, rules)
    kept: list[tuple[Mention, Role]] = [(m, r) for m, r in zip(found.mentions, roles, strict=True) if r != "range"]
    if not any(m.strong for m, _ in kept):
        if not is_supported(found, rules):
            return _irrelevant(found, roles, rules)
        # People's decisions on such texts say that these names mean our places.
        kept = [(replace(m, strong=True), "plain") for m in found.unsupported]
    chance = rules.models.grade.chance("main", relevance_features(found, kept, language))
    if title_lift(found, kept, language, rules):
        chance = TITLE_CHANCE
    relevance, score = grade(chance)
    mentions = tuple(m for m, _ in kept)
    return RelevanceVerdict(relevance, score, _reason(relevance, found, kept, province.name), mentions)


def _uncertain_names(found: PlaceMentions, rules: Rulebook) -> dict[str, Parameter]:
    names = tuple(dict.fromkeys(found.zone(m.where).text[m.start : m.end] for m in found.unsupported))
    province = rules.places.province.name
    return {"province": province, "names": names[:_NAMES], "others": max(0, len(names) - _NAMES), "unaccented": False}


def support_features(found: PlaceMentions, features: Sequence[str]) -> list[float]:
    """Return the numbers of `features` for a text whose names nothing supports: SUPPORT_FEATURES, and names of places.

    Names, not ids: before and after the merger a name may be that of two units.
    """
    names = found.unsupported
    values = {
        "named": math.log1p(len(names)),
        "places": math.log1p(len({m.place.name for m in names})),
        "title": float(any(m.where == "title" for m in names)),
        "unit": float(any(unit_before(found.zone(m.where), m.start) for m in names)),
        "successor": float(any(e.successor for e in found.elsewhere)),
        **{m.place.name: 1.0 for m in names},
    }
    return [values.get(feature, 0.0) for feature in features]


def is_supported(found: PlaceMentions, rules: Rulebook) -> bool:
    """Whether people's decisions on such texts say that its unsupported names mean our places."""
    model = rules.models.support
    if not found.unsupported or not model.weights:
        return False
    return model.chance("ours", support_features(found, model.features)) >= SUPPORTED


def title_lift(found: PlaceMentions, kept: Sequence[tuple[Mention, Role]], language: str, rules: Rulebook) -> float:
    """Return by how much a title that places the text with us raises the log odds of its being about us; else 0.

    A headline says once where a thing happened, and the text that follows has no need to say it again; the model
    counts repetitions.
    """
    logit = rules.models.grade.logit("main", relevance_features(found, kept, language))
    least = math.log(TITLE_CHANCE / (1 - TITLE_CHANCE))
    return max(0.0, least - logit) if is_placed_by_title(found, kept) else 0.0


def is_placed_by_title(found: PlaceMentions, kept: Sequence[tuple[Mention, Role]]) -> bool:
    """Whether a title names a place of ours, not in passing, and no other province, and the text names few others."""
    others = [e for e in found.elsewhere if not e.successor]
    if any(e.where == "title" for e in others) or not any(m.where == "title" and r == "plain" for m, r in kept):
        return False
    return len(kept) >= _TITLE_SHARE * (len(kept) + len(others))


def relevance_features(found: PlaceMentions, kept: Sequence[tuple[Mention, Role]], language: str) -> list[float]:
    """Return the numbers of FEATURES; `kept` are the mentions that count with their roles."""
    words = len(found.text.text.split()) + len(found.title.text.split()) + 1
    lead_end = found.text.lead_end
    plain = [m for m, r in kept if r == "plain"]
    title = [r for m, r in kept if m.where == "title"]
    lead = [r for m, r in kept if m.where == "text" and m.start < lead_end]
    others = [e for e in found.elsewhere if not e.successor]
    in_title = [e for e in others if e.where == "title"]
    in_lead = [e for e in others if e.where == "text" and e.start < lead_end]
    first = min((m.start for m, _ in kept if m.where == "text"), default=0) if not title else 0
    short = float(words < 90)
    body = [m for m in plain if m.where == "text"]
    return [
        float("plain" in title),
        float(bool(title) and "plain" not in title),
        float(bool(in_title) and not title),
        float("plain" in lead),
        float(bool(lead) and "plain" not in lead),
        float(bool(in_lead)),
        math.log1p(len(body)),
        math.log(len({m.place.id for m, _ in kept}) or 1),
        len(kept) / (len(kept) + len(others)),
        min(4.0, 100 * len(plain) / (words + 20)),
        first / (len(found.text.text) + 1),
        1 - len(plain) / len(kept),
        short,
        short * float("plain" in lead),
        float(language != "vi"),
    ]


def _irrelevant(found: PlaceMentions, roles: Sequence[Role], rules: Rulebook) -> RelevanceVerdict:
    province = rules.places.province
    if found.unsupported:
        return RelevanceVerdict("no", UNCERTAIN_SCORE, VerdictReason(UNCERTAIN, _uncertain_names(found, rules)), ())
    if "range" in roles:
        return RelevanceVerdict("no", 0.15, VerdictReason("range", {"province": province.name}), ())
    if any(e.successor for e in found.elsewhere):
        names = {"successor": province.successor[0], "province": province.name}
        return RelevanceVerdict("no", 0.05, VerdictReason("successor", names), ())
    return RelevanceVerdict("no", 0.02, VerdictReason("unnamed", {"province": province.name}), ())


def _reason(
    relevance: Relevance, found: PlaceMentions, kept: Sequence[tuple[Mention, Role]], province: str
) -> VerdictReason:
    certain = [pair for pair in kept if not pair[0].withheld]
    names = tuple(dict.fromkeys(found.zone(m.where).text[m.start : m.end] for m, _ in certain or kept))
    quoted: dict[str, Parameter] = {
        "province": province,
        "names": names[:_NAMES],
        "others": max(0, len(names) - _NAMES),
        # Names found in a text without diacritics are withheld.
        "unaccented": not certain,
    }
    where = _first_part(found, kept)
    there = tuple(
        dict.fromkeys(found.zone(m.where).text[m.start : m.end] for m, _ in certain or kept if _part(found, m) == where)
    )
    placed: dict[str, Parameter] = {
        **quoted, "where": where, "names": there[:_NAMES], "others": max(0, len(there) - _NAMES)
    }  # fmt: skip
    if relevance == "main":
        return VerdictReason("main", {**placed, "count": len(kept)})
    roles = {r for _, r in kept}
    if roles == {"list"}:
        return VerdictReason("list", quoted)
    if roles <= {"aside", "list"}:
        return VerdictReason("aside", quoted)
    return VerdictReason("mention", placed)


def _first_part(found: PlaceMentions, kept: Sequence[tuple[Mention, Role]]) -> str:
    """Return the first part of the text with a mention: 'title', 'lead' or 'body'."""
    parts = {_part(found, m) for m, _ in kept}
    return next(part for part in ("title", "lead", "body") if part in parts)


def _part(found: PlaceMentions, mention: Mention) -> str:
    if mention.where == "title":
        return "title"
    return "lead" if mention.start < found.text.lead_end else "body"
