"""A small library as plain values: strategies that generate one, and the oracle of each filter and order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any  # inputs and answers are JSON
from uuid import UUID, uuid4

from hypothesis import strategies as st

from kinegraph.classification.rules_safety import Person
from kinegraph.exercise.rules_columns import DEFAULTS, REGISTRY, Kind
from kinegraph.taxonomy.rules_conditions import meant

Json = dict[str, Any]
Pool = Any
MUSCLES, GEAR, FIELDS = ("quads", "lats", "core"), ("barbell", "rack", "sled"), ("yoga", "rowing")
NAMES = ("Squat", "squat", "SQUAT", "Row 50%", "a_b", "присед", "Присед", "lift\\", "zz")
CONDITIONS = ("knee_pain", "Knee pain", "knee-pain", "KNEE PAIN", "wrist_pain")
TERMS = ("stretching", "static-stretching", "strengthening", "knee", "hip", "yoga-mat", "ours", "ours-below")
"""Slugs of global terms, and of two categories of the organization's own: one at the top, one below Stretching."""

PARENTS = {"static-stretching": "stretching", "ours-below": "stretching"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def few(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Some of these values, each once."""
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


OVERRIDABLE: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(NAMES),
    "category": st.sampled_from(["strength", "cardio", "other"]),
    "kind": st.sampled_from(["skill", "test"]),
    "movementPattern": st.sampled_from(["squat", "hinge"]),
    "difficulty": st.integers(1, 5),
    "primaryMuscles": few(MUSCLES),
    "secondaryMuscles": few(MUSCLES),
    "equipment": few(GEAR),
    "aliases": few(("one", "ONE half", "два")),
    "discipline": few(FIELDS),
}
OWN: dict[str, st.SearchStrategy[Any]] = {
    **OVERRIDABLE,
    "movementPattern": st.none() | OVERRIDABLE["movementPattern"],
    "planeOfMotion": st.sampled_from([None, "sagittal", "frontal"]),
    "difficulty": st.none() | st.integers(1, 5),
    "status": st.sampled_from(["published", "published", "published", "draft", "archived"]),
    "mechanics": st.sampled_from([None, "band", "cable"]),
    "isUnilateral": st.booleans(),
    "created": st.integers(0, 3),
    "updated": st.integers(0, 3),
}

FILTERED = [each for each in REGISTRY if each.filter and each.api_name not in OWN]
"""Further columns that libraries are filtered by: lists by any of their entries, the others by equality."""
assert all(each.kind is not Kind.TERM for each in FILTERED), (
    "Add these to OVERRIDABLE or OWN, PLAIN, FILTERS and MATCHES: terms are filtered by any of several."
)
VALUES: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.FLAG: st.booleans(),
    Kind.LIST: few(FIELDS),
}
FURTHER = {
    each.api_name: st.integers(each.bounds[0], each.bounds[0] + 1)
    if each.kind is Kind.NUMBER
    else VALUES.get(each.kind, st.sampled_from(FIELDS))
    for each in FILTERED
}
OWN |= FURTHER
OVERRIDABLE |= {each.api_name: FURTHER[each.api_name] for each in FILTERED if each.is_overridable}

PLAIN: Json = {
    **{each.api_name: DEFAULTS[each.name] for each in FILTERED},
    "name": "Lift", "status": "published", "category": "other", "kind": "skill", "movementPattern": None,
    "planeOfMotion": None,
    "difficulty": None, "primaryMuscles": [], "secondaryMuscles": [], "equipment": [], "aliases": [],
    "discipline": [], "mechanics": None, "isUnilateral": False, "created": 0, "updated": 0,
}  # fmt: skip
"""The default values of an exercise."""


@dataclass(frozen=True)
class Exercise:
    """An exercise with its child rows, and the organization's override of it where it is canonical."""

    is_own: bool
    values: Json
    overrides: Json = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    contraindications: tuple[tuple[str, str], ...] = ()
    fatigue: int | None = None
    avoid: tuple[str, ...] | None = None
    is_deleted: bool = False
    source: "Exercise | None" = None
    id: UUID = field(default_factory=uuid4)

    @property
    def effective(self) -> Json:
        """The values as the organization sees them."""
        return {**self.values, **{name: value for name, value in self.overrides.items() if value is not None}}


DETAILS: dict[str, st.SearchStrategy[Any]] = {
    "terms": st.lists(st.sampled_from(TERMS), max_size=3, unique=True).map(tuple),
    "contraindications": st.lists(
        st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(["warning", "restriction", "absolute"])), max_size=2
    ).map(tuple),
    "fatigue": st.none() | st.integers(1, 10),
    "avoid": st.none() | few(("knee_pain", "wrist_pain")).map(tuple),
    "is_deleted": st.sampled_from([False, False, False, True]),
}
DIFFS = st.fixed_dictionaries({}, optional={name: st.none() | values for name, values in OVERRIDABLE.items()})


SIDES = st.lists(st.booleans(), max_size=9)


@st.composite
def libraries(draw: Any) -> list[Exercise]:
    """A few canonical exercises, some overridden, and a few own ones, some copied from these."""
    made: list[Exercise] = []
    for is_own in sorted(draw(SIDES)):
        details = draw(st.fixed_dictionaries(DETAILS))
        if not is_own:
            details["terms"] = tuple(slug for slug in details["terms"] if not slug.startswith("ours"))
            details["overrides"] = draw(st.just({}) | DIFFS)
        elif made and draw(st.booleans()):
            details["source"] = draw(st.sampled_from([each for each in made if each.source is None]))
        made.append(Exercise(is_own, draw(st.fixed_dictionaries(OWN)), **details))
    return made


FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "q": st.sampled_from(["squat", "SQ", "%", "_", "\\", "ПРИ", "one", "half", "два", "ДВА", ""]),
    "status": st.lists(st.sampled_from(["DRAFT", "PUBLISHED", "ARCHIVED"]), unique=True),
    "category": st.lists(st.sampled_from(["STRENGTH", "CARDIO"]), unique=True),
    "kind": st.lists(st.sampled_from(["SKILL", "TEST"]), unique=True),
    "movementPattern": st.lists(st.sampled_from(["SQUAT", "HINGE"]), unique=True),
    "planeOfMotion": st.lists(st.sampled_from(["SAGITTAL", "FRONTAL"]), unique=True),
    "difficulty": st.sampled_from(["BEGINNER", "INTERMEDIATE", "ADVANCED"]),
    "difficultyMin": st.integers(0, 6),
    "difficultyMax": st.integers(0, 6),
    "difficultyIn": st.lists(st.integers(1, 5), max_size=2),
    "requiresEquipment": few(GEAR),
    "secondaryMuscles": few(MUSCLES),
    "muscles": few(MUSCLES),
    "primaryMuscles": few(MUSCLES),
    "availableEquipment": st.lists(st.sampled_from(GEAR), unique=True),
    "excludeEquipment": few(GEAR),
    "excludeMuscles": few(MUSCLES),
    "mechanics": st.sampled_from(["band", "cable", "ban"]),
    "isUnilateral": st.booleans(),
    "discipline": few(FIELDS),
    "categoryId": st.sampled_from(["stretching", "static-stretching", "ours", "ours-below", "knee"]),
    "bodyRegionId": st.sampled_from(["knee", "hip", "yoga-mat"]),
    "equipmentId": st.sampled_from(["yoga-mat", "stretching"]),
    "maxFatigue": st.integers(0, 11),
    "safeFor": few(("knee pain", "KNEE-PAIN", "wrist_pain", "glaucoma", "боль в колене", "Carpal tunnel")),
    "safeForStrictness": st.sampled_from(["ABSOLUTE", "RESTRICTION"]),
    "includeUnclassified": st.booleans(),
    **FURTHER,
}
"""Every field of ExerciseFilter; terms by their slugs."""

