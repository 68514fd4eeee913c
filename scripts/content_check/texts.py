"""Laws of the texts of contraindications: a modification fits severity, unit and position, and is safe itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from content_check.advice import advice_of
from content_check.amounts import beyond_range, half_of_nothing, time_of_counted
from content_check.fit import FIT_LAWS
from content_check.lines import Line, Row, lines, postures, units
from content_check.pointers import laxer, pointer
from content_check.protocols import PROTOCOL_LAWS
from kinegraph.authoring.rules import shown_findings_of
from kinegraph.classification.rules_severity import RANK, Severity
from kinegraph.taxonomy.rules_conditions import vocabulary

WAITING = re.compile(
    r"^(wait (?!for \d+ seconds)|not before|nothing (that|until)|postpone|do not\b)"
    r"|^leave (it|this|the (test|exercise)) out"
    r"|\bnot before\b|^\w+ nothing before|\bno \w+ before week|^no resistance|^wait\b.*\bweeks?\b"
    r"|until your surgeon's release", re.I
)  # fmt: skip
SAME_EXERCISE = re.compile(
    r"^(use|take|do) (at most |only )?(\d+%|half|a third|50|60|30)"
    r"|^(stop|keep|shorten|halve|reduce|set the|raise the (seat|start))\b",
    re.I,
)
LIMITED = re.compile(
    r"half|%|kg|degrees|RPE [1-6]|foot in its boot|light|without load|surgeon|blocks|from a box|on a fixed rail"
)
"""Words that make an exercise easy enough for somebody for whom it is restricted."""
SITTING_DOWN = re.compile(r"(Press|Pull|Press or pull) seated, (back|foot)|Sit or lie")
BANDS = frozenset({"resistance_band", "mini_band"})
LOAD = re.compile(r"\b(the load|of the load|half the weight|the weight out)\b", re.I)
RISING = re.compile(r"\b(stand|rise|raise|walk|step|sit|march|squat|chair|bend|hinge|toes|heel raises|slide)", re.I)
BARS = frozenset({
    "barbell", "trap_bar", "log", "pull_up_bar", "rack", "yoke", "dip_bars", "ez_bar", "smith_machine", "landmine",
    "assisted_pull_up_machine",
})  # fmt: skip
RUNNING = frozenset({
    "run", "sprint", "hill-sprint", "shuttle-run", "cooper-test", "beep-test", "high-knees", "butt-kicks", "a-skip",
})  # fmt: skip
PHRASES: Mapping[str, str] = {
    "leg press": "leg-press", "goblet squat": "goblet-squat", "dead bug": "dead-bug", "bird-dog": "bird-dog",
    "triceps pushdown": "triceps-pushdown", "stationary bike": "stationary-cycling", "row on a machine": "machine-row",
    "seated row": "machine-row", "pull down on a machine": "lat-pulldown", "wall sit": "wall-sit",
    "bridge on both legs": "glute-bridge", "forearm plank": "plank", "row seated with a cable": "seated-cable-row",
    "tilt the pelvis": "pelvic-tilt", "single-leg press": "single-leg-leg-press", "split squat": "split-squat",
    "slide the heel": "heel-slides", "chest supported": "chest-supported-dumbbell-row",
}  # fmt: skip
"""Exercises that modifications name by everyday words, and their slugs."""
MAX_MODIFICATION = 140


def waiting(line: Line) -> str | None:
    """The fault of a warning whose advice is to wait for weeks or for a release; None without it."""
    if line.severity is Severity.WARNING and WAITING.search(line.instead):
        return "a warning whose modification says to wait"
    return None


def unit(line: Line) -> str | None:
    """A modification counts in the unit of the exercise, and gives no choice between units."""
    if re.search(r"repetitions?,? or (hold for )?\d+ (m|seconds|minutes?)\b|\d+ m,? or \d+ repetitions", line.instead):
        return "repetitions or metres or seconds"
    prescribed = units(line.row)
    if not prescribed or not SAME_EXERCISE.search(line.instead):
        return None
    if re.search(r"(?<!within )\b\d+ m\b(?! ahead)", line.instead) and "meters" not in prescribed:
        return "metres for an exercise that is not done for a distance"
    if re.search(r"\brepetitions\b|sets of", line.instead) and not prescribed & {"reps", "calories"}:
        return "repetitions for an exercise that has none"
    return None


def position(line: Line) -> str | None:
    """A rail is for who stands, a grip for who grips, a load and a bar for exercises that have one."""
    posture, loaded = postures()[line.row["slug"]], "external_load" in line.stressors
    equipment = frozenset(line.row["equipment"])
    if "rail" in line.instead and posture not in ("standing", "mixed") and not RISING.search(line.instead):
        return f"a rail for who is {posture}"
    if "grip" in line.instead and not (equipment or line.stressors & {"gripping", "hanging", "external_load"}):
        return "a grip where nothing is gripped"
    if SAME_EXERCISE.search(line.instead) and LOAD.search(line.instead) and not loaded and not line.row["equipment"]:
        return "half the load of an exercise without a load"
    is_mobility = line.class_key in ("static_mobility", "dynamic_mobility", "early_motion", "loaded_stretch")
    if is_mobility and not loaded and re.search(r"\bunder load\b|\bheavy (load|bar|lift)", line.because, re.I):
        return "an unloaded stretch under load"
    has_bar = bool(equipment & BARS) or line.class_key.startswith("olympic") or line.class_key == "fitness_test"
    if re.search(r"\b(the|a|heavy|catching a) bars?\b", f"{line.because}", re.I) and not has_bar:
        return "a bar where there is none"
    return None


def kind(line: Line) -> str | None:
    """A line speaks of this exercise: of running where one runs, of a test where it is one, of its bends."""
    slug, text = line.row["slug"], line.because
    if re.search(r"\brunning\b", text, re.I) and slug not in RUNNING:
        return "running in an exercise without"
    if re.search(r"\bbands?\b", text.split(". ")[0]) and not BANDS & set(line.row["equipment"]):
        return "a band where there is none"
    if "Six minutes" in text and slug != "6-minute-walk-test":
        return "six minutes in another test"
    if re.search(r"\btest\b", line.instead) and line.class_key != "fitness_test":
        return "a test in an exercise that is none"
    if re.match(r"[^.]*\bbridge\b", text) and "bridge" not in line.instead and "hinge_load" in line.stressors:
        return "a bridge in a hinge"
    if re.search(r"leg press[^;]*?\b\d+ degrees(?! of (knee|hip))", line.instead) and "hip bent by" not in line.instead:
        return "degrees of a leg press without the joint"
    if "within reach of" in line.instead and {"fall_risk", "external_load"} <= line.stressors:
        return "a rail only within reach, with a load on an unsteady base"
    is_raised = bool(set(line.row["equipment"]) & {"rack", "lifting_blocks"}) and line.class_key == "floor_pull"
    if is_raised and re.search(r"\bfrom the floor\b", text):
        return "from the floor, though the bar lies on pins or blocks"
    if line.class_key == "carry" and re.match(r"(Leave the weight|Stop|Keep).*(knee|hip) ben[dt]", line.instead):
        return "a bent knee or hip in a walk"
    if "Lifting the head" in text and not line.stressors & {"head_lift", "end_range_spinal_extension"}:
        return "a lifted head where it rests"
    if line.class_key == "gymnastic_strength" and re.match(r"(Do sets|Begin with|Use half).*RPE [345]", line.instead):
        return "an easy set of an exercise that is never easy"
    if postures()[slug] == "seated" and SITTING_DOWN.match(line.instead):
        return "to sit down for who is sitting"
    return None


def length(line: Line) -> str | None:
    """A modification is there, and short."""
    if not line.instead:
        return "no modification"
    return f"{len(line.instead)} characters" if len(line.instead) > MAX_MODIFICATION else None


@cache
def _names(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest_first))})(?![\w-])")


def named_exercises(text: str, rows: Mapping[str, Row]) -> list[str]:
    """The slugs of the exercises that a modification tells to do, by their names or by everyday words."""
    slugs = {row["name"]: slug for slug, row in rows.items()}
    found = [slugs[name] for name in _names(tuple(slugs)).findall(text)]
    return [*found, *(slug for words, slug in PHRASES.items() if words in text.lower())]


def safe_advice(line: Line, rows: Mapping[str, Row], severities: Mapping[str, Mapping[str, int]]) -> str | None:
    """The exercise that a modification names is not restricted for the condition itself."""
    for slug in named_exercises(line.instead, rows):
        if slug != line.row["slug"] and severities[slug].get(line.condition, 0) >= RANK[Severity.RESTRICTION]:
            own = severities[line.row["slug"]].get(line.condition, 0)
            if LIMITED.search(line.instead) is None or severities[slug][line.condition] > own:
                return f"{slug} is restricted for the condition too"
    return None


LINE_LAWS = (waiting, unit, position, kind, length, *PROTOCOL_LAWS, *FIT_LAWS)


def severities_of(rows: Mapping[str, Row]) -> dict[str, dict[str, int]]:
    """By exercise and condition, the rank of the severity."""
    return {
        slug: {key: RANK[f.severity] for key, f in shown_findings_of(row).items() if f.severity in RANK}
        for slug, row in rows.items()
    }


def text_faults(rows: Sequence[Row]) -> Iterator[str]:
    """The faults of all lines, by law."""
    by_slug = {row["slug"]: row for row in rows}
    severities = severities_of(by_slug)
    all_lines = list(lines(list(rows)))
    advice = {(line.row["slug"], line.condition): line.instead for line in all_lines}
    for line in all_lines:
        for law in LINE_LAWS:
            if (fault := law(line)) is not None:
                yield f"{law.__name__}: {fault}: {line.named}"
        if (fault := safe_advice(line, by_slug, severities)) is not None:
            yield f"safe_advice: {fault}: {line.named}"
        if (fault := pointer(line, by_slug, severities)) is not None:
            yield f"pointer: {fault}: {line.named}"
        if (fault := laxer(line, by_slug, advice)) is not None:
            yield f"laxer: {fault}: {line.named}"
        is_another = bool(set(named_exercises(line.instead, by_slug)) - {line.row["slug"]})
        for counted in (beyond_range, half_of_nothing, time_of_counted):
            if (fault := counted(line, is_another)) is not None:
                yield f"{counted.__name__}: {fault}: {line.named}"
    yield from (f"own_text: {fault}" for row in rows for fault in own_texts(row))
    yield from (f"child: {fault}" for row in rows for fault in children(row))


def own_texts(row: Row) -> Iterator[str]:
    """A text of the entry without a modification of its own gives no advice, which would contradict the rule's."""
    for condition, own in row["training"]["conditions"].items():
        is_reason = own.get("severity") != Severity.INDICATED and "text" in own and "modification" not in own
        if is_reason and (advice := advice_of(own["text"])):
            yield f"{row['slug']} x {condition}: advice in the reason: {advice}"


def _ancestors(key: str) -> Iterator[str]:
    """The parents of a condition, the nearest first."""
    while (parent := vocabulary()[key].parent) is not None:
        yield (key := parent)


def children(row: Row) -> Iterator[str]:
    """A condition is as severe as its parents at least, unless the exercise treats it."""
    found = shown_findings_of(row)
    for key, finding in found.items():
        for parent in _ancestors(key):
            other = found.get(parent)
            if other is None or not {finding.severity, other.severity} <= set(RANK):
                continue
            if RANK[finding.severity] < RANK[other.severity]:
                yield f"{row['slug']}: {key} is {finding.severity}, {parent} {other.severity}"
