"""Laws of entries whose values must follow their own texts: tempo, frequency, conditions that the notes name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any  # JSON of the entries

from content_check.lines import postures
from kinegraph.authoring.rules import profile_columns, shown_findings_of

Row = Mapping[str, Any]
SECONDS = {"a": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
HELD = re.compile(
    r"\b(?:hold|pause|squeeze)\b[^.,;]*?(?<!\bto)(?<!\bor)(?: for)? (a|one|two|three|five|[1-5])(?: seconds?| s)\b",
    re.I,
)
HELD_BETWEEN = re.compile(
    r"\bhold\b[^.,;]*?\b(one|two|three|four|five) (?:to|or) (two|three|four|five) seconds\b", re.I
)
TWICE = re.compile(r"\btwice (?:a day|daily)\b", re.I)
RISEN = re.compile(r"\b(one|two|three) seconds? up\b", re.I)
LOWERED = re.compile(r"\blower\b[^.,;]*?\b(?:over|in|for)(?: about)? (one|two|three|four|five) seconds?\b", re.I)
DAILY = re.compile(r"\b(rounds|times|sessions) (a|each|every) day\b", re.I)
SQUEEZED = re.compile(
    r"\bsqueeze\b[^.;]*\b(?:a|one|two|three) (?:seconds?|count)\b|\b(?:one|two)-second squeeze\b"
    r"|\b(?:hold|pause|stay)\b[^.;]*\bat the top\b[^.;]*\b(?:seconds?|count)\b", re.I
)  # fmt: skip
SLOWER = re.compile(r"\b(?:slower|longer) than (?:the closing|the way up|the lift|you took|you lift|out\b)", re.I)
HELD_STILL = re.compile(
    r"\b(?:hold|stay|wait|pause|squeeze)\b[^.]*\b(?:moment|seconds?|count|breath|briefly|at the top)\b"
    r"(?![^.]*\b(?:then|and) [a-z]+ )", re.I
)  # fmt: skip
STOPPED = re.compile(r"^(?:Hold|Pause|Stay|Wait)\b|\bfor (?:an instant|a moment while)\b")
RETURNED = re.compile(
    r"^(Lower|Let|Sink|Return slowly|Open slowly|Close slowly|Slide back down|Uncurl|Give way|Roll back)\b"
)
PAUSED_THEN_LOWERED = re.compile(r"^(?:Hold|Pause|Stay)\b[^.]*, then (?:lower|let|reach)\b", re.I)
RAISED_AGAIN = re.compile(r"^(Press|Push|Drive|Rise|Stand|Draw|Rock forward|Sit up|Unwind|Lift)\b")
GAZED = re.compile(
    r"\beyes (?:follow|on the (?:hands?|fingers|bell|weight))\b|\blook(?:ing)? (?:up\b|over (?:the|your)\b)"
    r"|\bturn (?:the|your) head\b", re.I
)  # fmt: skip
PER_WEEK = re.compile(r"\b(?:(\d)(?:-| to ))?(\d) (?:days|times) a week\b")
PER_DAY = re.compile(r"(?:once|twice|\d|seconds|sets of [\d to,]+) a day\b|\beach day\b|\bdaily\b")
NAMED: Mapping[str, str] = {
    r"high blood pressure": "hypertension", r"pregnan\w+": "pregnancy", r"glaucoma": "glaucoma",
    r"osteoporosis": "osteoporosis", r"asthma": "asthma", r"epilep\w+": "epilepsy", r"hernia": "abdominal_hernia",
    r"heart (?:condition|disease)": "cardiovascular_disease", r"vertigo": "vertigo", r"concussion": "concussion",
    r"neuropathy": "diabetic_neuropathy", r"blood thinners?": "bleeding_risk",
    r"carpal tunnel": "carpal_tunnel_syndrome",
    r"(?:new hip|hip replacement)": "hip_replacement", r"(?:new knee|knee replacement)": "knee_replacement",
}  # fmt: skip
"""Everyday words for conditions, and the conditions."""


def consistency_faults(rows: Sequence[Row]) -> Iterator[str]:
    """The faults of all entries, by law."""
    for row in rows:
        for law in (
            held,
            held_between,
            held_where,
            paced,
            daily,
            twice_a_day,
            spaced,
            prescribed,
            gazed,
            named_in_notes,
            on_the_feet,
            moved_legs,
            racked,
            warned,
            shown,
        ):
            yield from (f"{law.__name__}: {row['slug']}: {fault}" for fault in law(row))


def held(row: Row) -> Iterator[str]:
    """A second of holding that the text asks for is in the tempo."""
    tempo = profile_columns(row)["default_tempo"]
    if tempo is None or tempo.startswith("X"):
        return
    _, at_the_end, _, at_the_start = tempo.split("-")
    for text in (*row["cues"], *(each["body"] for each in row["instructions"])):
        found = HELD.search(text)
        seconds = SECONDS.get(found[1].lower(), found[1]) if found is not None else at_the_end
        if seconds not in (at_the_end, at_the_start):
            yield f"tempo {tempo} against: {text}"


def held_between(row: Row) -> Iterator[str]:
    """A hold of so many to so many seconds is in the tempo with a number between them."""
    tempo = profile_columns(row)["default_tempo"]
    for text in (*row["cues"], *(each["body"] for each in row["instructions"])):
        found = HELD_BETWEEN.search(text) if tempo is not None else None
        bounds = set() if found is None else {SECONDS[found[1].lower()], SECONDS[found[2].lower()]}
        if bounds and not bounds & set(tempo.split("-")[1::2]):
            yield f"tempo {tempo} against: {text}"


def held_where(row: Row) -> Iterator[str]:
    """A hold after which something is lowered is the tempo's last number, one before a rise its second."""
    tempo = profile_columns(row)["default_tempo"]
    if tempo is None:
        return
    _, below, _, above = tempo.split("-")
    steps = [each["body"] for each in row["instructions"] if each["type"] == "step"]
    for text in steps:
        if above == "0" and not tempo.startswith("X") and PAUSED_THEN_LOWERED.search(text) is not None:
            yield f"tempo {tempo} against: {text}"
    for text, following in pairwise(steps):
        if HELD_STILL.search(text) is None and STOPPED.search(text) is None:
            continue
        if (RETURNED.match(following) and above == "0") or (RAISED_AGAIN.match(following) and below == "0"):
            yield f"tempo {tempo} against: {text} {following}"


