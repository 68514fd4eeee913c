"""Check files of canonical exercises, and print what is generated for each entry: python -m content_check [FILE …].

`--faults` prints faults only; where no file is named, also those of the library's texts, floors and coverage.
`--ladders` prints the rungs whose easier end is riskier than the harder one; `--siblings` the conditions of which an
entry says nothing and its siblings do; `--graph` prints violations of the laws of the progression graph, and figures.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any  # JSON of the files

import orjson

from content_check import ladders, siblings
from content_check.amounts import amount_faults
from content_check.consistency import consistency_faults
from content_check.coverage import undecided
from content_check.entries import entry_faults
from content_check.floor import below_floor
from content_check.graph import EDGE_LAWS
from content_check.graph_coverage import COVERAGE_LAWS, figures
from content_check.graph_values import shipped_graph
from content_check.pairs import pair_faults
from content_check.texts import text_faults
from kinegraph.authoring.rules import (
    constraint_of_entry,
    profile_columns,
    shown_findings_of,
    training_faults,
    traits_of,
)
from kinegraph.canonical.rules_files import LIBRARY, shipped_rows
from kinegraph.classification.rules_classes import classes
from kinegraph.classification.rules_severity import RANK, Severity, findings
from kinegraph.taxonomy.rules_muscles import muscles

MAX_MODIFICATION = 140


def faults(row: Mapping[str, Any]) -> Iterator[str]:
    """The faults of an entry's training."""
    if "training" not in row:
        yield "no training"
        return
    for path, message in training_faults(row):
        yield f"{'.'.join(map(str, path))}: {message}"
    if "source" not in row or "licenseAttribution" not in row:
        yield "no source or licence"
    if not has_class(row):
        return
    low, high = classes()[row["training"]["class"]].fatigue
    if not low - 1 <= row.get("fatigueScore", low) <= high + 1:
        yield f"fatigueScore {row['fatigueScore']} is not in the class's band {low}-{high}, give or take 1"
    for name in ("primaryMuscles", "secondaryMuscles"):
        yield from (f"{name}: {key} is no muscle" for key in row.get(name, ()) if key not in muscles())
    for condition, own in row["training"].get("conditions", {}).items():
        for text in (own.get("modification", ""), own.get("dose", "")):
            if len(text) > MAX_MODIFICATION:
                yield f"conditions.{condition}: {len(text)} characters; at most {MAX_MODIFICATION}"


def has_class(row: Mapping[str, Any]) -> bool:
    """True if an entry's class is a known one, from which its layers follow."""
    return "training" in row and row["training"]["class"] in classes()


def report(row: Mapping[str, Any]) -> Iterator[str]:
    """Lines: what is generated, and where the entry differs from the matrix."""
    matrix = findings(traits_of(row))
    found = shown_findings_of(row)
    constraint = constraint_of_entry(row)
    yield f"{row['slug']} [{row['training']['class']}] fatigue {row.get('fatigueScore')} difficulty {row['difficulty']}"
    yield f"  stressors: {' '.join(row['training']['stressors'])}"
    for severity in (Severity.ABSOLUTE, Severity.RESTRICTION, Severity.WARNING, Severity.INDICATED):
        own = [f.condition for f in found.values() if f.severity is severity and not f.is_inherited]
        if own:
            yield f"  {severity}: {' '.join(own)}"
    yield f"  avoided: {' '.join(constraint.avoid_if)}"
    for condition, own in row["training"].get("conditions", {}).items():
        by_matrix = matrix[condition].severity if condition in matrix else Severity.NONE
        severity = own.get("severity")
        if severity is None and condition not in found:
            yield f"  UNUSED TEXT  {condition}: nothing gives the condition, the text is not shown"
        elif severity is not None and severity == by_matrix:
            yield f"  SAME  {condition}: {severity}, as the matrix; delete the severity"
        elif severity in RANK and RANK[Severity(severity)] < RANK[by_matrix]:
            yield f"  LOOSER  {condition}: {severity}, matrix {by_matrix}; reason: {own.get('reason')}"
        elif severity in RANK:
            yield f"  STRICTER  {condition}: {severity}, matrix {by_matrix}; reason: {own.get('reason')}"
    profile = profile_columns(row)
    yield "  " + " ".join(f"{name}={value}" for name, value in profile.items() if name not in ("class_key",))


def check_graph() -> int:
    """Print the violations of each law of the progression graph, then its figures. Returns their number."""
    graph = shipped_graph()
    violations = [f"{law.__name__}: {each}" for law in (*EDGE_LAWS, *COVERAGE_LAWS) for each in law(graph)]
    print("\n".join([*violations, *figures(graph), f"{len(violations)} violations"]))
    return len(violations)


LIBRARY_LAWS = (text_faults, entry_faults, consistency_faults, below_floor, undecided, pair_faults, amount_faults)
"""Laws of the library as a whole: its texts, the least severities, and which conditions each class names."""


def main() -> int:
    """Print faults, then the report of each entry; or wrong edges, or gaps. Returns 1 if any is wrong."""
    if "--ladders" in sys.argv:
        return 1 if ladders.report() else 0
    if "--siblings" in sys.argv:
        return 1 if siblings.report() else 0
    if "--graph" in sys.argv:
        return 1 if check_graph() else 0
    is_quiet = "--faults" in sys.argv
    named = [Path(name) for name in sys.argv[1:] if not name.startswith("-")]
    paths = named or [Path(str(each)) for each in LIBRARY.iterdir() if each.name != "schema.json"]
    count = 0
    for path in sorted(paths):
        for row in orjson.loads(path.read_bytes()):
            for fault in faults(row):
                count += 1
                print(f"FAULT {path.name} {row['slug']}: {fault}")
            if not is_quiet and has_class(row):
                print("\n".join(report(row)))
    if is_quiet and not named:
        found = [f"FAULT {law.__name__}: {each}" for law in LIBRARY_LAWS for each in law(shipped_rows())]
        count += len(found)
        print("\n".join(found), end="\n" if found else "")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
