"""The limit on a document's arguments, with each variable counted wherever it is used."""

from typing import Any  # variables of any type

import pytest
from graphql import OperationDefinitionNode, parse

from kinegraph.api.arguments import CHARACTERS_PER_VALUE, MAX_ARGUMENT_VALUES, arguments_of, values_in
from tests.conftest import Api, Organization

LONG = [f"muscle {number}" for number in range(1_000)]
OF_FILTER = "query ($f: ExerciseFilter) {{ {} }}"
COUNT = "a{}: exercises(filter: $f) {{ totalCount }}"
AFTER = "a{}: exercises(after: $q) {{ totalCount }}"


def many(field: str, count: int) -> str:
    return " ".join(field.format(number) for number in range(count))


def count(text: str, variables: dict[str, Any]) -> int:
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return arguments_of(document, operation).count(variables)


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("{ a(b: 1) }", {}, 1),
        ("{ a(b: [1, {c: 2}]) @include(if: true) }", {}, 5),
        ("query ($v: I) { a(b: $v) c(d: [$v, 1]) }", {"v": [1, 2]}, 3 + 3 + 2),
        ("query ($v: I = [1, 2]) { a(b: $v) }", {}, 3),
        ("query ($v: I = [1, 2]) { a(b: $v) }", {"v": 1}, 1),
        ("query ($v: I) { a { ...F } b { ...F ...G } } fragment F on T { c(d: $v) } fragment G on T { ...F }",
         {"v": 1}, 3),
        ("{ a { ...F } b { ...F } } fragment F on T { c(d: [1, 2]) }", {}, 6),
        ("query ($v: S) { a(b: $v) }", {"v": "x" * CHARACTERS_PER_VALUE}, 2),
        (f'{{ a(b: "{"x" * CHARACTERS_PER_VALUE}") }}', {}, 2),
    ],
)  # fmt: skip
def test_arguments_are_counted_wherever_they_are_used(text: str, variables: dict[str, Any], expected: int) -> None:
    assert count(text, variables) == expected


def test_the_values_of_a_variable_are_those_within_it() -> None:
    assert values_in({"a": [1, None, {"b": "x"}], "c": True}) == 7


LITERAL = str(LONG[:900]).replace("'", '"')
OF_TEXT = f"query ($q: String) {{ {many(AFTER, 30)} }}"
OF_DEFAULT = f"query ($f: ExerciseFilter = {{muscles: {LITERAL}}}) {{ {many(COUNT, 60)} }}"
FRAGMENT = f"fragment F on Query {{ exercises(filter: {{muscles: {LITERAL}}}) {{ totalCount }} }}"
TOO_MANY: list[tuple[str, dict[str, Any]]] = [
    (OF_FILTER.format(many(COUNT, 60)), {"f": {"muscles": LONG}}),
    (OF_TEXT, {"q": "a" * 500_000}),
    (OF_DEFAULT, {}),
    (f"{{ {' '.join(['...F'] * 60)} }} {FRAGMENT}", {}),
]


@pytest.mark.parametrize(("text", "variables"), TOO_MANY, ids=("list", "text", "default", "fragment"))
@pytest.mark.parametrize("is_signed_in", [True, False])
async def test_more_values_than_the_limit_are_refused_before_anything_is_done(
    api: Api, gym: Organization, text: str, variables: dict[str, Any], is_signed_in: bool
) -> None:
    response = await api.post(text, gym.coach if is_signed_in else None, **variables)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert error["message"].startswith("The arguments have too many values")
    assert f"at most {MAX_ARGUMENT_VALUES:,}" in error["message"]


def test_the_quick_estimate_never_lets_too_many_values_pass() -> None:
    names = [f"v{number}" for number in range(4)]
    defaults = ", ".join(f"${name}: I = [{', '.join(['1'] * 400)}]" for name in names)
    fields = " ".join(f"{name}{number}: a(b: ${name})" for name in names for number in range(50))
    document = parse(f"query ({defaults}) {{ {fields} }}")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    arguments = arguments_of(document, operation)
    assert arguments.count({}) > MAX_ARGUMENT_VALUES and arguments.may_exceed(0)


async def test_a_long_list_in_a_few_fields_is_refused_by_the_field_itself(api: Api, gym: Organization) -> None:
    response = await api.post(OF_FILTER.format(many(COUNT, 3)), gym.coach, f={"muscles": LONG})
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
