"""The laws of advice: every number of an amount is read, no week is past, the grip is that of the lift."""

import re
from collections.abc import Iterator

from kinegraph.care.rules_exercises import PatternGroup, is_bridge
from kinegraph.care.rules_stop import FIRST_WEEK, TIME, WEEKS_OF_MONTH
from kinegraph.dosing import rules_advice as advice
from kinegraph.dosing.rules_advice import notes_of, shown_warnings
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.generator.rules import Generated
from kinegraph.programming.rules_eligible import is_of_first_weeks

READ = (
    advice.REST, advice.NOT_PRESCRIBED, advice.EASY, advice.SETS, advice.SESSION, advice.RESERVE, advice.EXERTION,
    advice.LOAD, advice.SHARE, advice.LIGHT_LOAD, advice.ONE_AT_A_TIME, advice.REPETITIONS, advice.SECONDS,
    advice.MINUTES, advice.METERS, advice.STEPS,
)  # fmt: skip
"""The patterns by which the numbers of advice are read."""
NO_AMOUNT = re.compile(
    r"\d+(?:\.\d+)?(?: (?:to|and) \d+)? (?:degrees|cm|kg|kilos)|\d+ of 10|\d+/10\b|\d+/\d{2,3}\b|(?:RPE|RIR) \d+"
    r"|\b[12] (?:\w+ )?(?:hand|foot|feet|arm|leg|knee|limb|finger|chair|dumbbell|weight|strap|stage)\w*|\b1 heel\b"
    r"|or 1 at the chest"
    r"|(?:\d+ to )?\d+(?:%| percent)(?: of)?(?: the| your)? (?:force|effort|range|way|(?:body )?weight|(?:full )?speed)"
    r"|(?:first|for|wait|after) \d+ weeks|(?:week|month) \d+|\d+-week|add \d+% a week|\d+ degrees each week"
    r"|\d+ beats|\d+ km/h|slope to \d+%|step by \d+%|\d+ or \d+ with|only to \d+, to \d+|Resistance \d+-\d+"
    r"|\d+ hours|\d+ °C|\d+ second before"
)
"""Numbers that are no amounts: angles, heights, loads, pain, sides, weeks, settings of a machine, telephone."""


def unread(text: str) -> list[str]:
    """The passages with numbers of an advice that nothing reads, and that are no angle, height or the like."""
    left = list(text)
    for pattern in (*READ, NO_AMOUNT):
        for match in pattern.finditer(text):
            left[match.start() : match.end()] = "_" * (match.end() - match.start())
    return re.findall(r"[^;.,]*\d[^;.,]*", "".join(left))


INCOMPLETE = re.compile(r"^(?:And|Then|Or|But)\b|\bof it\b")
"""Advice of which past weeks were removed (`in_phase`): it begins with a conjunction, or has "of it" without a noun."""


def is_incomplete(text: str) -> bool:
    """True if advice says nothing by itself, or not what its "it" is."""
    return not text.strip() or INCOMPLETE.search(text) is not None


def past_weeks(text: str, first: float) -> list[str]:
    """The weeks and months of a text that are past in a session meant for the weeks from `first` on."""
    found = [*re.finditer(TIME, text)]
    return [
        match.group()
        for match in found
        if int(match["number"] or match["check"]) * (WEEKS_OF_MONTH if match["unit"] == "month" else 1) <= first
    ]


def faults_of_advice(workout: Generated, trained: list[Chosen]) -> Iterator[str]:
    """The violations in the advice beside the exercises, and in what is for the first weeks of a condition."""
    for section in workout.sections:
        for each in section.movements:
            if each.candidate.class_key == "early_motion" and not each.assessment.indicated_for:
                yield f"{each.candidate.key}: it is for the first weeks of a condition, and treats none"
    for each in trained:
        name, shown = each.candidate.key, notes_of(each.assessment) or ""
        for warned in shown_warnings(each.assessment):
            if warned.condition in FIRST_WEEK and is_incomplete(warned.modification or ""):
                yield f"{name}: the cut of past weeks leaves {warned.modification!r}"
        if found := unread(shown):
            yield f"{name}: nothing reads {found}"
        for condition in workout.request.person.having & FIRST_WEEK.keys():
            words = condition.replace("_", " ").replace("acl", "ACL")
            lines = [line for line in shown.split("\n") if words.lower() in line.split(":")[0].lower()]
            if found := past_weeks(" ".join(lines), FIRST_WEEK[condition]):
                yield f"{name}: {found} are past"
        if is_of_first_weeks(each.candidate) and not each.assessment.indicated_for:
            yield f"{name}: it is a drill of the first weeks, and treats nothing"
        yield from _of_grip(each)


def _of_grip(each: Chosen) -> Iterator[str]:
    notes = each.prescription.get("notes", "")
    hangs = each.candidate.pattern_group in (PatternGroup.PULL, PatternGroup.HINGE) and not is_bridge(each.candidate)
    if not hangs and ("straps" in notes or "loose grip" in notes):
        yield f"{each.candidate.key}: it is held loosely, or with straps, and hangs from no hand"
