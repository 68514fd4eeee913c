"""Facts about the change feed for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    counted_edges=("Change", "Viewer.changes"),
    bounds={"ChangePage.changes": "the argument `first` of Viewer.changes, of at most 500"},
)