def paced(row: Row) -> Iterator[str]:
    """Seconds up and down, and which is slower, are the tempo's; a squeeze at the end is its last number."""
    tempo = profile_columns(row)["default_tempo"]
    if tempo is None:
        return
    down, _, up, above = tempo.split("-")
    for text in (*row["cues"], *(each["body"] for each in row["instructions"])):
        if above == "0" and SQUEEZED.search(text) is not None:
            yield f"tempo {tempo} against: {text}"
        if SLOWER.search(text) is not None and not down > up:
            yield f"tempo {tempo} against: {text}"
        for pattern, seconds in ((RISEN, up), (LOWERED, down)):
            found = pattern.search(text)
            if found is not None and SECONDS[found[1].lower()] != seconds:
                yield f"tempo {tempo} against: {text}"


def daily(row: Row) -> Iterator[str]:
    """An exercise that is done several times a day is done on seven days a week."""
    frequency = profile_columns(row)["optimal_frequency"]
    for text in (row["description"], row.get("athleteNotes") or "", *row["cues"]):
        if frequency is not None and frequency < 7 and DAILY.search(text):
            yield f"{frequency} days a week against: {text}"


def twice_a_day(row: Row) -> Iterator[str]:
    """An exercise that is described as done twice a day needs no day of recovery."""
    hours = profile_columns(row)["minimum_recovery"]
    if hours is not None and hours >= 24 and TWICE.search(row["description"]):
        yield f"{hours} hours of recovery against: {row['description']}"


