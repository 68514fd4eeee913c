"""Facts about the progression graph for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(once={"createProgression": "CONFLICT"})