filters = st.lists(st.sampled_from(sorted(FILTERS)), max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.none() | FILTERS[name] for name in names})
)
BANDS = {"BEGINNER": (1, 2), "INTERMEDIATE": (3, 3), "ADVANCED": (4, 5)}


def any_of(name: str) -> Callable[[Exercise, Json, Any], bool]:
    """The exercise's value is one of those wanted."""
    return lambda exercise, seen, wanted: (seen[name] or "").upper() in wanted


def overlapping(name: str) -> Callable[[Exercise, Json, Any], bool]:
    """An entry of the exercise's list is one of those wanted."""
    return lambda exercise, seen, wanted: bool({*seen[name]} & {*wanted})


def equal_to(name: str) -> Callable[[Exercise, Json, Any], bool]:
    """The exercise's value is the one wanted."""
    return lambda exercise, seen, wanted: bool(seen[name] == wanted)


def term(kind: tuple[str, ...]) -> Callable[[Exercise, Json, Any], bool]:
    """The exercise is tagged with the term of this kind, or with one below it."""
    return lambda exercise, seen, wanted: (
        wanted in kind and any(wanted in (slug, PARENTS.get(slug)) for slug in exercise.terms)
    )


def inherited(exercise: Exercise, name: str) -> Any:
    """A layer's value: the exercise's own, or that of what it was copied from, and so on."""
    value = getattr(exercise, name)
    return inherited(exercise.source, name) if value is None and exercise.source else value


