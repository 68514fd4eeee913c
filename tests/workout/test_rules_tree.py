"""The rules that make the rows to store of a sent tree and the stored rows, without a database."""

from types import SimpleNamespace
from typing import Any  # inputs and answers are JSON
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinegraph.kit.checks import Checks
from kinegraph.workout.rules_tree import Tree, check_ids, check_references, checked_tree

EXERCISE = str(uuid4())
HOME = uuid4()


def decide(sections: list[dict[str, Any]]) -> tuple[Tree, list[tuple[str, ...]]]:
    checks = Checks()
    tree = checked_tree(sections, ("sections",), checks)
    return tree, [refusal.path for refusal in checks.refusals]


def test_rows_are_numbered_from_zero_in_the_order_of_the_input() -> None:
    tree, refused = decide([{"movements": [{"exercise_id": EXERCISE}] * 2}, {"movements": [{"exercise_id": EXERCISE}]}])
    assert refused == []
    assert [row["sort_order"] for row in tree.sections] == [0, 1]
    assert [row["sort_order"] for row in tree.movements] == [0, 1, 0]
    first, second = (row["id"] for row in tree.sections)
    assert [row["section_id"] for row in tree.movements] == [first, first, second]


def test_absent_values_are_stored_as_their_defaults() -> None:
    tree, _ = decide([{"movements": [{"exercise_id": EXERCISE}]}])
    (section,), (movement,) = tree.sections, tree.movements
    nothing = dict.fromkeys(("title", "description", "shape", "config"))
    assert section == {"id": section["id"], "type": "main", "sort_order": 0, **nothing}
    assert movement == {
        "id": movement["id"], "section_id": section["id"], "exercise_id": UUID(EXERCISE), "sort_order": 0,
        **dict.fromkeys(("prescription", "notes", "label", "superset_group")),
    }  # fmt: skip


