"""The report of an import: its counts, and a line for each row that is not simply imported."""

from collections import Counter
from collections.abc import Iterator, Mapping

from kinegraph.commands.exchange_lines import edited_line, like_line, override_line, renamed_line, renaming_line
from kinegraph.exchange.jobs import EXERCISES, OVERRIDES, TAXONOMY_TERMS
from kinegraph.exchange.rules import Choices, Plan, Verdict, format_faults
from kinegraph.override.rules import OverrideVerdict

MAX_OVERRIDES = 20
"""Maximum number of overrides that are listed with their fields."""


def report(plan: Plan, choices: Choices) -> Iterator[str]:
    """The lines of a report, which is shown before anything is written."""
    yield f"{plan.exercises:,} exercises"
    yield from (f"  {name:<20}{count:>7,}{remark}" for name, count, remark in _counts(plan))
    yield from _beside(plan)
    yield from map(renamed_line, plan.renamed)
    yield from map(edited_line, plan.of(Verdict.EDITED))
    yield from map(like_line, plan.alike)
    yield from (f"{each.entry.location}: its video is locked and stays as it is" for each in plan.locked)
    yield from map(str, plan.skipped)
    if plan.faults:
        yield from format_faults(plan.faults, "Rejected:").splitlines()
    if choices.dry_run:
        yield "Nothing was written (--dry-run)."


def _counts(plan: Plan) -> Iterator[tuple[str, int, str]]:
    yield "new", sum(each.stored is None for each in plan.written), ""
    yield "changed", len(plan.of(Verdict.CHANGED)), ""
    yield "unchanged", len(plan.of(Verdict.UNCHANGED)), ""
    yield "edited", len(plan.of(Verdict.EDITED)), ""
    if plan.renamed:
        written = sum(each.writes for each in plan.renamed)
        yield "of another name", len(plan.renamed), f", {written:,} of them renamed"
    new = sum(each.writes and each.stored is None for each in plan.alike)
    renamed = sum(each.stored is not None for each in plan.alike)
    remark = f", {new:,} of them among the new" if plan.alike else ""
    remark += f", {renamed:,} among the renamed" if renamed else ""
    yield "probable duplicates", len(plan.alike), remark
    yield "rejected", len({fault.location.row for fault in plan.faults}), ""
    if plan.skipped:
        yield "skipped", len(plan.skipped), ""


def _beside(plan: Plan) -> Iterator[str]:
    """The counts of what a file has beside exercises, and lines for overrides that change something."""
    terms = {"new": len(plan.new_terms), "existing": plan.existing_terms}
    overrides = Counter(str(each.verdict) for each in plan.overrides)
    if renamed := [each for each in plan.overrides if each.renames]:
        overrides["renaming"] = len(renamed)
    for name, total, counts in (
        ("taxonomy terms", sum(terms.values()), terms),
        ("overrides", len(plan.overrides), overrides),
    ):
        if total:
            yield f"{total:,} {name}"
            yield from (f"  {verdict:<20}{count:>7,}" for verdict, count in counts.items())
    yield from map(renaming_line, renamed)
    changing = [each for each in plan.overrides if each.verdict is not OverrideVerdict.UNCHANGED]
    changing.sort(key=lambda each: each.verdict is not OverrideVerdict.EDITED)
    yield from map(override_line, changing[:MAX_OVERRIDES])
    if len(changing) > MAX_OVERRIDES:
        yield f"and {len(changing) - MAX_OVERRIDES:,} more overrides"


def summary(plan: Plan) -> str:
    """The line that says how many rows were imported."""
    new, overrides = sum(each.stored is None for each in plan.written), sum(each.writes for each in plan.overrides)
    beside = [f"{len(plan.new_terms):,} taxonomy terms"] if plan.new_terms else []
    beside += [f"{overrides:,} overrides"] if overrides else []
    return ", ".join([f"Imported: {new:,} new", f"{len(plan.written) - new:,} brought up to date", *beside]) + "."


def exported(counts: Mapping[str, int]) -> str:
    """The line that says how many rows of each kind were exported, and what is not part of an export."""
    written = ", ".join(f"{counts.get(kind, 0):,} {kind}" for kind in (EXERCISES, TAXONOMY_TERMS, OVERRIDES))
    copies = "which exercise a copy was made from (forkedFrom), pictures of instructions"
    return f"{written}. Left out: {copies}, the status of videos, votes on them and suggestions, deleted exercises."
