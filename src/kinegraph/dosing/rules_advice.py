"""The advice of warnings: the text that is shown, and its numbers, which prescriptions obey.

Advice is text (docs/training.md, Safety). Its numbers are read conservatively: of several the strictest counts, and
what is not prescribed, such as the speed of a repetition or the distance to a helper, is left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any  # a prescription is JSON

from kinegraph.care.rules_persons import condition_words
from kinegraph.care.rules_stop import in_phase
from kinegraph.classification.rules_safety import Assessment, Warned
from kinegraph.taxonomy.rules_conditions import vocabulary

NOT_PRESCRIBED = re.compile(
    r"Postpone[^;]*|\d+ repetitions (?:before|in reserve)|for \d+ minute after (?:every \d+|each minute)"
    r"|(?:[Ww]arm up for|every|after) \d+ minutes?|within \d+ m\b|in \d+ s\b"
    r"|(?:in|of|out for|open the hands for|rest the hands) \d+ seconds(?! of rest)"
    r"|\d+ seconds (?:up|down|each way)[^,;]*"
)
"""Passages with numbers that are not prescribed."""
REST = re.compile(r"(?:then )?rest(?:s|ing)? (?:for |of )?(\d+) (s|second|minute)s?\b|(\d+) (second|minute)s? of rest")
REPETITIONS = re.compile(
    r"(?:\d+ to )?(\d+)(?: slow| light| easy)? (?:repetitions|reps|each way|each side|get-ups)\b"
    r"|(?:\d+ to )?(\d+)(?: slow)? times\b|\bdo (\d+)(?= and| at)|\b(?:\d+ )?(?:slow )?sets? of (\d+)"
    r"|\b\d+ x (\d+)\b(?! (?:seconds|s|m)\b)|\band (\d+) in a session"
)
SETS = re.compile(r"\b(\d+)(?: slow)? sets\b|\b(\d+) x \d|\b(\d+) (?:holds of|rounds)\b")
SESSION = re.compile(r"(\d+)(?: repetitions)? in a session")
"""The repetitions of all sets together."""
SECONDS = re.compile(r"(?:\d+ to )?(\d+) (?:seconds|s)\b")
MINUTES = re.compile(r"(?:\d+ to )?(\d+) minutes\b")
METERS = re.compile(r"(?:\d+ to )?\b(\d+) m\b")
STEPS = re.compile(r"\b(\d+) steps\b")
"""Two steps are a metre, and each takes a second."""
RESERVE = re.compile(r"(\d+) repetitions (?:before failure|in reserve)")
EXERTION = re.compile(r"\bRPE (\d+)\b(?: of 10)?|(\d+)% of the effort\b")
HALF = re.compile(r"[Hh]alve [^,;.]*\b(?:time|repetitions|distance)\b|half the (?:time|repetitions|distance)\b")
SHARE = re.compile(r"(\d+)% of the (?:repetitions|time|distance|usual amount)\b")
EASY = re.compile(r"(?:load|weight) (?:for (\d+) easy repetitions|that you could lift (\d+) times)")
"""A load with which so many repetitions are easy: fewer are done."""
LEFT_OF_EASY, EASY_EXERTION = 3, 5
LIGHTLY = re.compile(r"\d+ (?:light|easy) repetitions")

LOAD = re.compile(
    r"(?:at most )?(\d+)% of (?:(?:the|your)(?: usual)? (?:load|maximum|best)|the(?: usual)? weight)\b"
    r"|half (?:of )?(?:the|your)(?: usual)? load\b|half of the(?: usual)? weight\b(?! on)",
    re.IGNORECASE,
)
"""Parts of a load, which nobody knows: effort takes their place, by EFFORTS. The weight of the body is known."""
EFFORTS = ((50, 5), (70, 6), (100, 7))
"""By the part of the load, the greatest rating of perceived exertion."""
LIGHT_LOAD = re.compile(r"\bat most (\d+) kg\b|\bno (?:added )?load\b")
"""A load that is so light that no lighter set comes before it."""
RAIL = re.compile(r"\ba (?:fixed )?rail\b")
ONE_AT_A_TIME = re.compile(r"\b(?:1|one) (?:arm|leg) at a time")
SOUND_SIDE = re.compile(r"\bsound (?:side|leg) below\b|\blie on the sound side\b", re.IGNORECASE)
"""The person lies on one side alone: there is no second side."""

MAX_NOTES = 2_000
STEADY_SECONDS = 180
"""A bout that is longer is steady work: advice of seconds makes intervals of it."""
MAX_INTERVALS = 10
FEW_REPETITIONS = 2
"""A range of repetitions is this wide at least, where the advice leaves room for it."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The numbers of advice; None where it names none. `share`: of repetitions, time and distance."""

    repetitions: int | None = None
    seconds: int | None = None
    minutes: int | None = None
    meters: int | None = None
    rest_seconds: int | None = None
    exertion: int | None = None
    """The greatest rating of perceived exertion; repetitions in reserve count as 10 less them."""
    share: float = 1.0
    sets: int | None = None
    in_session: int | None = None
    """The repetitions of all sets together."""
    is_one_at_a_time: bool = False
    is_light: bool = False
    """True for a load so light that no lighter set comes before it."""
    is_one_sided: bool = False
    """True where one side alone is trained, because the other one would be lain on."""


