"""The places of a session: the movements of the whole body, or the parts of the wanted muscles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.care.rules_exercises import PatternGroup, is_row
from kinegraph.care.rules_persons import HIP, KNEE
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Request

CONDITIONING = frozenset(
    {STEADY, "mixed_conditioning", "low_jump", "cyclic_gymnastics", "sprint", "jump", "shock_jump"}
)
"""Classes that train a muscle beside the heart: they fill no place of a muscle."""
AEROBIC_MINUTES = 20
"""Sessions for endurance of this length and more have steady work, unless only the upper body or trunk is wanted."""
AEROBIC_MUSCLES = frozenset({"quadriceps", "glutes"})
COMPOUND = frozenset(
    {"barbell_squat", "floor_pull", "loaded_hinge", "free_weight_compound", "machine_compound", "leg_compound"}
    | {"bodyweight_upper_body", "ballistic", "gymnastic_strength", "cyclic_gymnastics"}
)
"""Classes that represent squat, hinge, push and pull."""
EVEN_MINUTES = 30
BACK = frozenset({"lats", "rhomboids", "middle_traps"})
MIN_PULL_FATIGUE = 4
"""A pull of the back that tires less is an isolation."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a session. An exercise of its pattern group, one of its muscles and one of its classes fills it."""

    name: str
    target: str | None = None
    """The muscle as it was sent; None for a movement."""
    pattern_group: PatternGroup | None = None
    muscles: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    vector: str | None = None
    preferred: frozenset[str] = frozenset()
    """`vector` and `preferred`: the direction of force, and the muscles, whose exercises are preferred."""
    is_optional: bool = False
    """True if nothing is said where it stays empty."""
    is_compound: bool = False
    is_isolated: bool = False
    """True if exercises of several joints alone fill it; or of one joint alone."""
    or_group: PatternGroup | None = None
    """Another pattern group whose exercises fill the place too."""

    def is_filled_by(self, exercise: Candidate) -> bool:
        """True if an exercise fills the place. Of a place with a direction, lifts of another one are none."""
        if self.pattern_group is not None and exercise.pattern_group not in (self.pattern_group, self.or_group):
            return False
        is_lift = self.vector is not None and exercise.is_compound
        if is_lift and (exercise.vector != self.vector or is_row(exercise)):
            return False
        if self.is_isolated and exercise.is_compound:
            return False
        if self.muscles and not self.muscles & exercise.primary:
            return False
        if self.is_compound and not exercise.is_compound:
            return False
        if self.classes:
            return exercise.class_key in self.classes
        return (self.pattern_group is None and not self.muscles) or exercise.class_key not in CONDITIONING


def is_representative(exercise: Candidate, place: Place, *, is_easy: bool) -> bool:
    """True if an exercise is a full exercise of the movement, not an isolation, a light load or a hold.

    The push of a session for the whole body is a press of the chest. `is_easy`: for beginners and careful persons, to
    whom standing up from a chair is one.
    """
    if place.pattern_group not in (PatternGroup.SQUAT, PatternGroup.HINGE, PatternGroup.PUSH, PatternGroup.PULL):
        return True
    if exercise.class_key in COMPOUND:
        if exercise.pattern_group is PatternGroup.PULL:
            return bool(exercise.primary & BACK) and exercise.fatigue >= MIN_PULL_FATIGUE
        return place.pattern_group is not PatternGroup.PUSH or place.preferred <= exercise.primary
    return is_easy and exercise.is_compound and exercise.class_key == "low_load_strengthening"


def is_counted_lift(exercise: Candidate) -> bool:
    """True for lifts of several joints, whose sets are balanced between squat, hinge, push and pull."""
    is_lift = exercise.is_compound and exercise.class_key not in CONDITIONING
    return is_lift and exercise.pattern_group in (
        PatternGroup.SQUAT,
        PatternGroup.HINGE,
        PatternGroup.PUSH,
        PatternGroup.PULL,
    )


def is_evened(request: Request) -> bool:
    """True if the movements get equal sets: sessions for the whole body of EVEN_MINUTES and more, not for power."""
    return not request.targets and request.minutes >= EVEN_MINUTES and request.goal is not TrainingGoal.POWER


def is_of_one_direction(one: Candidate, other: Candidate) -> bool:
    """True for two presses, or two pulls, of several joints in the same direction."""
    is_lift = one.is_compound and other.is_compound and one.pattern_group in (PatternGroup.PUSH, PatternGroup.PULL)
    return is_lift and one.pattern_group is other.pattern_group and one.vector == other.vector


