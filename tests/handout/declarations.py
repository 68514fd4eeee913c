"""Facts about handouts for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    clocks={"handout.store": "the day that is printed on a handout, which is no answer of /graphql"},
)
