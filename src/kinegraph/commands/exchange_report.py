"""The report of an import: its counts, and a line for each row that is not simply imported."""

from collections import Counter
from collections.abc import Iterator, Mapping

from kinegraph.exchange.jobs import EXERCISES, OVERRIDES, TAXONOMY_TERMS
from kinegraph.exchange.rules import Choices, Decision, Plan, Verdict, format_faults
from kinegraph.formats.records import one_line
from kinegraph.override.rules import OverrideDecision, OverrideVerdict

MAX_OVERRIDES = 20
"""Maximum number of overrides that are listed with their fields."""


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
    yield from map(_renaming, renamed)
    changing = [each for each in plan.overrides if each.verdict is not OverrideVerdict.UNCHANGED]
    changing.sort(key=lambda each: each.verdict is not OverrideVerdict.EDITED)
    yield from map(_override, changing[:MAX_OVERRIDES])
    if len(changing) > MAX_OVERRIDES:
        yield f"and {len(changing) - MAX_OVERRIDES:,} more overrides"


def _renaming(decision: OverrideDecision) -> str:
    before, after = map(one_line, decision.names)
    outcome = "renamed" if decision.writes else "not renamed"
    return f'{decision.entry.location} is shown as "{before}", which is {outcome} "{after}"'


def _override(decision: OverrideDecision) -> str:
    """The line of an override: its fields, and the name of the exercise if the file has another one."""
    entry, fields = decision.entry, [*decision.fields]
    if decision.removed:
        fields.append(f"the canonical {', '.join(decision.removed)}")
    name = "" if entry.name == decision.target.name else f' (the canonical "{one_line(decision.target.name)}")'
    listed = ", ".join(fields)
    if decision.verdict is OverrideVerdict.EDITED:
        return f"{entry.location}{name} has another override here: {_outcome(decision.writes)}: {listed}"
    return f"{entry.location}{name} gets {listed}"


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
    if decision.stored:
        return f"{decision.entry.location} {verb} {decision.like}: renamed all the same"
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
