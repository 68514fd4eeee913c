"""Laws of lines that speak of objects, motions and postures which the exercise has not."""

import re

from content_check.lines import Line, postures

UNGRIPPED = frozenset({"tire", "pull_rope", "climbing_rope", "atlas_stone", "sandbag", "medicine_ball", "slam_ball"})
"""Objects without a handle, round which no strap is put."""
REPLACED = re.compile(r"\b(machine|dumbbells?|kettlebell|trap bar|leg press|a weight with handles)\b", re.I)
IMPACTS = frozenset({"moderate_impact", "high_impact"})
RUNS = frozenset({"run", "sprint", "hill-sprint", "shuttle-run", "cooper-test", "beep-test"})
LYING = frozenset({"supine", "prone", "side_lying", "seated", "floor_sitting"})
ON_HANDS = frozenset({"kneeling", "support", "prone", "mixed", "inverted", "seated"})
THROWN = frozenset({"medicine_ball", "slam_ball"})
HOVERING = frozenset({"anti_extension", "kneeling", "long_hold"})
PAD = re.compile(r"(Keep|Rest|Press)\b[^.;]*\b(back|head)\b[^.;]*\bon the (pad|backrest)\b", re.I)
SUPPORTED = re.compile(r"machine|pulldown|back supported|chest supported|dumbbells", re.I)


def ungripped(line: Line) -> str | None:
    """No strap and no handle where the object has none, unless another exercise is advised."""
    objects = frozenset(line.row["equipment"])
    if not objects & UNGRIPPED or REPLACED.search(line.instead):
        return None
    if re.search(r"\b(handles?|straps?)\b", line.instead):
        return f"a handle or strap of {', '.join(sorted(objects & UNGRIPPED))}"
    return None


def motion(line: Line) -> str | None:
    """A reason names cutting, hanging, stepping and sitting back only where that is done."""
    text, stressors = line.because, line.stressors
    if re.search(r"\b[Cc]utting\b|sideways landing", text) and not ("pivoting" in stressors and stressors & IMPACTS):
        return "cutting where nobody pivots at speed"
    if "hopping" in text and stressors.isdisjoint({"high_impact"}) and line.row["slug"] in RUNS:
        return "hops of who runs"
    if re.search(r"\bA hang\b", text) and "hanging" not in stressors:
        return "a hang where nobody hangs"
    if re.search(r"[Jj]umps and hops[^.]*\b(each|every) step\b", text):
        return "the steps of jumps"
    if re.search(r"\b(each|every) step against\b", text, re.I) and line.row["movementPattern"] == "pull":
        return "steps of who stands and pulls"
    if re.search(r"^Sitting back\b", text) and "end_range_hip" not in stressors:
        return "sitting back where nobody sits on the heels"
    return None


def postured(line: Line) -> str | None:
    """A reason fits the posture: nobody catches, lands or stands lying down, nobody hangs or leans who does not."""
    posture, text = postures()[line.row["slug"]], line.because
    if posture in LYING and re.search(r"\b[Cc]atching a\b|drive of the legs|\blanding\b|while you stand", text):
        return f"a catch, a landing or standing of who is {posture}"
    if "hands, knees or ribs" in text and posture not in ON_HANDS and "loaded_wrist_extension" not in line.stressors:
        return "weight on hands, knees or ribs where nothing rests on them"
    if re.search(r"weight on one leg, and a fall", text) and posture in LYING:
        return f"a fall of who is {posture}"
    if re.search(r"\bhanging body\b|\bGetting (on and )?off the bar\b", text) and "hanging" not in line.stressors:
        return "a hang where nobody hangs"
    return None


def hovering(line: Line) -> str | None:
    """Knees that are held above the floor press on no pad."""
    if line.stressors >= HOVERING and re.search(r"\bKneeling\b|\bpad\b", f"{line.because} {line.instead}"):
        return "a pad under knees in the air"
    return None


def face_down(line: Line) -> str | None:
    """Who faces the floor looks neither up nor straight ahead: that bends the neck back."""
    prone = postures()[line.row["slug"]] in ("prone", "support") or line.stressors >= {"anti_extension", "kneeling"}
    if prone and re.search(r"\bLooking up\b|tempt you to look up", line.because):
        return "looking up for who faces the floor"
    if prone and re.search(r"^Look straight ahead", line.instead):
        return "looking straight ahead for who faces the floor"
    return None


def thrown(line: Line) -> str | None:
    """A throw is replaced, not slowed down."""
    is_throw = "swung_load" in line.stressors and bool(THROWN & set(line.row["equipment"]))
    if is_throw and re.search(r"^Use half the load[^;]*\bslow", line.instead):
        return "a slow throw"
    return None


def denied(line: Line) -> str | None:
    """A reason says what the exercise does, and not what a session for the condition leaves out."""
    is_denial = re.match(r"(No|Nothing)\b.*\bis\b (?!made|worth)", line.because) is not None
    return "a reason that denies what is done" if is_denial or line.instead.startswith("Choose another") else None