NO_ADVICE = Advice()


def shown_warnings(assessment: Assessment) -> Sequence[Warned]:
    """The warnings with advice for the phase that is meant; of a condition and its kind the kind's.

    Advice of which the phase leaves nothing is not shown.
    """
    warned = [each for each in assessment.warnings if each.modification]
    general = {parent for each in warned for parent in _ancestors(each.condition)}
    shown = (_in_phase(each) for each in warned if each.condition not in general)
    return [each for each in shown if each.modification]


def _in_phase(warned: Warned) -> Warned:
    text = in_phase(warned.modification or "", warned.condition)
    return warned if text == warned.modification else replace(warned, modification=text)


def _ancestors(condition: str) -> list[str]:
    found = []
    entry = vocabulary().get(condition)
    while entry is not None and entry.parent is not None:
        found.append(entry.parent)
        entry = vocabulary().get(entry.parent)
    return found


def notes_of(assessment: Assessment) -> str | None:
    """The advice of the warnings, the same text once; None without any."""
    by_text: dict[str, list[str]] = {}
    for each in shown_warnings(assessment):
        by_text.setdefault(each.modification or "", []).append(condition_words(each.condition))
    lines = [f"{name[0].upper()}{name[1:]}: {text}" for text, names in by_text.items() if (name := " and ".join(names))]
    return "\n".join(lines)[:MAX_NOTES] or None


def advice_of(assessment: Assessment) -> Advice:
    """The strictest numbers of the advice that is shown."""
    found = [read(each.modification or "") for each in shown_warnings(assessment) if not each.is_avoid]
    if not found:
        return NO_ADVICE
    return Advice(
        _least(each.repetitions for each in found),
        _least(each.seconds for each in found),
        _least(each.minutes for each in found),
        _least(each.meters for each in found),
        max((each.rest_seconds for each in found if each.rest_seconds is not None), default=None),
        _least(each.exertion for each in found),
        min(each.share for each in found),
        _least(each.sets for each in found),
        _least(each.in_session for each in found),
        any(each.is_one_at_a_time for each in found),
        any(each.is_light for each in found),
        any(each.is_one_sided for each in found),
    )


def _least(values: Any) -> int | None:
    return min((value for value in values if value is not None), default=None)


