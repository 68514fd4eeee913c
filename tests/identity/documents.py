"""Requests for every field of Query and Mutation with ids of another organization.

An id is written as `mine.<what>` or `theirs.<what>` (the rows of `tests.identity.rows.fill`); tests put real ones
instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any  # Any: variables are JSON; graphql-core's types of fields

from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    type_from_ast,
)

ERRORS = "userErrors { code message field }"
EXERCISE = "id name organization { id } forkedFrom { id }"
TREE = """
  id title organization { id name } program { id name } author { id name email } forkedFrom { id }
  sections { id movements { id exercise { id name exercise { id } } comments { id body replies { id } } } }
"""
ORGANIZATION = f"""
  id name slug
  members {{ totalCount nodes {{ role user {{ id name email }} }} }}
  exerciseLibrary(source: ORG) {{ totalCount nodes {{ id name }} }}
  programs {{ id name workouts {{ totalCount }} }}
  workouts {{ totalCount nodes {{ {TREE} }} }}
"""


@dataclass(frozen=True)
class Case:
    """A request that names something of another organization."""

    text: str
    variables: dict[str, Any]

    @property
    def field(self) -> str:
        """The root field, with its root type."""
        operation = self.operation
        (selection,) = operation.selection_set.selections
        root = "Mutation" if operation.operation.value == "mutation" else "Query"
        assert isinstance(selection, FieldNode)
        return f"{root}.{selection.name.value}"

    @property
    def operation(self) -> OperationDefinitionNode:
        """The parsed operation."""
        (definition,) = _parsed(self.text).definitions
        assert isinstance(definition, OperationDefinitionNode)
        return definition


_parsed = lru_cache(parse)


def _mutation(signature: str, call: str, selection: str) -> str:
    return f"mutation ({signature}) {{ {call} {{ {selection} {ERRORS} }} }}"


_UPDATE_EXERCISE = _mutation(
    "$input: UpdateExerciseInput!", "updateExercise(input: $input)", f"exercise {{ {EXERCISE} }}"
)
_CREATE_EXERCISE = _mutation(
    "$input: CreateExerciseInput!", "createExercise(input: $input)", f"exercise {{ {EXERCISE} }}"
)
_TARGET = "$exerciseId: ID!, $organizationId: ID!"
_ARGUMENTS = "exerciseId: $exerciseId, organizationId: $organizationId"
_UPSERT = _mutation(
    f"{_TARGET}, $overrides: ExerciseOverrideInput!",
    f"upsertExerciseOverride({_ARGUMENTS}, overrides: $overrides)",
    "exercise { id name }",
)
_RESET = _mutation(_TARGET, f"resetExerciseOverride({_ARGUMENTS})", "exercise { id name }")
_EFFECTIVE = (
    f"query ({_TARGET}) {{ effectiveExercise(id: $exerciseId, organizationId: $organizationId) {{ id name }} }}"
)
_CREATE_WORKOUT = _mutation("$input: CreateWorkoutInput!", "createWorkout(input: $input)", f"workout {{ {TREE} }}")
_UPDATE_WORKOUT = _mutation("$input: UpdateWorkoutInput!", "updateWorkout(input: $input)", f"workout {{ {TREE} }}")
_SET = _mutation(
    "$workoutId: ID!, $sections: [SectionInput!]!",
    "setWorkoutSections(workoutId: $workoutId, sections: $sections)",
    f"workout {{ {TREE} }}",
)
_UPDATE_MOVEMENT = _mutation(
    "$input: UpdateMovementInput!",
    "updateMovement(input: $input)",
    f"movement {{ id notes }} workout {{ {TREE} }}",
)
_ADD_COMMENT = _mutation(
    "$input: AddCommentInput!", "addComment(input: $input)", "comment { id body movement { id } parent { id } }"
)
_UPDATE_COMMENT = _mutation("$id: ID!, $body: String!", "updateComment(id: $id, body: $body)", "comment { id body }")
_CHANGE_FILES = _mutation(
    "$id: ID!, $add: [ID!], $remove: [ID!]",
    "updateComment(id: $id, uploadIds: $add, removeAttachmentIds: $remove)",
    "comment { id }",
)


def _deletion(field: str) -> str:
    return _mutation("$id: ID!", f"{field}(id: $id)", "deletedId")


def _tree(**movement: Any) -> list[dict[str, Any]]:
    return [{"movements": [{"exerciseId": "mine.canonical", **movement}]}]


_WORKOUTS = """query ($id: ID!, $programId: ID) {
  organization(id: $id) { workouts(programId: $programId) { totalCount nodes { id } } }
}"""

_NODE = f"""__typename id ... on Organization {{ {ORGANIZATION} }} ... on Workout {{ {TREE} }}
  ... on Exercise {{ name }} ... on Membership {{ role user {{ email }} }} ... on User {{ name email }}
  ... on EffectiveExercise {{ name }} ... on Comment {{ body }} ... on Attachment {{ url }} ... on Program {{ name }}
  ... on AssignmentResult {{ notes athlete {{ email }} sets {{ id }} }} ... on ResultSet {{ reps }}
  ... on ExerciseLog {{ notes recordedBy {{ email }} }} ... on RegressionProposal {{ reason options {{ steps }} }}
  ... on ExerciseSubstitution {{ from createdBy {{ email }} }}"""
_NODES = (
    "organization", "exercise", "draft", "category", "region", "equipment", "instruction", "contraindication",
    "program", "workout", "snapshot", "section", "movement", "comment", "reply", "attachment", "assignment", "athlete",
    "result", "result_set", "log", "proposal", "substitution",
)  # fmt: skip

CASES = {
    "node": Case(f"query ($id: ID!) {{ node(id: $id) {{ {_NODE} }} }}", {"id": "theirs.workout"}),
    "nodes": Case(
        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {_NODE} }} }}", {"ids": [f"theirs.{what}" for what in _NODES]}
    ),
    "a cursor": Case("{ eventCursor }", {}),
    "viewer": Case(f"{{ viewer {{ user {{ id }} memberships {{ organization {{ {ORGANIZATION} }} }} }} }}", {}),
    "organization": Case(
        f"query ($id: ID!) {{ organization(id: $id) {{ {ORGANIZATION} }} }}", {"id": "theirs.organization"}
    ),
    "workouts of a program": Case(_WORKOUTS, {"id": "mine.organization", "programId": "theirs.program"}),
    "exercise": Case(f"query ($id: ID!) {{ exercise(id: $id) {{ {EXERCISE} }} }}", {"id": "theirs.exercise"}),
    "exercise, a draft": Case(f"query ($id: ID!) {{ exercise(id: $id) {{ {EXERCISE} }} }}", {"id": "theirs.draft"}),
    "exercises": Case("{ exercises(first: 100) { totalCount nodes { id name } } }", {}),
    "effectiveExercise, both": Case(
        _EFFECTIVE, {"exerciseId": "theirs.exercise", "organizationId": "theirs.organization"}
    ),
    "effectiveExercise, theirs here": Case(
        _EFFECTIVE, {"exerciseId": "theirs.exercise", "organizationId": "mine.organization"}
    ),
    "effectiveExercise, canonical there": Case(
        _EFFECTIVE, {"exerciseId": "mine.canonical", "organizationId": "theirs.organization"}
    ),
    "workout": Case(f"query ($id: ID!) {{ workout(id: $id) {{ {TREE} }} }}", {"id": "theirs.workout"}),
    "workout, a snapshot": Case(f"query ($id: ID!) {{ workout(id: $id) {{ {TREE} }} }}", {"id": "theirs.snapshot"}),
    "createExercise": Case(_CREATE_EXERCISE, {"input": {"name": "X", "organizationId": "theirs.organization"}}),
    "updateExercise": Case(_UPDATE_EXERCISE, {"input": {"id": "theirs.exercise", "name": "X"}}),
    "updateExercise, a draft": Case(_UPDATE_EXERCISE, {"input": {"id": "theirs.draft", "status": "PUBLISHED"}}),
    "updateExercise, bad input": Case(_UPDATE_EXERCISE, {"input": {"id": "theirs.exercise", "name": ""}}),
    "deleteExercise": Case(_deletion("deleteExercise"), {"id": "theirs.exercise"}),
    "upsertExerciseOverride, canonical there": Case(
        _UPSERT,
        {"exerciseId": "mine.canonical", "organizationId": "theirs.organization", "overrides": {"name": "X"}},
    ),
    "upsertExerciseOverride, theirs here": Case(
        _UPSERT, {"exerciseId": "theirs.exercise", "organizationId": "mine.organization", "overrides": {"name": "X"}}
    ),
    "upsertExerciseOverride, both": Case(
        _UPSERT,
        {"exerciseId": "theirs.exercise", "organizationId": "theirs.organization", "overrides": {"name": "X"}},
    ),
    "resetExerciseOverride, canonical there": Case(
        _RESET, {"exerciseId": "mine.canonical", "organizationId": "theirs.organization"}
    ),
    "resetExerciseOverride, theirs here": Case(
        _RESET, {"exerciseId": "theirs.exercise", "organizationId": "mine.organization"}
    ),
    "createWorkout": Case(_CREATE_WORKOUT, {"input": {"organizationId": "theirs.organization", "title": "X"}}),
    "createWorkout, their program": Case(
        _CREATE_WORKOUT, {"input": {"organizationId": "mine.organization", "programId": "theirs.program"}}
    ),
    "createWorkout, their exercise": Case(
        _CREATE_WORKOUT,
        {"input": {"organizationId": "mine.organization", "sections": _tree(exerciseId="theirs.exercise")}},
    ),
    "createWorkout, their draft": Case(
        _CREATE_WORKOUT,
        {"input": {"organizationId": "mine.organization", "sections": _tree(exerciseId="theirs.draft")}},
    ),
    "createWorkout, their section": Case(
        _CREATE_WORKOUT,
        {"input": {"organizationId": "mine.organization", "sections": [{"id": "theirs.section", "movements": []}]}},
    ),
    "createWorkout, their movement": Case(
        _CREATE_WORKOUT, {"input": {"organizationId": "mine.organization", "sections": _tree(id="theirs.movement")}}
    ),
    "updateWorkout": Case(_UPDATE_WORKOUT, {"input": {"id": "theirs.workout", "title": "X"}}),
    "updateWorkout, a snapshot": Case(_UPDATE_WORKOUT, {"input": {"id": "theirs.snapshot", "title": "X"}}),
    "updateWorkout, their program": Case(
        _UPDATE_WORKOUT, {"input": {"id": "mine.workout", "programId": "theirs.program"}}
    ),
    "setWorkoutSections": Case(_SET, {"workoutId": "theirs.workout", "sections": []}),
    "setWorkoutSections, their section": Case(
        _SET, {"workoutId": "mine.workout", "sections": [{"id": "theirs.section", "movements": []}]}
    ),
    "setWorkoutSections, their movement": Case(
        _SET, {"workoutId": "mine.workout", "sections": _tree(id="theirs.movement")}
    ),
    "setWorkoutSections, their exercise": Case(
        _SET, {"workoutId": "mine.workout", "sections": _tree(exerciseId="theirs.exercise")}
    ),
    "setWorkoutSections, their exercise in a movement": Case(
        _SET,
        {
            "workoutId": "mine.workout",
            "sections": [
                {
                    "id": "mine.section",
                    "movements": [{"id": "mine.movement", "exerciseId": "theirs.exercise"}],
                }
            ],
        },
    ),
    "updateMovement": Case(_UPDATE_MOVEMENT, {"input": {"id": "theirs.movement", "notes": "X"}}),
    "deleteWorkout": Case(_deletion("deleteWorkout"), {"id": "theirs.workout"}),
    "deleteWorkout, a snapshot": Case(_deletion("deleteWorkout"), {"id": "theirs.snapshot"}),
    "addComment": Case(_ADD_COMMENT, {"input": {"movementId": "theirs.movement", "body": "X"}}),
    "addComment, their thread": Case(
        _ADD_COMMENT, {"input": {"movementId": "theirs.movement", "body": "X", "parentCommentId": "theirs.comment"}}
    ),
    "addComment, their thread here": Case(
        _ADD_COMMENT, {"input": {"movementId": "mine.movement", "body": "X", "parentCommentId": "theirs.comment"}}
    ),
    "updateComment, their upload": Case(_CHANGE_FILES, {"id": "mine.comment", "add": ["theirs.upload"]}),
    "updateComment, their attachment": Case(_CHANGE_FILES, {"id": "mine.comment", "remove": ["theirs.attachment"]}),
    "updateComment": Case(_UPDATE_COMMENT, {"id": "theirs.comment", "body": "X"}),
    "deleteComment": Case(_deletion("deleteComment"), {"id": "theirs.comment"}),
    "deleteComment, a reply": Case(_deletion("deleteComment"), {"id": "theirs.reply"}),
}
"""Those of exercises, workouts and comments; rooms declare others (tests/rooms.py)."""


def load(sdl: str) -> GraphQLSchema:
    """The exported schema."""
    return build_schema(sdl)


def id_coordinates(schema: GraphQLSchema) -> set[str]:
    """Every coordinate of the API's inputs where a client puts an id: arguments of any field, fields of input types."""
    found = set()
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        for field, definition in getattr(type_, "fields", {}).items():
            if isinstance(type_, GraphQLInputObjectType):
                found |= {f"{name}.{field}"} if _is_id(definition.type) else set()
            else:
                found |= {f"{name}.{field}.{a}" for a, argument in definition.args.items() if _is_id(argument.type)}
    return found


def _is_id(type_: GraphQLInputType) -> bool:
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    return str(type_) == "ID"


def input_ids(schema: GraphQLSchema, case: Case) -> Iterator[str]:
    """The fields of input types where a case puts an id of theirs."""
    for definition in case.operation.variable_definitions or ():
        type_: Any = type_from_ast(schema, definition.type)
        yield from _input_ids(type_, case.variables.get(definition.variable.name.value), "")


def _input_ids(type_: Any, value: Any, coordinate: str) -> Iterator[str]:
    if isinstance(type_, GraphQLNonNull):
        yield from _input_ids(type_.of_type, value, coordinate)
    elif isinstance(type_, GraphQLList):
        for entry in value or ():
            yield from _input_ids(type_.of_type, entry, coordinate)
    elif isinstance(type_, GraphQLInputObjectType):
        for key, entry in (value or {}).items():
            yield from _input_ids(type_.fields[key].type, entry, f"{type_.name}.{key}")
    elif str(type_) == "ID" and str(value).startswith("theirs."):
        yield coordinate
