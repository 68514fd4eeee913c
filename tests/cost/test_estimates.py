"""What a document costs is known before its execution: from its lists, its page arguments and its statements."""

import gc
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any, cast  # fields of a schema, and values of variables

import pytest
from graphql import get_introspection_query, get_named_type, get_nullable_type, is_leaf_type, is_list_type, parse
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.api.documents import COSTS
from kinegraph.api.schema import schema
from kinegraph.breadth.strawberry_adapter import assumed_size
from kinegraph.cost.aliases import AliasLimits
from kinegraph.cost.estimate import MAX_ESTIMATES, STATEMENT_COST, VALUES_PER_COST, Formula
from kinegraph.cost.meter import INTROSPECTION_SHARE
from kinegraph.settings import Settings
from tests.docs.markdown import ROOT, blocks, sources

LIMIT = Settings().max_cost
LIMITS = AliasLimits(50, 100)
ORGANIZATION = "organization(id: 1)"


def formula(text: str) -> Formula:
    (found,) = COSTS.formulas(parse(text), LIMITS).values()
    return found


def objects(text: str, **variables: Any) -> int:
    return formula(text).estimate(variables).objects


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{ exercises(first: 70) { nodes { name } } }", {}),
        ("query ($n: Int) { exercises(first: $n) { nodes { name } } }", {"n": 0}),
        ("query ($n: Int = 50) { exercises(first: $n, last: 5) { nodes { name } } }", {"n": 0}),
        ("query ($n: Int) { exercises(first: 70, last: $n) { nodes { name } } }", {"n": 5}),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": []}),
        ("query ($a: Boolean!) { exercises(first: 70) @include(if: $a) { nodes { name } } }", {"a": False}),
        ("query ($a: Boolean!) { exercises(first: 70) @skip(if: $a) { nodes { name } } }", {"a": True}),
    ],
)
def test_the_least_that_an_operation_costs_is_that_of_its_smallest_variables(
    text: str, variables: dict[str, Any]
) -> None:
    least, costliest = formula(text).least()
    assert least == formula(text).estimate(variables)
    assert costliest() == formula(text).costliest(variables)


def lists() -> Iterator[tuple[str, Any]]:
    """The lists of objects of the schema that no argument and no connection gives a size, with their fields."""
    for parent in schema._schema.type_map.values():
        for name, field in getattr(parent, "fields", {}).items():
            is_input = not hasattr(field, "args")
            if is_input or parent.name.startswith("__") or parent.name.endswith("Connection"):
                continue
            has_objects = is_list_type(get_nullable_type(field.type)) and not is_leaf_type(get_named_type(field.type))
            if has_objects and not {"first", "ids"} & set(field.args):
                yield f"{parent.name}.{name}", field


def test_every_list_has_a_size_before_execution() -> None:
    found = dict(lists())
    assert found
    assert [name for name, field in found.items() if not assumed_size(cast(Any, field))] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ __typename }", 1),
        ("{ viewer { user { name } } }", 3),
        ("{ viewer { memberships { role } } }", 2 + 1 + 2),
        ("{ exercises { totalCount } }", 2),
        ("{ exercises { nodes { name } } }", 2 + 1 + 50),
        ("{ exercises(first: 7) { edges { node { name } } } }", 2 + 1 + 7 * 2),
        ("{ exercises(last: 3) { nodes { name } pageInfo { endCursor } } }", 2 + 1 + 3 + 1),
        ("{ exercises(first: 0) { nodes { name } } }", 2 + 1),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 1 + 1 + 3),
        ("{ ...A viewer { user { id } } } fragment A on Query { viewer { user { name } } }", 3),
        ("{ viewer { user { id } } exercises @include(if: false) { nodes { id } } }", 3),
    ],
)  # fmt: skip
def test_the_objects_of_lists_pages_and_merged_fragments_are_multiplied(text: str, expected: int) -> None:
    assert objects(text) == expected


def test_sizes_in_variables_count_with_their_values_and_defaults() -> None:
    text = "query ($n: Int = 10, $ids: [ID!]!, $with: Boolean!) { exercises(first: $n) { nodes { id } } nodes(ids: $ids) { id } viewer @include(if: $with) { id } }"  # noqa: E501  # one document
    base = {"ids": ["a"], "with": False}
    assert objects(text, **base) == 1 + 1 + 1 + 10 + 1 + 1
    assert objects(text, **base, n=3) == objects(text, **base) - 7
    assert objects(text, **{**base, "ids": ["a", "b"], "with": True}) == objects(text, **base) + 2


@given(size=st.integers(-5, 200), inner=st.integers(0, 100))
def test_a_cost_never_shrinks_where_a_page_grows(size: int, inner: int) -> None:
    text = "query ($n: Int, $m: Int) { viewer { memberships { organization { workouts(first: $n) { nodes { assignments(first: $m) { nodes { id } } } } } } } }"  # noqa: E501  # one document
    one = formula(text)
    assert one.estimate({"n": size, "m": inner}).cost <= one.estimate({"n": size + 1, "m": inner + 1}).cost


