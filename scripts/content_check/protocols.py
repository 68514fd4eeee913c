"""Laws of the advice after operations and injuries: first weeks, criteria, hands, and aids that are at hand."""

import re
from collections.abc import Mapping

from content_check.lines import Line, postures, units
from kinegraph.classification.rules_severity import Severity

REPAIRED = frozenset({"acl_reconstruction", "hip_replacement", "knee_replacement"})
LOADED = re.compile(
    r"\b(half|third|%|\d+%) of (the|its) (load|weight)|half (the|of the) (load|weight)|\d+% of it", re.I
)  # fmt: skip
DATED = re.compile(r"\b(week|month) \d+|release|clearance", re.I)
DRIVEN = frozenset({"high_impact", "moderate_impact", "caught_load", "height", "inverted"})
MAX_LEAN = 45
WRISTS = frozenset({"wrist_pain", "carpal_tunnel_syndrome"})
HUGGED = frozenset({"sandbag", "atlas_stone"})
MEASURED = re.compile(
    r"\btests?\b|[Ee]stimate|chair stands|^Do not exercise|^Nothing until|^Wait (for|until)|^Leave (it|this part)"
    r"|^Test a"
)  # fmt: skip
ROPES = frozenset({"battle_ropes"})
STOPS = frozenset({"rack", "smith_machine"})
CRAWLS = frozenset({"bear-crawl", "inchworms", "wall-walks", "handstand-walk"})
BODYWEIGHT = frozenset({"bodyweight_upper_body", "gymnastic_strength", "cyclic_gymnastics"})
WITHOUT_WEIGHT = re.compile(r"weight out|no load|no weight|without (a )?(load|weight)|both legs|step up", re.I)

GATES: Mapping[str, str] = {
    "moderate_impact": r"\brunning\b|\bruns\b|\bhops\b|run for",
    "high_impact": r"\bjumps\b|\bhops?\b",
}
"""By the stressor of a test, the words for what must be painless before it."""
DECIDED = re.compile(r"\b(weeks?|month) \d|\d weeks|cleared|allow|below 160|check|strength|have passed", re.I)

SLOWED = re.compile(r"slowly|without leaving|push-ups", re.I)


def first_load(line: Line) -> str | None:
    """After the reconstruction of a ligament or a new joint, a load has its first week."""
    if line.condition in REPAIRED and LOADED.search(line.instead) and not DATED.search(line.instead):
        return "a load without its first week"
    return None


def tendon_criterion(line: Line) -> str | None:
    """A torn Achilles tendon meets running, jumps and fast drives by month and heel raises, not at week 12."""
    if line.condition != "achilles_rupture":
        return None
    is_driven = bool(DRIVEN & line.stressors) or line.class_key in ("sprint", "ballistic") or (
        line.class_key in ("olympic_lift", "olympic_variant", "olympic_technique")
    )  # fmt: skip
    if is_driven and line.severity is Severity.ABSOLUTE and not re.search(r"month \d.*heel raises", line.instead):
        return "a fast drive without a month and heel raises"
    return "week 12 for a fast drive" if is_driven and "week 12" in line.instead else None


def hands(line: Line) -> str | None:
    """Inflamed knuckles carry no weight."""
    if line.condition == "inflammatory_arthritis" and re.search(r"(?<!not on )\bfists\b", line.instead):
        return "fists under inflamed knuckles"
    return None


def aid(line: Line) -> str | None:
    """An aid is at hand: stops at a rack, a bench not in a crawl, no load where there is none, time where it counts."""
    equipment, text = frozenset(line.row["equipment"]), line.instead
    if re.search(r"\b(stops|safety pins)\b", text) and not equipment & STOPS:
        return "stops without a rack"
    if line.row["slug"] in CRAWLS and re.match(r"Do it with the hands on", text):
        return "hands on a bench in a crawl"
    if "that you could lift" in text and line.class_key in BODYWEIGHT and not re.search(r"machine|pushdown", text):
        return "a load that can be lifted so often, with the body weight"
    if re.match(r"Begin with \d+% of the usual repetitions", text) and not units(line.row) & {"reps", "calories"}:
        return "repetitions of a timed exercise"
    if equipment >= ROPES and re.search(r"\bload\b|hanging arm", f"{line.because} {text}"):
        return "a load of ropes"
    if postures()[line.row["slug"]] == "hanging" and re.search(r"load overhead", line.because):
        return "a load overhead in a hang"
    return None


