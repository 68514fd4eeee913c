"""Each change that can concern a viewer or their libraries, as SQL; and the viewer of a transaction."""

from collections.abc import Mapping

from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from tests.conftest import Person
from tests.observing import observe

CHANGES: Mapping[str, str] = {
    "user renamed": "UPDATE users SET name = name || '!' WHERE id = {coach}",
    "e-mail changed": "UPDATE users SET email = gen_random_uuid() || '@kinegraph.example' WHERE id = {coach}",
    "e-mail removed": "UPDATE users SET email = NULL WHERE id = {coach}",
    "platform admin granted": "UPDATE users SET is_platform_admin = true WHERE id = {coach}",
    "platform admin revoked": "UPDATE users SET is_platform_admin = false WHERE id = {admin}",
    "user deleted": "DELETE FROM users WHERE id = {coach}",
    "user given another id": "UPDATE users SET id = uuidv7() WHERE id = {admin}",
    "role lowered": "UPDATE memberships SET role = 'member' WHERE user_id = {coach}",
    "role raised": "UPDATE memberships SET role = 'owner' WHERE user_id = {coach}",
    "membership added": "INSERT INTO memberships (organization_id, user_id, role) VALUES ({other}, {coach}, 'member')",
    "membership removed": "DELETE FROM memberships WHERE user_id = {coach}",
    "membership soft-deleted": "UPDATE memberships SET deleted_at = now() WHERE user_id = {coach}",
    "membership restored": "UPDATE memberships SET deleted_at = NULL WHERE user_id = {former}",
    "membership given to somebody else": "UPDATE memberships SET user_id = {admin} WHERE user_id = {coach}",
    "membership moved": "UPDATE memberships SET organization_id = {other} WHERE user_id = {coach}",
    "organization renamed": "UPDATE organizations SET name = name || '!' WHERE id = {gym}",
    "organization's slug changed": "UPDATE organizations SET slug = gen_random_uuid() WHERE id = {gym}",
    "library shut to members": "UPDATE organizations SET members_see_library = false WHERE id = {gym}",
    "organization deleted": "DELETE FROM organizations WHERE id = {other}",
    "exercise added": "INSERT INTO exercises (organization_id, name) VALUES ({gym}, 'New')",
    "exercise changed": "UPDATE exercises SET name = name || '!' WHERE organization_id = {gym}",
    "exercise deleted": "DELETE FROM exercises WHERE organization_id = {gym}",
    "exercise overridden": """
        INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
        SELECT {gym}, id, '{{"name": "Ours"}}' FROM exercises WHERE slug = 'pull-ups' AND organization_id IS NULL
    """,
    "override changed": """
        UPDATE exercise_org_overrides SET overrides = '{{"name": "New"}}' WHERE organization_id = {gym}
    """,
    "override deleted": "DELETE FROM exercise_org_overrides WHERE organization_id = {gym}",
    "canonical exercise added": "INSERT INTO exercises (name) VALUES ('New')",
    "canonical exercise changed": "UPDATE exercises SET name = name || '!' WHERE slug = 'back-squat'",
}

SETTINGS = """
SELECT ARRAY(SELECT current_setting('kinegraph.' || name, true)
             FROM unnest(ARRAY['user_id', 'organizations', 'coached', 'platform_admin', 'sign_in_email']) AS name)
"""


async def authenticated(database: Database, person: Person) -> tuple[Viewer, list[str]] | None:
    """The viewer of a read session of theirs, and the settings for row-level security; None without such a user."""
    try:
        async with database.read(authenticate_as(person.id)) as session:
            settings: list[str] = await session.fetch_value(SETTINGS)
            return session.viewer, settings
    except Unauthenticated:
        return None


async def statements_of(database: Database, person: Person) -> list[str]:
    """The statements that begin a read session of the person, on a database with one connection."""
    seen: list[str] = []
    lease = await database.pool.begin("BEGIN")  # waits while its deferred COMMIT is sent: `observe` would miss it then
    await database.pool.end(lease, "ROLLBACK")
    observe(database, seen)
    async with database.read(authenticate_as(person.id)):
        return list(seen)