def lying_heel(line: Line) -> str | None:
    """A heel is slid on the back: the advice says so to who does not lie there."""
    is_slide = re.search(r"\b[Ss]lide (1|the|a) heel", line.instead) is not None
    if is_slide and postures()[line.row["slug"]] != "supine" and not re.search(r"\b[Ll]ie\b|\bback\b", line.instead):
        return "a heel slide of who does not lie"
    return None


def measured(line: Line) -> str | None:
    """A test is not stepped, shortened or done with half the load: its result would mean nothing."""
    if line.class_key == "fitness_test" and re.search(r"^(Step|Hinge|Hold|Use half|Keep the trunk)", line.instead):
        return "training instead of the test"
    if line.class_key == "fitness_test" and "external_load" in line.stressors and "within 1 m" in line.instead:
        return "a helper who cannot catch a maximal bar"
    return None


def loaded_curl(line: Line) -> str | None:
    """A bend of the spine under load is not eased by the advice for stretches that are held."""
    is_curl = line.class_key == "loaded_stretch" and {"external_load", "loaded_spinal_flexion"} <= line.stressors
    if is_curl and re.search(r"\bArching\b", line.because):
        return "arching in a forward bend"
    if is_curl and re.search(r"Stretch gently|\b\d+ seconds\b", line.instead) and "flat back" not in line.instead:
        return "the time of a stretch"
    return None


def climbs(line: Line) -> str | None:
    """A repetition on a rope is a climb of many pulls."""
    count = re.search(r"at most (\d+) repetitions", line.instead)
    is_climb = "climbing_rope" in line.row["equipment"] and SUPPORTED.search(line.instead) is None
    return "climbs counted as pulls" if is_climb and count is not None and int(count[1]) > 3 else None


FOREIGN = (
    (r"^Ropes\b", frozenset({"battle_ropes", "climbing_rope", "pull_rope", "jump_rope"}), "ropes"),
    (r"[Cc]atching a bar\b|\bbar is caught", frozenset({"barbell"}), "the catch of a bar"),
    (r"\bhandlebar\b", frozenset({"bicycle", "stationary_bike"}), "a handlebar"),
)
"""Objects of a line, with the equipment of which one is needed, and their names."""
CATCH = re.compile(r"^Catching a (?:bar|weight|ball|load)\b|^A (?:bar|weight|load) (?:that is )?caught\b")
MADE_STEPS = frozenset({"stair_machine", "treadmill"})
OFF_THE_FLOOR = re.compile(r"\b(chair|table|lie|stand|seat|machine|raised)\b", re.I)


def foreign(line: Line) -> str | None:
    """A line names no object and no part of a movement that the exercise has not."""
    equipment, text = frozenset(line.row["equipment"]), f"{line.because} {line.instead}"
    for pattern, needed, name in FOREIGN:
        if re.search(pattern, text) and not equipment & needed:
            return name
    if re.match(r"Pull only, no catch", line.instead) and not line.stressors & {"hinge_load", "loaded_shrug"}:
        return "a pull where nothing is pulled"
    if equipment & MADE_STEPS and re.search(r"\bsteps of at most|frame or trolley", line.instead):
        return "steps of another height, or a frame, on a machine"
    if "water" in line.stressors and "seconds each way" in line.instead:
        return "a neck exercise in the water"
    return None


def new_hip(line: Line) -> str | None:
    """Who has a new hip does not sit on the floor."""
    is_sat = line.condition == "hip_replacement" and "floor_sitting" in line.stressors
    return "a new hip on the floor" if is_sat and not OFF_THE_FLOOR.search(line.instead) else None


def padded(line: Line) -> str | None:
    """The back rests on a pad only where the exercise has one, unless another exercise is advised."""
    if not PAD.match(line.instead) or REPLACED.search(line.instead):
        return None
    own = " ".join((*line.row["cues"], *(each["body"] for each in line.row["instructions"])))
    has_pad = re.search(r"(?<!knee )(?<!thigh )\b(pad|backrest|bench|chair)\b", own, re.I) is not None
    return None if has_pad else "a back on a pad that is not there"


def caught(line: Line) -> str | None:
    """A reason speaks of a catch alone only where the texts of the exercise have one."""
    texts = (line.row["description"], *line.row["cues"], *(each["body"] for each in line.row["instructions"]))
    is_named = re.search(r"\b(catch|caught|receiv\w*|racked|lands?|meets?)\b", " ".join(texts), re.I) is not None
    return None if is_named or CATCH.search(line.because) is None else "a catch where there is none"


FIT_LAWS = (
    ungripped, motion, postured, hovering, face_down, thrown, measured, loaded_curl, climbs, foreign, new_hip, padded,
    denied, lying_heel, caught,
)  # fmt: skip
