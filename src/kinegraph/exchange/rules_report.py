"""What an import would do, and what it did, in words."""

from collections.abc import Iterator

from kinegraph.exchange.rules import ExchangeError, faults_told
from kinegraph.exchange.rules_decisions import Choices, Decision, Plan, Verdict


def report(plan: Plan, choices: Choices) -> Iterator[str]:
    """The counts, and a line for each row that is not simply imported."""
    new = [each for each in plan.written if each.stored is None]
    like = [each for each in plan.decisions if each.like]
    edited = plan.of(Verdict.EDITED)
    counts = {
        "new": len(new),
        "changed": len(plan.of(Verdict.CHANGED)),
        "unchanged": len(plan.of(Verdict.UNCHANGED)),
        "edited": len(edited),
        "probable duplicates": len(like),
        "rejected": len({fault.place.row for fault in plan.faults}),
        **({"skipped": len(plan.skipped)} if plan.skipped else {}),
    }
    notes = {"probable duplicates": f", {sum(each.writes for each in like)} of them among the new" if like else ""}
    yield f"{plan.rows:,} exercises"
    yield from (f"  {name:<20}{count:>7,}{notes.get(name, '')}" for name, count in counts.items())
    yield from map(_edited, edited)
    yield from map(_like, like)
    yield from map(str, plan.skipped)
    if plan.faults:
        yield from faults_told(plan.faults, "Rejected:").splitlines()
    if choices.dry_run:
        yield "Nothing was written (--dry-run)."


def _edited(decision: Decision) -> str:
    imported = decision.stored is not None and decision.stored.import_key is not None
    why = "was edited since it was imported" if imported else "says something else than the stored row, never imported"
    done = "overwritten" if decision.writes else "left as it is (--overwrite replaces it)"
    return f"{decision.entry.place} {why}: {done}"


def _like(decision: Decision) -> str:
    done = "imported all the same" if decision.writes else "not imported (--duplicates keep imports it)"
    return f"{decision.entry.place} looks like {decision.like}: {done}"


def require_importable(plan: Plan, choices: Choices) -> None:
    """Refuse a file with rejected rows, unless these are to be left out. Raises ExchangeError."""
    if plan.faults and not choices.skip_rejected:
        rejected = len({fault.place.row for fault in plan.faults})
        heading = f"{rejected:,} of {plan.rows:,} rows are rejected, and nothing was imported (see --skip-rejected):"
        raise ExchangeError(faults_told(plan.faults, heading))


def summary(plan: Plan) -> str:
    """What was done."""
    new = sum(each.stored is None for each in plan.written)
    return f"Imported: {new:,} new, {len(plan.written) - new:,} brought up to date."