def spaced(row: Row) -> Iterator[str]:
    """A prescription of every other day is not that of an exercise for each day of the week."""
    frequency = profile_columns(row)["optimal_frequency"]
    for condition, own in row["training"]["conditions"].items():
        if frequency is not None and frequency > 4 and re.search(r"every (other|second) day", own.get("dose", "")):
            yield f"{frequency} days a week against the prescription for {condition}: {own['dose']}"


def prescribed(row: Row) -> Iterator[str]:
    """The days a week of a prescription are no more than those of the profile; what is done each day has seven."""
    frequency = profile_columns(row)["optimal_frequency"]
    for condition, own in row["training"]["conditions"].items():
        found = PER_WEEK.search(own.get("dose", ""))
        days = int(found[1] or found[2]) if found else 7 if PER_DAY.search(own.get("dose", "")) else 0
        if frequency is not None and days > frequency:
            yield f"{frequency} days a week against the prescription for {condition}: {own['dose']}"


def gazed(row: Row) -> Iterator[str]:
    """Eyes that follow a hand or look up or over turn the neck: an unstable and a sore neck have a finding."""
    found = shown_findings_of(row)
    for text in (*row["cues"], *(each["body"] for each in row["instructions"] if each["type"] == "step")):
        for condition in ("cervical_instability", "neck_pain"):
            if condition not in found and GAZED.search(text) is not None:
                yield f"{condition} has no finding: {text}"


def named_in_notes(row: Row) -> Iterator[str]:
    """A condition of which the notes or the safety step warn is among the findings."""
    texts = [row.get("athleteNotes") or "", *(each["body"] for each in row["instructions"] if each["type"] == "safety")]
    found = shown_findings_of(row)
    for text in texts:
        for words, condition in NAMED.items():
            if condition not in found and re.search(rf"\b{words}\b", text, re.I):
                yield f"{condition} is named and has no finding: {text}"


def on_the_feet(row: Row) -> Iterator[str]:
    """A load in standing, and a front support on the toes, have a line for a torn Achilles tendon."""
    stressors, posture = frozenset(row["training"]["stressors"]), postures()[row["slug"]]
    is_loaded = posture in ("standing", "mixed") and "external_load" in stressors
    is_on_toes = (posture == "support" and "kneeling" not in stressors) or stressors >= {"anti_extension", "long_hold"}
    if (is_loaded or is_on_toes) and "achilles_rupture" not in shown_findings_of(row):
        yield "achilles_rupture has no finding"


def moved_legs(row: Row) -> Iterator[str]:
    """A trunk exercise on the floor in which the hip flexors work names the hip as a region: the legs move."""
    is_lying = postures()[row["slug"]] in ("supine", "seated", "floor_sitting") and not row["equipment"]
    is_worked = "hip_flexors" in {*row["primaryMuscles"], *row["secondaryMuscles"]}
    if row["training"]["class"] == "dynamic_trunk" and is_lying and is_worked and "hip" not in row["bodyRegions"]:
        yield "the hip flexors work, and the hip is no region"


def racked(row: Row) -> Iterator[str]:
    """A bar that is taken from a rack needs the rack, or the step names another way to get it up."""
    for each in row["instructions"]:
        is_taken = re.search(r"\bfrom (?:a|the) rack\b(?! or\b|, or\b)", each["body"]) is not None
        if is_taken and "rack" not in row["equipment"]:
            yield f"no rack for: {each['body']}"


def warned(row: Row) -> Iterator[str]:
    """Who nears the highest pulse is told, in the notes or the safety step, to stop with pain in the chest."""
    texts = [row.get("athleteNotes") or "", *(each["body"] for each in row["instructions"] if each["type"] == "safety")]
    if "maximal_cardio" in row["training"]["stressors"] and "chest" not in " ".join(texts).lower():
        yield "an effort near the highest pulse, and no word of the chest"


def shown(row: Row) -> Iterator[str]:
    """A text of the entry for a condition is shown: the matrix gives that condition, or the entry a severity."""
    found = shown_findings_of(row)
    for condition, own in row["training"]["conditions"].items():
        if "severity" not in own and condition not in found:
            yield f"{condition} has a text and no finding"