def test_a_whole_number_with_a_decimal_point_is_a_size_as_it_is_an_int_of_graphql() -> None:
    assert objects("query ($n: Int) { exercises(first: $n) { nodes { id } } }", n=7.0) == 2 + 1 + 7


FRACTIONS = st.floats().filter(lambda value: not value.is_integer())


@given(value=st.none() | st.booleans() | FRACTIONS | st.text() | st.lists(st.integers()))
def test_a_page_size_that_is_none_counts_as_the_default(value: Any) -> None:
    assert objects("query ($n: Int) { exercises(first: $n) { nodes { id } } }", n=value) == 2 + 1 + 50


def test_wide_objects_cost_by_the_values_of_their_fields() -> None:
    wide = " ".join(f"a{number}: name" for number in range(100))
    assert formula(f"{{ viewer {{ user {{ {wide} }} }} }}").estimate(None).values == 1 + 1 + 100
    narrow, broad = (f"{{ exercises(first: 100) {{ nodes {{ {body} }} }} }}" for body in ("name", wide))
    assert formula(broad).estimate(None).cost > 4 * formula(narrow).estimate(None).cost
    many = formula("{ " + " ".join(f"t{number}: __typename" for number in range(100)) + " }").estimate(None)
    assert many.cost == 100 // VALUES_PER_COST


def test_a_formula_stores_few_estimates_and_weighs_at_least_what_it_takes() -> None:
    fields = " ".join(f"e{n}: exercises(first: $v{n}) {{ nodes {{ id }} }}" for n in range(40))
    text = f"query ({' '.join(f'$v{n}: Int = 5' for n in range(40))}, $ids: [ID!] = [{'1 ' * 900}]) {{ {fields} }}"
    document = parse(text)
    tracemalloc.start()
    try:
        (found,) = COSTS.formulas(document, AliasLimits(50, 100)).values()
        for number in range(500):
            found.estimate({f"v{n}": (number * (n + 1)) % 100 for n in range(40)})
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found._estimates) <= MAX_ESTIMATES
    assert found.weight / 3 < taken < found.weight
    assert set(found._defaults) == {f"v{n}" for n in range(40)}


def test_statements_weigh_as_much_as_objects_do_and_do_not_grow_with_rows() -> None:
    small, large = (formula(f"{{ exercises(first: {n}) {{ nodes {{ instructions {{ body }} }} }} }}") for n in (1, 100))
    assert small.estimate(None).statements == large.estimate(None).statements == 2
    estimate = small.estimate(None)
    assert estimate.cost == estimate.objects + 2 * STATEMENT_COST


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_the_examples_of_readme_and_docs_pass_with_room(path: Any) -> None:
    for text in blocks(path, "graphql"):
        for each in COSTS.formulas(parse(text), LIMITS).values():
            assert each.estimate(None).cost < LIMIT / 20


EXAMPLES = sorted((ROOT / "src/kinegraph/graphiql/static/examples").rglob("*.graphql"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_of_graphiql_pass_with_room(path: Any) -> None:
    variables = path.with_suffix(".json")
    given = json.loads(variables.read_text("utf-8")) if variables.exists() else {}
    assert formula(path.read_text("utf-8")).estimate(given).cost < LIMIT / 5


def test_the_introspection_of_ides_passes_with_room_also_twice() -> None:
    options = ("specified_by_url", "directive_is_repeatable", "schema_description", "input_value_deprecation")
    text = get_introspection_query(**dict.fromkeys(options, True))
    once = formula(text).estimate(None).cost
    start, end = text.index("__schema"), text.index("fragment FullType")
    body = text[start:end].rstrip().removesuffix("}")
    twice = formula(text.replace(body, f"a: {body} b: {body}", 1)).estimate(None).cost
    assert once * 2 - 2 <= twice < LIMIT * INTROSPECTION_SHARE * 0.7


def test_introspection_within_introspection_costs_what_it_multiplies() -> None:
    nested = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    assert objects(nested) > 10 * objects("{ __schema { types { fields { name } } } }")


def test_a_type_that_is_named_counts_with_as_many_fields_as_the_largest_has() -> None:
    assert objects('{ __type(name: "Mutation") { fields { name } } }') > 40
    assert objects("{ __schema { mutationType { fields { name } } } }") > 40


def test_the_costliest_list_is_named_with_its_page() -> None:
    text = "query ($n: Int) { viewer { user { id } } exercises(first: $n) { nodes { instructions { body } } } }"
    found = formula(text).costliest({"n": 90})
    assert (found.path, found.page) == (("exercises",), 90)
    assert formula("{ viewer { user { id } } }").costliest(None).path == ("viewer",)