@lru_cache(2_000)
def read(text: str) -> Advice:
    """The numbers of a text. An entry is valid as long as the process: it depends on the text alone."""
    rests = [int(a or c) * (60 if "minute" in (b, d) else 1) for a, b, c, d in REST.findall(text)]
    rest = NOT_PRESCRIBED.sub(" ", REST.sub(" ", text))
    steps = _numbers(STEPS, rest)
    shares = [0.5] if HALF.search(rest) else []
    shares += [value / 100 for value in _numbers(SHARE, rest)]
    return Advice(
        _least([*_numbers(REPETITIONS, EASY.sub(" ", rest)), *(n - LEFT_OF_EASY for n in _numbers(EASY, rest))]),
        _least([*_numbers(SECONDS, rest), *steps]),
        _least(_numbers(MINUTES, rest)),
        _least([*_numbers(METERS, rest), *(n // 2 for n in steps)]),
        max(rests, default=None),
        _least(_exertions(text, rest)),
        min(shares, default=1.0),
        _least(_numbers(SETS, rest)),
        _least(_numbers(SESSION, rest)),
        bool(ONE_AT_A_TIME.search(text)),
        bool(LIGHT_LOAD.search(text)),
        bool(SOUND_SIDE.search(text)),
    )


def _numbers(pattern: re.Pattern[str], text: str) -> list[int]:
    """The numbers that the groups of a pattern find in a text."""
    return [int(value) for found in pattern.finditer(text) for value in found.groups() if value]


def _exertions(text: str, rest: str) -> list[int]:
    """The ratings of perceived exertion that a text names; `rest`: the text without what is not prescribed."""
    found = [value if value <= 10 else value // 10 for value in _numbers(EXERTION, rest)]
    found += [10 - value for value in _numbers(RESERVE, text)]
    loads = [int(match.group(1) or 50) for match in LOAD.finditer(rest)]
    found += [next(effort for most, effort in EFFORTS if part <= most) for part in loads if part <= 100]
    return [*found, *([EASY_EXERTION] if EASY.search(rest) or LIGHTLY.search(rest) else [])]


def obeying(prescription: Mapping[str, Any], advice: Advice) -> dict[str, Any]:
    """A prescription that the advice does not contradict."""
    found = dict(prescription)
    if advice is NO_ADVICE:
        return found
    if "reps_max" in found:
        most = min(int(found["reps_max"] * advice.share), advice.repetitions or 1_000)
        found["reps_max"] = max(most, 1)
        found["reps_min"] = min(found["reps_min"], max(found["reps_max"] - FEW_REPETITIONS, 1))
    if advice.sets is not None:
        found["sets"] = min(found.get("sets", 1), advice.sets)
    if advice.in_session is not None and "reps_max" in found:
        found["sets"] = min(found.get("sets", 1), max(advice.in_session // found["reps_max"], 1))
    if "duration_seconds" in found:
        _shorten(found, advice)
    if advice.is_one_at_a_time:
        found["per_side"] = True
    if advice.is_one_sided:
        found.pop("per_side", None)
    if "distance_meters" in found:
        found["distance_meters"] = max(min(int(found["distance_meters"] * advice.share), advice.meters or 1_000), 1)
    if found.get("sets", 1) == 1:
        found.pop("rest_seconds", None)
    elif advice.rest_seconds:
        found["rest_seconds"] = max(found.get("rest_seconds", 0), advice.rest_seconds)
    if advice.exertion is not None and "load" in found:
        found["load"] = _eased(found["load"], advice.exertion)
    return found


def _shorten(found: dict[str, Any], advice: Advice) -> None:
    """Shorten a bout; steady work becomes intervals where the advice is in seconds."""
    wanted = found["duration_seconds"]
    seconds = max(int(wanted * advice.share), 1)
    if advice.minutes is not None:
        seconds = min(seconds, 60 * advice.minutes)
    if advice.seconds is not None and advice.seconds < seconds:
        rest = advice.rest_seconds or advice.seconds
        if wanted > STEADY_SECONDS:
            found["sets"] = min(max(seconds // (advice.seconds + rest), 1), MAX_INTERVALS)
            found["rest_seconds"] = rest
        seconds = advice.seconds
    found["duration_seconds"] = seconds


def _eased(load: Mapping[str, Any], exertion: int) -> dict[str, Any]:
    """An effort that is no greater than a rating of perceived exertion; 10 less it are repetitions in reserve."""
    if load["unit"] == "rir":
        return {**load, "value": max(load["value"], 10 - exertion)}
    return {**load, "value": min(load["value"], exertion)}


def agreed(text: str, prescription: Mapping[str, Any]) -> str:
    """Advice in agreement with a prescription: parts of a load are an effort, and the stricter number is shown."""
    load = prescription.get("load")
    value, is_reserve = (load["value"], load["unit"] == "rir") if load else (None, False)
    effort = "" if value is None else f" ({value} repetitions in reserve)" if is_reserve else f" (RPE {value} of 10)"
    found = RAIL.sub("a worktop or chair that cannot slide", LOAD.sub(f"a lighter load{effort}", text))
    found = f"{found[:1].upper()}{found[1:]}"
    if value is None or not is_reserve:
        return found
    return RESERVE.sub(
        lambda match: match.group().replace(match.group(1), str(max(int(match.group(1)), value)), 1), found
    )


def contradicts(prescription: Mapping[str, Any], assessment: Assessment) -> bool:
    """True if a prescription exceeds what the advice beside it says."""
    advice = advice_of(assessment)
    whole = prescription["sets"] * prescription["reps_max"] if "reps_max" in prescription else None
    limits = (
        (prescription.get("sets"), advice.sets if "reps_max" in prescription else None),
        (whole, advice.in_session),
        (prescription.get("reps_max"), advice.repetitions),
        (prescription.get("duration_seconds"), advice.seconds),
        (prescription.get("duration_seconds"), advice.minutes and 60 * advice.minutes),
        (prescription.get("distance_meters"), advice.meters),
    )
    is_too_much = any(value is not None and most is not None and value > most for value, most in limits)
    load = prescription.get("load") or {}
    exertion = 10 - load["value"] if load.get("unit") == "rir" else load.get("value", 0)
    is_too_hard = advice.exertion is not None and exertion > advice.exertion
    has_rest = prescription.get("sets", 1) == 1 or prescription.get("rest_seconds", 0) >= (advice.rest_seconds or 0)
    is_other_side = advice.is_one_sided and bool(prescription.get("per_side"))
    return is_too_much or is_too_hard or is_other_side or not has_rest
