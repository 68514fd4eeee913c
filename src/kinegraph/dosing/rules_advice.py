"""The advice of warnings: the text that is shown, and its numbers, which prescriptions obey.

Advice is text (docs/training.md, Safety). Its numbers are read conservatively: of several the strictest counts, and
what is not prescribed, such as the speed of a repetition or the distance to a helper, is left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any  # a prescription is JSON

from kinegraph.care.rules import condition_words
from kinegraph.classification.rules_safety import Assessment, Warned
from kinegraph.taxonomy.rules_conditions import vocabulary

NOT_PRESCRIBED = re.compile(
    r"Postpone[^;]*|\d+ repetitions (?:before|in reserve)|(?:[Ww]arm up for|every|after) \d+ minutes|within \d+ m\b"
    r"|(?:in|of|out for|open the hands for|rest the hands) \d+ seconds(?! of rest)"
    r"|\d+ seconds (?:up|down|each way)[^,;]*"
)
"""Passages with numbers that are not prescribed."""
REST = re.compile(r"rest(?:s|ing)? (?:for|of) (\d+) (second|minute)s?|(\d+) (second)s of rest")
REPETITIONS = re.compile(r"(?:\d+ to )?(\d+)(?: slow)? (?:repetitions|reps|times|each way)\b")
SECONDS = re.compile(r"(?:\d+ to )?(\d+) seconds\b")
MINUTES = re.compile(r"(?:\d+ to )?(\d+) minutes\b")
METERS = re.compile(r"\b(\d+) m\b")
RESERVE = re.compile(r"(\d+) repetitions (?:before failure|in reserve)")
EXERTION = re.compile(r"\bRPE (\d+)\b")
HALF = re.compile(r"[Hh]alve [^,;.]*\b(?:time|repetitions|distance)\b|half the (?:time|repetitions|distance)\b")
SHARE = re.compile(r"(\d+)% of the (?:repetitions|time|distance)\b")

LOAD = re.compile(r"(?:at most )?(\d+)% of (?:the|your)(?: usual)? (?:load|maximum|best)\b|half (?:of )?the load\b")
"""Parts of a load, which nobody knows: effort takes their place, by EFFORTS."""
EFFORTS = ((50, 5), (70, 6), (100, 7))
"""By the part of the load, the greatest rating of perceived exertion."""
LIGHT_LOAD = re.compile(r"\bat most (\d+) kg\b|\bno (?:added )?load\b")
"""A load that is so light that no lighter set comes before it."""
PHASE = re.compile(r" until week \d+, then [^,;.]*")
"""The later of two phases: weeks are not known, so the earlier one, which is stricter, holds."""
RAIL = re.compile(r"\ba (?:fixed )?rail\b")
ONE_AT_A_TIME = re.compile(r"\b(?:1|one) (?:arm|leg) at a time")

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
    is_one_at_a_time: bool = False
    is_light: bool = False
    """True for a load so light that no lighter set comes before it."""


NO_ADVICE = Advice()


def shown_warnings(assessment: Assessment) -> Sequence[Warned]:
    """The warnings with advice; where one condition is a kind of another, only the more specific one's."""
    warned = [each for each in assessment.warnings if each.modification]
    general = {parent for each in warned for parent in _ancestors(each.condition)}
    return [each for each in warned if each.condition not in general]


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
        any(each.is_one_at_a_time for each in found),
        any(each.is_light for each in found),
    )


def _least(values: Any) -> int | None:
    return min((value for value in values if value is not None), default=None)


@lru_cache(2_000)
def read(text: str) -> Advice:
    """The numbers of a text. An entry is valid as long as the process: it depends on the text alone."""
    rests = [int(a or c) * (60 if (b or d) == "minute" else 1) for a, b, c, d in REST.findall(text)]
    rest = NOT_PRESCRIBED.sub(" ", REST.sub(" ", text))
    exertions = [*map(int, EXERTION.findall(rest)), *(10 - int(value) for value in RESERVE.findall(text))]
    loads = [int(part or 50) for part in LOAD.findall(rest)]
    exertions += [next(effort for most, effort in EFFORTS if part <= most) for part in loads if part <= 100]
    shares = [0.5] if HALF.search(rest) else []
    shares += [int(value) / 100 for value in SHARE.findall(rest)]
    return Advice(
        _least(map(int, REPETITIONS.findall(rest))),
        _least(map(int, SECONDS.findall(rest))),
        _least(map(int, MINUTES.findall(rest))),
        _least(map(int, METERS.findall(rest))),
        max(rests, default=None),
        _least(exertions),
        min(shares, default=1.0),
        bool(ONE_AT_A_TIME.search(text)),
        bool(LIGHT_LOAD.search(text)),
    )


def obeying(prescription: Mapping[str, Any], advice: Advice) -> dict[str, Any]:
    """A prescription that the advice does not contradict."""
    found = dict(prescription)
    if advice is NO_ADVICE:
        return found
    if "reps_max" in found:
        most = min(int(found["reps_max"] * advice.share), advice.repetitions or 1_000)
        found["reps_max"] = max(most, 1)
        found["reps_min"] = min(found["reps_min"], max(found["reps_max"] - FEW_REPETITIONS, 1))
    if "duration_seconds" in found:
        _shorten(found, advice)
    if advice.is_one_at_a_time:
        found["per_side"] = True
    if "distance_meters" in found:
        found["distance_meters"] = max(min(int(found["distance_meters"] * advice.share), advice.meters or 1_000), 1)
    if advice.rest_seconds and found.get("sets", 1) > 1:
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
    found = RAIL.sub("a worktop or chair that cannot slide", PHASE.sub("", LOAD.sub(f"a lighter load{effort}", text)))
    if value is None or not is_reserve:
        return found
    return RESERVE.sub(
        lambda match: match.group().replace(match.group(1), str(max(int(match.group(1)), value)), 1), found
    )


def contradicts(prescription: Mapping[str, Any], assessment: Assessment) -> bool:
    """True if a prescription exceeds what the advice beside it says."""
    advice = advice_of(assessment)
    limits = (
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
    return is_too_much or is_too_hard or not has_rest