def is_safe(exercise: Exercise, wanted: list[str], strictness: str | None, *, is_tolerant: bool) -> bool:
    """True if none of the conditions excludes the exercise; unclassified ones are excluded unless `is_tolerant`."""
    avoided = inherited(exercise, "avoid")
    if not wanted or (avoided is None and not is_tolerant):
        return not wanted
    scores = dict.fromkeys(avoided or (), 100)
    for condition, severity in exercise.contraindications if exercise.is_own or avoided is None else ():
        (key,) = meant(condition)
        scores[key] = max(scores.get(key, 0), SCORES[severity])
    chains = Person({key for condition in wanted for key in meant(condition)}).chains
    worst = [max(scores.get(key, 0) for key in chain) for chain in chains]
    return max(worst) < 100 and sum(worst) < (60 if strictness == "RESTRICTION" else 1_000)


SCORES = {"warning": 25, "restriction": 60, "absolute": 100}

SOUGHT = {"squat": ("squat", "присед"), **dict.fromkeys("%_\\", ())}
"""Terms of the lexicon, beside which the texts of FILTERS find what they are parts of; signs alone find nothing."""

MATCHES: dict[str, Callable[[Exercise, Json, Any], bool]] = {
    "q": lambda e, seen, q: any(
        word in text.lower() for word in SOUGHT.get(q, (q.lower(),)) for text in (seen["name"], *seen["aliases"])
    ),
    "status": any_of("status"),
    "category": any_of("category"),
    "kind": any_of("kind"),
    "movementPattern": any_of("movementPattern"),
    "planeOfMotion": any_of("planeOfMotion"),
    "difficulty": lambda e, seen, band: BANDS[band][0] <= (seen["difficulty"] or 0) <= BANDS[band][1],
    "difficultyMin": lambda e, seen, low: seen["difficulty"] is not None and seen["difficulty"] >= low,
    "difficultyMax": lambda e, seen, high: seen["difficulty"] is not None and seen["difficulty"] <= high,
    "muscles": lambda e, seen, these: bool({*seen["primaryMuscles"], *seen["secondaryMuscles"]} & {*these}),
    "primaryMuscles": overlapping("primaryMuscles"),
    "availableEquipment": lambda e, seen, these: {*seen["equipment"]} <= {*these},
    "excludeEquipment": lambda e, seen, these: not {*seen["equipment"]} & {*these},
    "excludeMuscles": lambda e, seen, these: not {*seen["primaryMuscles"], *seen["secondaryMuscles"]} & {*these},
    "mechanics": lambda e, seen, wanted: seen["mechanics"] == wanted,
    "isUnilateral": lambda e, seen, wanted: seen["isUnilateral"] is wanted,
    "discipline": overlapping("discipline"),
    "categoryId": term(("stretching", "static-stretching", "strengthening", "ours", "ours-below")),
    "bodyRegionId": term(("knee", "hip")),
    "equipmentId": term(("yoga-mat",)),
    "maxFatigue": lambda e, seen, maximum: (inherited(e, "fatigue") or 99) <= maximum,
    "difficultyIn": lambda e, seen, these: seen["difficulty"] in these,
    "requiresEquipment": overlapping("equipment"),
    "secondaryMuscles": overlapping("secondaryMuscles"),
    **{each.api_name: (overlapping if each.is_list else equal_to)(each.api_name) for each in FILTERED},
}


def matches(exercise: Exercise, seen: Json, filter: Json) -> bool:
    """True if the filter finds the exercise by the values `seen`. Null is no condition, nor is most an empty list."""
    empty = ("availableEquipment",)
    conditions = {
        name: wanted for name, wanted in filter.items() if wanted is not None and (wanted != [] or name in empty)
    }
    strictness = conditions.pop("safeForStrictness", None)
    safe_for, is_tolerant = conditions.pop("safeFor", []), conditions.pop("includeUnclassified", False)
    return is_safe(exercise, safe_for, strictness, is_tolerant=is_tolerant) and all(
        MATCHES[name](exercise, seen, wanted) for name, wanted in conditions.items()
    )


def time_at(hours: int) -> datetime:
    """A time of the generated libraries."""
    return NOW + timedelta(hours=hours)


ORDERS: dict[str, Callable[[Json], Any]] = {
    "NAME_ASC": lambda seen: seen["name"].lower(),
    "NAME_DESC": lambda seen: seen["name"].lower(),
    "CREATED_AT_ASC": lambda seen: seen["created"],
    "CREATED_AT_DESC": lambda seen: seen["created"],
    "UPDATED_AT_DESC": lambda seen: seen["updated"],
    "DIFFICULTY_ASC": lambda seen: seen["difficulty"] or 9,
    "DIFFICULTY_DESC": lambda seen: seen["difficulty"] or 0,
}


def ordered(found: list[tuple[Exercise, Json]], sort: str) -> list[str]:
    """The ids of exercises in the order of a list."""
    key = ORDERS[sort]
    in_order = sorted(found, key=lambda pair: (key(pair[1]), pair[0].id), reverse=sort.endswith("_DESC"))
    return [str(exercise.id) for exercise, _ in in_order]