@given(st.lists(st.lists(st.booleans(), max_size=4), max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_row_has_its_sent_id_or_one_of_its_own(shape: list[list[bool]]) -> None:
    sent = [[uuid4() if is_sent else None for is_sent in node] for node in shape]
    tree, refused = decide(
        [{"movements": [{"exercise_id": EXERCISE, "id": id and str(id)} for id in node]} for node in sent]
    )
    assert refused == []
    expected = [id for node in sent for id in node]
    for row, id in zip(tree.movements, expected, strict=True):
        assert id in (None, row["id"])
        assert (row["id"] in tree.sent) == (id is not None)
    ids = [row["id"] for row in (*tree.sections, *tree.movements)]
    assert len(set(ids)) == len(ids) == len(tree.section_paths) + len(tree.movement_paths)


def test_an_exercise_is_named_once_however_often_it_is_used() -> None:
    other = str(uuid4())
    tree, _ = decide([{"movements": [{"exercise_id": id} for id in (EXERCISE, other, EXERCISE.upper())]}])
    assert tree.exercise_ids == [UUID(EXERCISE), UUID(other)]


@pytest.mark.parametrize(("sections", "refused"), [(50, []), (51, [("sections",)])])
def test_a_tree_has_at_most_50_sections(sections: int, refused: list[tuple[str, ...]]) -> None:
    assert decide([{"movements": []} for _ in range(sections)])[1] == refused


@pytest.mark.parametrize(("last", "refused"), [(200, []), (201, [("sections",)])])
def test_a_tree_has_at_most_500_movements_in_all_its_sections(last: int, refused: list[tuple[str, ...]]) -> None:
    assert decide([{"movements": [{"exercise_id": EXERCISE}] * size} for size in (300, last)])[1] == refused


def test_an_id_may_be_sent_once_in_any_spelling_and_position() -> None:
    id = str(uuid4())
    _, refused = decide(
        [
            {"id": id, "movements": [{"exercise_id": EXERCISE, "id": id.upper()}]},
            {"id": id, "movements": []},
        ]
    )
    assert refused == [("sections", "0", "movements", "0", "id"), ("sections", "1", "id")]


def test_all_faults_are_refused_together_each_at_its_path() -> None:
    _, refused = decide(
        [
            {"title": "x" * 256, "shape": "amrap", "config": {"rounds": 3}, "movements": []},
            {"movements": [{"exercise_id": EXERCISE}, {"exercise_id": "squat", "prescription": {"sets": 0}}]},
        ]
    )
    assert refused == [
        ("sections", "0", "title"),
        ("sections", "0", "config", "rounds"),
        ("sections", "1", "movements", "1", "exerciseId"),
        ("sections", "1", "movements", "1", "prescription", "sets"),
    ]


@pytest.mark.parametrize("id", ["", " ", "squat", "0" * 36, "00000000-0000-0000-0000-00000000000g"])
def test_an_invalid_id_is_refused(id: str) -> None:
    assert decide([{"id": id, "movements": []}])[1] == [("sections", "0", "id")]
    path = ("sections", "0", "movements", "0", "id")
    assert decide([{"movements": [{"exercise_id": EXERCISE, "id": id}]}])[1] == [path]


def test_two_invalid_ids_are_not_reported_as_duplicates() -> None:
    _, refused = decide([{"id": "one", "movements": []}, {"id": "two", "movements": []}])
    assert refused == [("sections", "0", "id"), ("sections", "1", "id")]


def test_a_movements_id_does_not_identify_a_section_nor_the_reverse() -> None:
    section, movement = uuid4(), uuid4()
    tree, _ = decide([{"id": str(movement), "movements": [{"exercise_id": EXERCISE, "id": str(section)}]}])
    checks = Checks()
    check_ids(tree, [SimpleNamespace(id=section)], [SimpleNamespace(id=movement)], checks)
    assert [refusal.path for refusal in checks.refusals] == [
        ("sections", "0", "id"),
        ("sections", "0", "movements", "0", "id"),
    ]


def test_new_rows_need_no_stored_row() -> None:
    tree, _ = decide([{"movements": [{"exercise_id": EXERCISE}]}])
    checks = Checks()
    check_ids(tree, [], [], checks)
    assert checks.refusals == []


def exercise(organization: UUID | None = None, status: str = "published", *, deleted: bool = False) -> Any:
    return SimpleNamespace(organization_id=organization, status=status, deleted_at="then" if deleted else None)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (exercise(), None),
        (exercise(HOME), None),
        (exercise(HOME, "draft"), None),
        (exercise(None, "draft"), "EXERCISE_NOT_VISIBLE"),
        (exercise(uuid4()), "EXERCISE_NOT_VISIBLE"),
        (exercise(uuid4(), "archived"), "EXERCISE_NOT_VISIBLE"),
        (None, "EXERCISE_NOT_VISIBLE"),
        (exercise(None, "archived"), "EXERCISE_NOT_AVAILABLE"),
        (exercise(HOME, "archived"), "EXERCISE_NOT_AVAILABLE"),
        (exercise(deleted=True), "EXERCISE_NOT_AVAILABLE"),
        (exercise(HOME, "draft", deleted=True), "EXERCISE_NOT_AVAILABLE"),
    ],
)
def test_only_published_exercises_and_own_drafts_may_be_newly_referred_to(row: Any, code: str | None) -> None:
    tree, _ = decide([{"movements": [{"exercise_id": EXERCISE}]}])
    refusals = list(check_references(tree, [], {UUID(EXERCISE): row}, [HOME]))
    path = ("sections", "0", "movements", "0", "exerciseId")
    assert [(refusal.code, refusal.path) for refusal in refusals] == ([(code, path)] if code else [])


def test_a_movement_may_retain_a_discontinued_exercise_but_not_take_another() -> None:
    retained, other = str(uuid4()), str(uuid4())
    ids = [uuid4(), uuid4()]
    stored = [SimpleNamespace(id=id, exercise_id=UUID(retained)) for id in ids]
    tree, _ = decide(
        [{"movements": [{"id": str(ids[0]), "exercise_id": retained}, {"id": str(ids[1]), "exercise_id": other}]}]
    )
    archived = {UUID(id): exercise(None, "archived") for id in (retained, other)}
    refusals = list(check_references(tree, stored, archived, [HOME]))
    assert [refusal.path for refusal in refusals] == [("sections", "0", "movements", "1", "exerciseId")]