def hip_bend(line: Line) -> str | None:
    """With a new hip the trunk leans forward by at most 45 degrees."""
    leaning = re.search(r"lean(?:ing)?(?: the trunk)?(?: by)? at most (\d+) degrees", line.instead)
    if line.condition == "hip_replacement" and leaning is not None and int(leaning[1]) > MAX_LEAN:
        return f"a lean of {leaning[1]} degrees with a new hip"
    return None


def young_graft(line: Line) -> str | None:
    """One deeply bent leg on a graft has its week or month."""
    is_bent = {"single_leg", "deep_loaded_knee_flexion"} <= line.stressors and line.class_key != "fitness_test"
    if line.condition == "acl_reconstruction" and is_bent and not DATED.search(line.instead):
        return "one deeply bent leg without a week"
    return None


def straps(line: Line) -> str | None:
    """A strap presses on wrist and carpal tunnel, and no strap holds an object that is hugged."""
    if not re.search(r"\bstraps?\b", line.instead):
        return None
    if line.condition in WRISTS and "gripping" in line.stressors:
        return "a strap round a sore wrist"
    return "a strap for what is hugged" if frozenset(line.row["equipment"]) & HUGGED else None


def fallback(line: Line) -> str | None:
    """A restricted test is left out, postponed, or replaced by another test; training is no test."""
    is_barred = line.class_key == "fitness_test" and line.severity in (Severity.RESTRICTION, Severity.ABSOLUTE)
    if is_barred and not MEASURED.search(line.instead):
        return "training instead of a test"
    return None


def place(line: Line) -> str | None:
    """A reason speaks of a sled and a pool where there is one."""
    if re.search(r"\bsled\b", line.because) and "sled" not in line.row["equipment"]:
        return "a sled where there is none"
    if re.search(r"\bpool\b", line.because) and "water" not in line.stressors:
        return "a pool where there is none"
    return None


def railed(line: Line) -> str | None:
    """Who holds a rail has no hand for a lunge's weight: the advice leaves it out."""
    is_loaded = line.class_key == "leg_compound" and line.stressors >= {"external_load", "fall_risk"}
    if is_loaded and re.search(r"\bon a (fixed )?rail\b", line.instead) and WITHOUT_WEIGHT.search(line.instead) is None:
        return "a hand on a rail that holds the weight"
    return None


def ridden(line: Line) -> str | None:
    """Who is advised to cycle instead is told a bike that stands: on the road a beginner or a patient can fall."""
    is_other = not {"bicycle", "stationary_bike"} & set(line.row["equipment"])
    if is_other and re.search(r"\b[Cc]ycle\b", line.instead):
        return "cycling without the word stationary"
    return None


def handles(line: Line) -> str | None:
    """A thicker handle needs a harder grip (Ratamess 2007): it eases no hand from which a load hangs."""
    if "external_load" in line.stressors and re.search(r"\bthick(er)?[ ,]+(padded )?(handles?|grips?)", line.instead):
        return "a thick handle for a load that hangs from the hand"
    return None


def landing_hands(line: Line) -> str | None:
    """Hands that leave the floor land neither on fists nor on handles."""
    is_jump = line.class_key in ("jump", "low_jump", "shock_jump") and "loaded_wrist_extension" in line.stressors
    if is_jump and re.search(r"\b(fists|handles)\b", line.instead) and not SLOWED.search(line.instead):
        return "fists or handles under hands that land"
    return None


def gated(line: Line) -> str | None:
    """A test of runs or jumps waits for runs or jumps, a date or a release, not for lighter exercises alone."""
    if line.class_key != "fitness_test" or not line.instead.startswith("Postpone the test until"):
        return None
    for stressor, words in GATES.items():
        if stressor in line.stressors and not re.search(words, line.instead) and not DECIDED.search(line.instead):
            return "a gate lighter than the test"
    return None


PROTOCOL_LAWS = (
    first_load, tendon_criterion, hands, aid, hip_bend, young_graft, straps, fallback, place, railed, ridden, handles,
    landing_hands, gated,
)  # fmt: skip
