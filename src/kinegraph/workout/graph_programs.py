"""The mutations of programs."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph_inputs import takes_row
from kinegraph.identity.rules_access import require_coach
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.user_errors import payload, stored_row
from kinegraph.workout import store
from kinegraph.workout.graph import Program


@strawberry.input(description="A new program.")
class CreateProgramInput:
    organization_id: strawberry.ID = strawberry.field(description="Whose program it becomes.")
    name: str = strawberry.field(description="1 to 255 characters, on one line.")


@strawberry.input(description="New values of a program. An absent key is left as it is.")
class UpdateProgramInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The program's id.")
    name: str | None = strawberry.field(default=UNSET, description="1 to 255 characters, on one line; not null.")


@payload("The program that was written.")
class ProgramPayload:
    program: Program | None = strawberry.field(default=None, description="The program as it is stored now.")


@strawberry.type
class Mutation:
    @mutation("Create a program that workouts may belong to (coach access).")
    async def create_program(
        self,
        info: Info,
        input: Annotated[CreateProgramInput, strawberry.argument(description="The new program.")],
    ) -> ProgramPayload:
        checks = Checks()
        organization_id = checks.key(input.organization_id, ("input", "organizationId"))
        name = _checked_name(input.name, checks)
        session = await info.context.write_session()
        with checks.layer():
            require_coach(session.viewer, organization_id, "input", "organizationId")
        checks.done()
        id = await store.insert_program(session, organization_id, name)
        return ProgramPayload(program=await stored_row(session, store.programs, id))

    @mutation("Rename a program (coach access).")
    @takes_row
    async def update_program(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The program's id.")],
        input: Annotated[UpdateProgramInput, strawberry.argument(description="Its id, and the new values.")],
    ) -> ProgramPayload:
        checks, values = Checks(), given(input)
        key = checks.key(id, ("id",))
        columns = {"name": _checked_name(values["name"], checks)} if "name" in values else {}
        session = await info.context.write_session()
        with checks.layer():
            program = (await store.programs(session, [key]))[0]
            if program is None:
                raise NotFound("There is no such program.", "id")
            require_coach(session.viewer, program.organization_id, "id")
        checks.done()
        await store.update_program(session, key, columns)
        return ProgramPayload(program=await stored_row(session, store.programs, key))


def _checked_name(name: str | None, checks: Checks) -> str:
    """A program's name. Faults are recorded in `checks`."""
    return checks.text(name or "", ("input", "name"), 255, lines=False)
