"""Tables and lists in docs/domain.md that code holds: facets, shapes of sections, workouts and plans."""

import re

from kinegraph.catalog.rules_facets import FACETS
from kinegraph.exercise.rules_columns import REGISTRY, api_name
from kinegraph.plan.rules_diff import MAX_TEXT
from kinegraph.plan.rules_tree import BOUNDS, MAX_FAULTS
from kinegraph.workout.rules import MAX_TEXT_LENGTHS, NAMES, WorkoutScoring
from kinegraph.workout.rules_tree import CONFIG_BOUNDS, CONFIG_KEYS, MAX_MOVEMENTS, MAX_SECTIONS
from tests.docs.markdown import table, text_of
from tests.docs.test_lists import DOMAIN, names


def page() -> str:
    """The text of docs/domain.md on one line."""
    return re.sub(r"\s+", " ", text_of(DOMAIN))


def span(amount: str) -> str:
    """The bounds of an amount of a plan's exercise."""
    low, high = BOUNDS[amount]
    return f"{low} to {high:,}"


def test_each_facet_is_listed_with_the_filters_without_which_it_is_counted() -> None:
    """docs/domain.md, Exercises: the table of facets has each facet with its own filters."""
    listed: dict[str, set[str]] = {}
    for facets, filters, *others in table(DOMAIN, r"facet \| its values are taken by"):
        each = [name for name in names(facets) if name != "number"]
        own = names(filters) or each
        for facet, filter in zip(each, own, strict=True):
            listed[facet] = {filter, *names(" ".join(others))}
    assert listed == {api_name(facet): {*map(api_name, filters)} for facet, filters in FACETS.items()}


def test_the_fields_that_are_never_null_are_listed() -> None:
    """docs/domain.md, Exercises: those that the registry requires and a mutation writes."""
    (listed,) = re.findall(r"clears a field that may be empty\. ([^.]+) are never null", page())
    required = [column.api_name for column in REGISTRY if column.is_required and column.input]
    assert names(listed) == required


def test_the_shapes_of_sections_are_listed_with_their_keys_and_bounds() -> None:
    """docs/domain.md, Workouts: each shape has its config keys, and each key its bounds."""
    rows = {row[0]: names(row[1]) for row in table(DOMAIN, r"shape \| config keys")}
    assert rows == {shape.name: [NAMES.get(key, key) for key in keys] for shape, keys in CONFIG_KEYS.items()}
    (bounds,) = re.findall(r"(`capSeconds`, `intervalSeconds` and .*?) `repScheme` has", page())
    for key, (low, high) in CONFIG_BOUNDS.items():
        group = next(each for each in re.split(r"(?<=\d), (?=`)", bounds) if NAMES.get(key, key) in names(each))
        assert f"{low} to {high:,}" in group, key


def test_what_is_said_of_workouts_and_plans_has_the_numbers_of_the_code() -> None:
    """Workouts, and plans and versions in docs/domain.md: lengths, sizes, enums and amounts."""
    lengths = MAX_TEXT_LENGTHS
    sentences = (
        f"title (at most {lengths['title']}), description (at most {lengths['description']:,}), scoring",
        f"notes (at most {lengths['notes']:,}), label and superset group (at most {lengths['label']} each",
        f"Scoring: {', '.join(each.name for each in WorkoutScoring)} (default).",
        f"A tree has at most {MAX_SECTIONS} sections and {MAX_MOVEMENTS} movements in all.",
        (
            f"sets ({span('sets')}), repetitions ({span('reps')}), duration ({span('duration_seconds')} s), hold "
            f"({span('hold_seconds')} s), rest ({span('rest_seconds')} s), per side, notes."
        ),
        f"is refused, with up to {MAX_FAULTS} places;",
        f"it shows at most {MAX_TEXT} characters",
    )
    assert [sentence for sentence in sentences if sentence not in page()] == []
