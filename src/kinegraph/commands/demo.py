"""The demo organizations of `kinegraph up`: their people, and what those would have written through the API.

Each organization is made in one transaction, and what its people wrote by their own mutations (`demo_writer`, imported
when there is an organization to make). An organization that exists already is left as it is.
"""

from collections.abc import AsyncIterator, Mapping
from importlib import import_module
from typing import Any  # JSON of the demo
from uuid import UUID

from kinegraph.graphiql.demo_people import demo_script
from kinegraph.identity import store_operator as operator
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import WriteSession


async def seed_demo(database: Database) -> AsyncIterator[str]:
    """Make what is missing of the demo. Yields a line for each organization that was made."""
    script = demo_script()
    async with database.write(operator.act_as_operator) as session:
        admin = script["platformAdmin"]
        await operator.insert_user(session, admin["name"], admin["email"], is_platform_admin=True)
    for organization in script["organizations"]:
        async with database.write(operator.act_as_operator) as session:
            id = await operator.insert_organization(session, organization["name"], organization["slug"])
            if id is not None:
                users = await _insert_people(session, id, organization["people"])
                writer = import_module("kinegraph.commands.demo_writer").DemoWriter(database, session, id, users)
                await writer.write(organization)
        if id is not None:
            people, workouts = len(organization["people"]), len(organization["workouts"])
            yield f"{organization['name']}: {people} people, {workouts} workouts"


async def _insert_people(session: WriteSession, id: UUID, people: list[Mapping[str, Any]]) -> dict[str, UUID]:
    """Insert the people of an organization. Returns their ids by e-mail address; the operator's rights end."""
    users = {}
    for person in people:
        users[person["email"]] = await operator.insert_user(session, person["name"], person["email"])
        await operator.insert_membership(session, id, users[person["email"]], person["role"])
    await operator.drop_operator(session)
    return users
