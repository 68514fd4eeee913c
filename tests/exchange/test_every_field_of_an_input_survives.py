"""An exercise with every field of CreateExerciseInput is exported and imported into another organization whole."""

import csv
import io
from typing import Any  # inputs and answers are JSON
from uuid import UUID

from kinegraph.exercise.rules_columns import COLUMNS, TEXT_INPUTS
from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from tests.conftest import Api, World
from tests.exchange.files import Pool, bring, exported, take, verdicts, without_ids
from tests.exercise.documents import create
from tests.exercise.samples import sample

INPUT = '{ __type(name: "CreateExerciseInput") { inputFields { name } } }'
SHOWN = "query ($id: ID!) { exercise(id: $id) { video { url thumbnailUrl durationSeconds } } }"
COLUMN_FIELDS = {column.api_name: sample(column) for column in COLUMNS.values()} | {"slug": "a-slug"}
DETAILS: dict[str, Any] = {
    "instructions": [{"type": "STEP", "body": "Go"}, {"type": "STEP", "body": "Stop"}],
    "contraindications": [{"condition": "Knee: <90", "severity": "WARNING", "description": "Mind it: always"}],
}


async def full_input(api: Api, owner: Pool, organization_id: UUID) -> dict[str, Any]:
    """A value for every field of the input; a field that has none here is a fault of the test."""
    term = await owner.fetchval("SELECT id FROM exercise_body_regions WHERE slug = 'knee' AND organization_id IS NULL")
    values = {**COLUMN_FIELDS, **DETAILS, "termIds": [str(term)], "organizationId": str(organization_id)}
    as_text = {f"{column.api_name}Text" for column in TEXT_INPUTS.values()}  # another spelling of a list
    fields = [field["name"] for field in (await api.run(INPUT))["__type"]["inputFields"]]
    return {name: values[name] for name in fields if name not in as_text}


def expected(sent: dict[str, Any]) -> dict[str, Any]:
    """The fields of an exported row that has the values of an input."""
    values = {name: value for name, value in sent.items() if name not in ("termIds", "organizationId")}
    stored = {name: value.lower() for name, value in values.items() if name in COLUMN_FIELDS and _is_term(name)}
    details = {
        name: [{**each, term: each[term].lower()} for each in values[name]]
        for name, term in (("instructions", "type"), ("contraindications", "severity"))
    }
    return {**values, **stored, **details, "bodyRegions": ["knee"]}


def _is_term(name: str) -> bool:
    return any(column.terms for column in COLUMNS.values() if column.api_name == name)


def as_csv(row: dict[str, Any]) -> str:
    """An exported row as a CSV file."""
    cells = {
        **{
            name: ";".join(value) if isinstance(value, list) else value
            for name, value in row.items()
            if name not in DETAILS
        },
        "instructions": "|".join(each["body"] for each in row["instructions"]),
        "contraindications": ";".join(
            f"{each['condition']}: {each['severity']}: {each['description']}" for each in row["contraindications"]
        ),
    }
    file = io.StringIO()
    csv.writer(file).writerows([cells.keys(), cells.values()])
    return file.getvalue()


async def test_every_field_of_an_input_survives_export_and_import_into_another_organization(
    api: Api, database: Database, world: World, owner: Pool
) -> None:
    one, other, third = [await world.organization() for _ in range(3)]
    sent = await full_input(api, owner, one.id)
    await create(api, one.coach, **sent)
    (row,) = await take(database, one.slug)
    assert {name: row[name] for name in expected(sent)} == expected(sent)
    fields = {name: value for name, value in row.items() if name not in ("id", "importKey", "contentHash")}
    for whose, file, format in (
        (other, await exported(database, one.slug), Format.KINEGRAPH_JSON),
        (third, as_csv(fields), Format.CSV),
    ):
        assert verdicts(await bring(database, whose.slug, file, format)) == ["new"]
        (copy,) = await take(database, whose.slug)
        assert without_ids([copy]) == without_ids([row])
        shown = (await api.run(SHOWN, whose.coach, id=copy["id"]))["exercise"]["video"]
        assert shown == {
            "url": sent["videoUrl"],
            "thumbnailUrl": sent["thumbnailUrl"],
            "durationSeconds": sent["videoDurationSeconds"],
        }
        assert verdicts(await bring(database, whose.slug, file, format)) == ["unchanged"]


async def test_a_length_without_a_video_is_refused_in_a_file_too(database: Database, world: World) -> None:
    gym = await world.organization()
    file = "name,videoUrl,videoDurationSeconds\nA,,9\nB,https://video.example/1,9\nC,https://video.example/1,86401\n"
    plan = await bring(database, gym.slug, file, Format.CSV, skip_rejected=True)
    assert [str(fault) for fault in plan.faults] == [
        'row 1 ("A"), field videoDurationSeconds: There is no video to be of this length; send one with it.',
        'row 3 ("C"), field videoDurationSeconds: Must be from 0 to 86,400; this is 86,401.',
    ]
    await bring(database, gym.slug, "name,videoUrl\nB,https://video.example/2\n", Format.CSV)
    assert [row["videoDurationSeconds"] for row in await take(database, gym.slug)] == [None]
