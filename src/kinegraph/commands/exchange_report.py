"""The report of an import: its counts, and a line for each row that is not simply imported."""

from collections import Counter
from collections.abc import Iterator, Mapping

from kinegraph.exchange.jobs import EXERCISES, OVERRIDES, TAXONOMY_TERMS
from kinegraph.exchange.rules import Choices, Decision, Plan, Verdict, format_faults
from kinegraph.formats.records import one_line


def report(plan: Plan, choices: Choices) -> Iterator[str]:
    """The lines of a report, which is shown before anything is written."""
    yield f"{plan.exercises:,} exercises"
    yield from (f"  {name:<20}{count:>7,}{remark}" for name, count, remark in _counts(plan))
    yield from _beside(plan)
    yield from map(_renamed, plan.renamed)
    yield from map(_edited, plan.of(Verdict.EDITED))
    yield from map(_like, plan.alike)
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
    remark = f", {sum(each.writes for each in plan.alike)} of them among the new" if plan.alike else ""
    yield "probable duplicates", len(plan.alike), remark
    yield "rejected", len({fault.location.row for fault in plan.faults}), ""
    if plan.skipped:
        yield "skipped", len(plan.skipped), ""


def _beside(plan: Plan) -> Iterator[str]:
    """The counts of what a file has beside exercises, and a line for each override that differs from the stored one."""
    terms = {"new": len(plan.new_terms), "existing": plan.existing_terms}
    overrides = Counter(str(each.verdict) for each in plan.overrides)
    for name, counts in (("taxonomy terms", terms), ("overrides", overrides)):
        if total := sum(counts.values()):
            yield f"{total:,} {name}"
            yield from (f"  {verdict:<20}{count:>7,}" for verdict, count in counts.items())
    for each in plan.overrides:
        if each.verdict is Verdict.EDITED:
            yield f"{each.entry.location} has another override here: {_outcome(each.writes)}"


def _renamed(decision: Decision) -> str:
    stored = one_line(decision.stored.content["name"]) if decision.stored else ""
    outcome = "renamed" if decision.writes else "not renamed"
    return f'{decision.entry.location} is the stored "{stored}", which is {outcome}'


def _edited(decision: Decision) -> str:
    imported = decision.stored is not None and decision.stored.import_key is not None
    why = "was edited since it was imported" if imported else "says something else than the stored row, never imported"
    return f"{decision.entry.location} {why}: {_outcome(decision.writes)}"


def _outcome(is_written: bool) -> str:
    return "overwritten" if is_written else "left as it is (--overwrite replaces it)"


def _like(decision: Decision) -> str:
    """The line of a row that resembles another: equal ones are left out, others are imported."""
    verb = "has the name of" if decision.is_equal else "looks like"
    outcome = "imported all the same" if decision.writes else "not imported (--duplicates keep imports it)"
    return f"{decision.entry.location} {verb} {decision.like}: {outcome}"


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
