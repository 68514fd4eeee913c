"""Facts about identity, and about rooms whose requests stand in its tests, for the tests of all rooms."""

from tests.identity import documents, documents_admins
from tests.rooms import Declarations

ROOM = Declarations(
    cases=documents.CASES,
    admin_cases=documents_admins.CASES,
    bounds={"Viewer.memberships": "read with the viewer, who is read in full"},
)
