"""The lines of an import's report for single rows."""

from kinegraph.exchange.rules import Decision
from kinegraph.formats.records import one_line
from kinegraph.override.rules import OverrideDecision, OverrideVerdict


def renaming_line(decision: OverrideDecision) -> str:
    """The line of an override by which an exercise is shown under another name."""
    before, after = map(one_line, decision.names)
    outcome = "renamed" if decision.writes else "not renamed"
    return f'{decision.entry.location} is shown as "{before}", which is {outcome} "{after}"'


def override_line(decision: OverrideDecision) -> str:
    """The line of an override: its fields, and the name of the exercise if the file has another one."""
    entry, fields = decision.entry, [*decision.fields]
    if decision.removed:
        fields.append(f"the canonical {', '.join(decision.removed)}")
    name = "" if entry.name == decision.target.name else f' (the canonical "{one_line(decision.target.name)}")'
    listed = ", ".join(fields)
    if decision.verdict is OverrideVerdict.EDITED:
        return f"{entry.location}{name} has another override here: {_outcome(decision.writes)}: {listed}"
    return f"{entry.location}{name} gets {listed}"


def renamed_line(decision: Decision) -> str:
    """The line of a row whose stored exercise has another name."""
    stored = one_line(decision.stored.content["name"]) if decision.stored else ""
    outcome = "renamed" if decision.writes else "not renamed"
    return f'{decision.entry.location} is the stored "{stored}", which is {outcome}'


def edited_line(decision: Decision) -> str:
    """The line of a row whose stored exercise was edited since."""
    imported = decision.stored is not None and decision.stored.import_key is not None
    why = "was edited since it was imported" if imported else "says something else than the stored row, never imported"
    return f"{decision.entry.location} {why}: {_outcome(decision.writes)}"


def _outcome(is_written: bool) -> str:
    return "overwritten" if is_written else "left as it is (--overwrite replaces it)"


def like_line(decision: Decision) -> str:
    """The line of a row that resembles another: equal ones are left out, others are imported."""
    verb = "has the name of" if decision.is_equal else "looks like"
    if decision.stored:
        return f"{decision.entry.location} {verb} {decision.like}: renamed all the same"
    outcome = "imported all the same" if decision.writes else "not imported (--duplicates keep imports it)"
    return f"{decision.entry.location} {verb} {decision.like}: {outcome}"
