"""`kinegraph explain --plan` prints the plan of a document without a database, and one clear line where it has none."""

from pathlib import Path

import pytest

from kinegraph.commands import cli

TREE = """query Tree($id: ID!, $brief: Boolean!) {
  workout(id: $id) {
    title
    author { name }
    sections {
      config { rounds }
      movements @skip(if: $brief) {
        prescription { sets }
        exercise { name customizedFields }
        comments { body }
      }
    }
  }
}
"""

FIELDS = """
query Tree, breadth first: 15 fields
Level 1
workout: resolver kinegraph.workout.graph.Query.workout, called for each object
columns: author_name, id, organization_id, title, tree_version
Level 2
workout.title: column title
workout.author: embedded in the columns author_…
workout.author.name: column author_name
workout.sections: batch function kinegraph.workout.store.sections_of, by id, organization_id, tree_version
joined with kinegraph.workout.store.movements_of in kinegraph.workout.store.sections_and_movements_of
columns: config, id
cached by kinegraph.workout.rules_cache.cached_trees, with gaps: Movement.comments
Level 3
workout.sections.config: column config, a JSON value
workout.sections.config.rounds: key rounds of the JSON value
workout.sections.movements: batch function kinegraph.workout.store.movements_of, by id
columns: exercise_id, id, organization_id, prescription
Level 4
workout.sections.movements.prescription: column prescription, a JSON value
workout.sections.movements.prescription.sets: key sets of the JSON value
workout.sections.movements.exercise: batch function kinegraph.library.store.effective, by organization_id, exercise_id
columns: customized_fields, name
workout.sections.movements.comments: batch function kinegraph.workout.store_comments.comments_of, by id
columns: body
Level 5
workout.sections.movements.exercise.name: column name
workout.sections.movements.exercise.customizedFields: column customized_fields
workout.sections.movements.comments.body: column body
"""

WORKOUT_CODE = """
Generated for workout, rows of author_name, id, organization_id, title, tree_version
  def build(objects, c0):
      out = []
      add = out.append
      i = 0
      for o in objects:
          v_0 = o[3]
          if v_0 is not None and not (v_0.__class__ is str): v_0 = full_v_0(v_0)
          v_1_0 = o[0]
          if not (v_1_0.__class__ is str): v_1_0 = full_v_1_0(v_1_0)
          v_1 = {'name': v_1_0}
          add({'title': v_0, 'author': v_1, 'sections': c0[i]})
          i += 1
      return out
"""


def explain(tmp_path: Path, document: str, *options: str) -> int:
    """Run the command on a file with this document. Returns its exit code."""
    file = tmp_path / "document.graphql"
    file.write_text(document)
    return cli.main(["explain", "--plan", str(file), *options])


def test_a_workout_tree_is_printed_with_levels_strategies_columns_and_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(tmp_path, TREE) == 0
    fields, generated = capsys.readouterr().out.split("\n\nGenerated for ", 1)
    assert [line.strip() for line in fields.splitlines() if line] == FIELDS.strip().splitlines()
    assert WORKOUT_CODE in f"Generated for {generated}"
    assert "workout.sections.movements.exercise, effective exercises of deleted_at, name, status\n" in generated
    assert "(d['name'] if 'name' in d else r[1])" in generated


@pytest.mark.parametrize(
    ("below", "cause"),
    [
        ("exercise { overrides { field } }", "EffectiveExercise.overrides"),
        ("exercise { exercise { categories { id } } }", "Exercise.categories"),
        ("comments { body }", None),
    ],
)
def test_what_is_not_cached_names_the_field_below_that_prevents_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], below: str, cause: str | None
) -> None:
    assert explain(tmp_path, f"{{ workout(id: 1) {{ sections {{ movements {{ {below} }} }} }} }}") == 0
    printed = capsys.readouterr().out
    assert (f"    not cached, because of {cause}\n" in printed) is (cause is not None)
    assert ("cached by" in printed) is (cause is None)


def test_an_operation_that_has_no_plan_is_printed_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(tmp_path, "query Types { __schema { types { name } } }") == 0
    assert capsys.readouterr().out == "query Types, by graphql-core (fallback): introspection\n"


def test_an_operation_is_chosen_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(tmp_path, "query A { __typename } query B { b: __typename }", "--operation", "B") == 0
    assert capsys.readouterr().out.startswith("query B, breadth first: 1 field\n\nLevel 1\n  b: the name Query\n")


REFUSED = {
    "not GraphQL": ("{ viewer {", ":1:11: Syntax Error: Expected Name, found <EOF>."),
    "invalid": ("{\n  viewr { id }\n}", ":2:3: Cannot query field 'viewr' on type 'Query'. Did you mean 'viewer'?"),
    "invalid twice": ("{ xyzzy two }", ":1:3: Cannot query field 'xyzzy' on type 'Query'. (and 1 more)"),
    "several operations": (
        "query A { __typename } query B { __typename }",
        " has several operations: say which with --operation (A, B).",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_without_a_plan_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    document, message = REFUSED[name]
    assert explain(tmp_path, document) == 2
    assert capsys.readouterr() == ("", f"kinegraph: {tmp_path / 'document.graphql'}{message}\n")


def test_an_operation_that_the_document_does_not_have_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(tmp_path, "query A { __typename }", "--operation", "B") == 2
    assert capsys.readouterr().err.endswith("document.graphql has no operation B (A).\n")


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", "--plan", str(tmp_path / "none.graphql")]) == 2
    assert capsys.readouterr().err == f"kinegraph: {tmp_path}/none.graphql cannot be read: No such file or directory.\n"
    (tmp_path / "binary.graphql").write_bytes(b"\xff\xfe")
    assert cli.main(["explain", "--plan", str(tmp_path / "binary.graphql")]) == 2
    assert capsys.readouterr().err == f"kinegraph: {tmp_path}/binary.graphql is not a text in UTF-8.\n"
