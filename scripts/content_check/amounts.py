"""Laws of amounts: what advice counts, and what signs of readiness hold, is within what the exercise itself does."""

import re
from collections.abc import Iterator, Mapping, Sequence

from content_check.lines import Line, Row, units
from kinegraph.authoring.rules import profile_columns
from kinegraph.canonical.rules_files import shipped_progressions
from kinegraph.classification.rules_severity import Severity

OWN = re.compile(r"^(Use|Do|Keep|Stop|Halve|Begin|Take)\b")
COUNTED = re.compile(r"\bsets of (\d+)\b|\b(\d+)(?: slow)? repetitions\b(?! in a session)")
HALF = re.compile(r"\b[Hh]alf (?:of )?(?:the|your usual|its) load\b")
NUMBERS: Mapping[str, int] = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
HOLD = re.compile(rf"\bhold(?: for| about)? (\d+|{'|'.join(NUMBERS)})(?:(?: to| or|-) ?\w+)? (?:seconds?|s)\b", re.I)
SIGN = re.compile(r"\b(?:\d+ x (\d+) s\b|(\d+) s (?:hold|pause|stop)\b)")
HANG_SECONDS = 60


def beyond_range(line: Line, is_another: bool) -> str | None:
    """A warning counts no more repetitions of the exercise than its longest set has."""
    ranges = profile_columns(line.row)["recommended_rep_ranges"]
    if is_another or line.severity is not Severity.WARNING or not ranges or OWN.match(line.instead) is None:
        return None
    longest = max(most for _, most in ranges.values())
    counts = [int(number) for found in COUNTED.findall(line.instead) for number in found if number]
    return f"{max(counts)} repetitions, the longest set has {longest}" if counts and max(counts) > longest else None


def half_of_nothing(line: Line, is_another: bool) -> str | None:
    """Half the load is taken of an exercise that has one, unless another exercise is advised."""
    is_own = OWN.match(line.instead) and "external_load" not in line.stressors and not is_another
    if is_own and HALF.search(line.instead) and "machine" not in line.instead:
        return "half the load of an exercise without a load"
    return None


TIMED = re.compile(
    r"^(Begin with|Do) \d+ (seconds|minutes)\b|\bhal(?:ve|f) (?:of )?(?:the load and )?the time\b|\bafter each minute"
    r"|^Step back and in\b.*\bseconds at a time", re.I
)  # fmt: skip


def time_of_counted(line: Line, is_another: bool) -> str | None:
    """Advice for exercises that are counted in repetitions gives repetitions, not minutes."""
    counted = units(line.row)
    if is_another or not counted or counted & {"seconds", "meters", "calories"}:
        return None
    return "a time for an exercise that is counted" if TIMED.search(line.instead) else None


def amount_faults(rows: Sequence[Row]) -> Iterator[str]:
    """The faults of sets in a hang, and of holds in signs of readiness."""
    by_slug = {row["slug"]: row for row in rows}
    for row in rows:
        yield from (f"hung: {row['slug']}: {fault}" for fault in hung(row))
    for edge in shipped_progressions():
        if edge["from"] in by_slug:
            for sign in edge.get("readinessIndicators", ()):
                if (fault := short_sign(sign, by_slug[edge["from"]])) is not None:
                    yield f"short_sign: {edge['from']} -> {edge['to']}: {fault}"


def hung(row: Row) -> Iterator[str]:
    """A set of trunk or shoulder blades in a hang lasts no longer than a grip holds."""
    profile, training = profile_columns(row), row["training"]
    tempo = profile["default_tempo"]
    if tempo is None or "X" in tempo or "hanging" not in training["stressors"]:
        return
    if training["class"] in ("isolation", "dynamic_trunk"):
        seconds = sum(map(int, tempo.split("-")))
        for goal, (_, most) in profile["recommended_rep_ranges"].items():
            if most * seconds > HANG_SECONDS:
                yield f"{goal}: {most} repetitions of {seconds} s"


def short_sign(sign: str, row: Row) -> str | None:
    """A sign of readiness holds no shorter than the exercise does, unless it names another exercise."""
    held = SIGN.search(sign)
    if held is None or re.search(r"\bbridges?\b|\bhang\b|\bplank\b", sign):
        return None
    seconds = int(held[1] or held[2])
    for text in (*row["cues"], *(each["body"] for each in row["instructions"])):
        found = HOLD.search(text)
        if found is not None and seconds < NUMBERS.get(found[1].lower(), 0 if found[1].isalpha() else int(found[1])):
            return f"{sign} against: {text}"
    return None
