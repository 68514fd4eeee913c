"""Facts about taxonomies for the tests of all rooms."""

from uuid import UUID

from kinegraph.taxonomy import store
from tests.rooms import Declarations
from tests.taxonomy.cases import CASES

ID = UUID(int=1)

ROOM = Declarations(cases=CASES, reads={"Taxonomy": lambda session: store.taxonomies(session, [ID])})
