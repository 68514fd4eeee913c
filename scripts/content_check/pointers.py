"""Laws of advice that names another exercise: what it points to must be easier for the condition than the exercise."""

import re
from collections.abc import Mapping
from functools import cache

from content_check.lines import Line, Row
from kinegraph.classification.rules_severity import RANK

LIMIT = re.compile(
    r"half|%|\bkg\b|degrees|RPE|\blight\b|at most|\bwithout\b|from a box|from a table|one foot sliding|sitting upright"
    r"|high handles|hands at chest height|pelvis tucked|bent knees|seated|\d seconds"
)
"""Words by which an exercise is made easier than its usual prescription."""
MEASURED = re.compile(r"\b(\d+) (seconds\b|kg\b|cm high\b|degrees of knee bend\b)")
"""A limit with its number and unit."""
Severities = Mapping[str, Mapping[str, int]]
"""By exercise and condition, the rank of the severity."""


@cache
def _alone(names: tuple[str, ...]) -> re.Pattern[str]:
    """Advice that is a name and nothing else, however it is spelled."""
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"(?:Use|Do)(?: an?)? ({longest_first})", re.I)


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"^(?:Use|Do|Hold)(?: an?)? ({longest_first})(?![\w-])")


def pointer(line: Line, rows: Mapping[str, Row], severities: Severities) -> str | None:
    """The condition speaks less strongly against an exercise that the advice names, and not at all without a limit.

    A limit is a smaller load, range or effort than that exercise usually has.
    """
    slugs = {row["name"]: slug for slug, row in rows.items()}
    by_lower = {name.lower(): slug for name, slug in slugs.items()}
    found = _pattern(tuple(slugs)).match(line.instead) or _alone(tuple(slugs)).fullmatch(line.instead)
    if found is None or (slug := by_lower[found[1].lower()]) == line.row["slug"]:
        return None
    of_other = severities[slug].get(line.condition, 0)
    if of_other >= RANK[line.severity]:
        return f"{slug} is as risky for the condition"
    if of_other and LIMIT.search(line.instead) is None:
        return f"{slug} has a finding for the condition too, and nothing makes it easier"
    return None


def laxer(line: Line, rows: Mapping[str, Row], own: Mapping[tuple[str, str], str]) -> str | None:
    """A limit of advice that names another exercise is not above the limit that one sets for the same condition."""
    slugs = {row["name"]: slug for slug, row in rows.items()}
    found = _pattern(tuple(slugs)).match(line.instead)
    named = {} if found is None else {unit: int(number) for number, unit in MEASURED.findall(line.instead)}
    limits = MEASURED.findall(own.get((slugs[found[1]], line.condition), "")) if found is not None else []
    for number, unit in limits:
        if named.get(unit, 0) > int(number):
            return f"{named[unit]} {unit}, where the named exercise allows {number}"
    return None
