"""Every edge of the schema is selected by one of the documents whose statements are counted."""

from collections.abc import Iterator
from typing import Any  # nodes of a document

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
    visit,
)

from tests.api.samples import SCHEMA
from tests.api.test_statements_lists import DOCUMENTS

RECORDS = frozenset(
    (
        *("Query.personalRecords", "PersonalRecord.exercise", "PersonalRecord.load", "PersonalRecord.set"),
        *("Query.exerciseHistory", "ExerciseHistory.chart", "ExerciseHistory.points", "HistoryPoint.bestSet"),
        *("Query.trainingLoad", "TrainingLoad.chart", "TrainingLoad.conflicts", "TrainingLoad.days"),
        *("TrainingLoad.muscles", "RecoveryConflict.exercise", "RecoveryConflict.previousExercise"),
        *("Load.resolved", "ResolvedLoad.record"),
    )
)
"""The fields that are read for an athlete, by their id."""


class _Edges(Visitor):
    """Collects the fields of a document that lead to objects."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: set[str] = set()

    def enter_field(self, node: Any, *_: Any) -> None:
        parent = self.info.get_parent_type()
        self.found.add(f"{parent.name if parent else ''}.{node.name.value}")


def edges() -> Iterator[str]:
    """Every field of the schema, payloads and roots aside, that leads to objects, one or many."""
    for type in SCHEMA.type_map.values():
        if not isinstance(type, GraphQLObjectType) or type.name.startswith("__") or type.name.endswith("Payload"):
            continue
        for name, field in type.fields.items():
            target = get_named_type(field.type)
            is_edge = isinstance(target, GraphQLObjectType | GraphQLInterfaceType)
            if is_edge and (type.name not in ("Query", "Mutation") or is_list_type(get_nullable_type(field.type))):
                yield f"{type.name}.{name}"


def test_every_edge_of_the_schema_is_selected_by_one_of_the_documents() -> None:
    info = TypeInfo(SCHEMA)
    seen = _Edges(info)
    for text in DOCUMENTS.values():
        visit(parse(text.replace("%d", "1")), TypeInfoVisitor(info, seen))
    found = set(edges())
    assert len(found) > 30
    no_rows = {"Upload.headers", "Upload.parts", "UploadPart.headers", "EditConflict.updatedBy"}
    alone = {"UserError.field", "Query.jobs", *no_rows}
    by_ids = {"Query.nodes", "Organization.patient", *RECORDS}  # tests/node and tests/record count their statements
    streamed = {edge for edge in found if edge.split(".")[0].endswith(("Subscription", "Event"))}  # one at a time
    admins = {edge for edge in found if edge.startswith("AliasProposal")}  # tests/enrichment
    jobs = {"Job.enrichment", "Job.requestedBy"}  # tests/enrichment, tests/background
    chosen = ("Generated", "Excluded", "ExerciseSubstitute", "MovementCheck", "CheckWarning", "WorkoutCheck")
    made = {edge for edge in found if edge.startswith((*chosen, "SafetyOverride", "Query.substitute"))}
    # tests/generator, tests/substitution and tests/checking count their statements
    feed = {edge for edge in found if edge.startswith(("AuditEntry", "Change", "Organization.audit", "Viewer.changes"))}
    # tests/audit and tests/sync count theirs
    missing = sorted(found - seen.found - feed - alone - by_ids - streamed - admins - jobs - made)
    assert not missing, f"Select these in DOCUMENTS, on a way from `viewer` that needs no id: {missing}"