AEROBIC = Place("aerobic work", classes=frozenset({STEADY}))
REST = Place("other", is_optional=True)
"""The place of exercises that fill no other."""
BODY = (
    Place("squat", pattern_group=PatternGroup.SQUAT, preferred=frozenset({"quadriceps"})),
    Place("pull", pattern_group=PatternGroup.PULL, preferred=BACK - {"lats"}),
    Place("push", pattern_group=PatternGroup.PUSH, preferred=frozenset({"chest"})),
    Place("hinge", pattern_group=PatternGroup.HINGE, preferred=frozenset({"hamstrings"})),
    Place("core", pattern_group=PatternGroup.CORE),
)
VERTICAL = Place(
    "vertical pull or press", pattern_group=PatternGroup.PULL, or_group=PatternGroup.PUSH, vector="vertical",
    is_compound=True, is_optional=True, preferred=BACK,
)  # fmt: skip
"""A place of longer sessions for the whole body, beside the row and the press of the chest."""
HIP_SIDE = Place(
    "side of the hip", muscles=frozenset({"gluteus_medius"}), classes=frozenset({"isolation", "low_load_strengthening"})
)
"""A place of sessions from HIP_MINUTES on with a condition of the hip, whose bridge is one treatment of two."""
HIP_MINUTES = 45
VERTICAL_MINUTES, VERTICAL_STRENGTH_MINUTES = 60, 75
"""The shortest sessions that have it; for strength, whose sets take longer."""
POWER_BODY = (
    Place("explosive lift", classes=frozenset({"olympic_variant", "olympic_lift", "ballistic"}), is_optional=True),
    Place("jump", classes=frozenset({"jump"}), is_optional=True),
    Place("push", pattern_group=PatternGroup.PUSH),
    Place("hinge", pattern_group=PatternGroup.HINGE),
    Place("pull", pattern_group=PatternGroup.PULL),
    Place("squat", pattern_group=PatternGroup.SQUAT, is_optional=True),
    Place("core", pattern_group=PatternGroup.CORE, is_optional=True),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a group of muscles that has a place of its own, from a length of the session on."""

    name: str
    muscles: frozenset[str]
    pattern_group: PatternGroup | None = None
    vector: str | None = None
    minutes: int = 0
    classes: frozenset[str] = frozenset()
    preferred: frozenset[str] = frozenset()
    is_compound: bool = False
    is_isolated: bool = False
    conditions: frozenset[str] = frozenset()
    """The conditions with which the part has a place; empty for everybody."""


CALVES = frozenset({"calves", "gastrocnemius", "soleus"})
PARTS = (
    Part("front of the thigh", frozenset({"quadriceps"}), PatternGroup.SQUAT),
    Part("hip", frozenset({"glutes", "hamstrings"}), PatternGroup.HINGE, preferred=frozenset({"hamstrings"})),
    Part("knee extension", frozenset({"quadriceps"}), is_isolated=True, conditions=frozenset({"knee_osteoarthritis"})),
    Part("calf", CALVES),
    Part(
        "knee flexion", frozenset({"hamstrings"}), minutes=45, classes=frozenset({"isolation", "long_length_eccentric"})
    ),
    Part("side of the hip", frozenset({"gluteus_medius"}), conditions=KNEE | HIP),
    Part("row", frozenset({"rhomboids", "middle_traps"}), PatternGroup.PULL, is_compound=True),
    Part("pulldown or shoulder blades", frozenset({"lats", "lower_traps"}), PatternGroup.PULL, "vertical"),
    Part("press", frozenset({"anterior_deltoid", "lateral_deltoid"}), PatternGroup.PUSH, is_compound=True),
    Part("rear shoulder and rotator cuff", frozenset({"posterior_deltoid", "rotator_cuff"})),
    Part("biceps", frozenset({"biceps"})),
    Part("triceps", frozenset({"triceps"})),
    Part("front of the trunk", frozenset({"abdominals", "transverse_abdominis"}), PatternGroup.CORE),
    Part("sides of the trunk", frozenset({"obliques"}), PatternGroup.CORE),
)


def places_of(request: Request) -> Sequence[Place]:
    """The places of a session, in the order in which they are filled."""
    if not request.targets:
        if request.goal is TrainingGoal.POWER:
            return POWER_BODY
        is_strength = request.goal is TrainingGoal.STRENGTH
        least = VERTICAL_STRENGTH_MINUTES if is_strength else VERTICAL_MINUTES
        vertical = [VERTICAL] if request.minutes >= least else []
        has_hip = request.minutes >= HIP_MINUTES and not request.person.having.isdisjoint(HIP)
        side = [HIP_SIDE] if has_hip else []
        return (*([AEROBIC] if _is_aerobic(request) else []), *BODY, *side, *vertical)
    found = [AEROBIC] if _is_aerobic(request) else []
    for name, keys in request.targets:
        parts = [
            each
            for each in PARTS
            if each.muscles <= keys
            and each.minutes <= request.minutes
            and (not each.conditions or not request.person.having.isdisjoint(each.conditions))
        ]
        if len(parts) < 2:
            found.append(Place(name, name, muscles=keys))
        else:
            found += [_part(name, each) for each in parts]
    return found


def _part(target: str, part: Part) -> Place:
    name = f"{target}: {part.name}"
    found = Place(name, target, part.pattern_group, part.muscles, part.classes, part.vector, part.preferred)
    return replace(found, is_compound=part.is_compound, is_isolated=part.is_isolated)


def _is_aerobic(request: Request) -> bool:
    if request.goal is not TrainingGoal.ENDURANCE or request.minutes < AEROBIC_MINUTES:
        return False
    wanted = frozenset[str]().union(*(keys for _, keys in request.targets))
    return not wanted or wanted >= AEROBIC_MUSCLES


WORDS: Mapping[str, str] = {
    "squat": "squatting",
    "pull": "pulling",
    "push": "pushing",
    "hinge": "hip-hinge",
    "core": "trunk",
    "aerobic work": "aerobic",
    "side of the hip": "hip-abducting",
}


def in_sentence(place: Place) -> str:
    """A place as a noun phrase: "a pulling exercise", "an exercise for the legs (calf)"."""
    if place.target is None:
        word = WORDS.get(place.name, place.name)
        return f"{'an' if word[0] in 'aeiou' else 'a'} {word} exercise"
    return f"an exercise for {muscles_in_sentence(place)}"


def muscles_in_sentence(place: Place) -> str:
    """The muscles of a place: "legs (calf)"."""
    target, _, part = place.name.replace("_", " ").partition(": ")
    return f"{target} ({part})" if part else target
