"""Facts about videos of exercises for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    clocks={"moderation.graph": "a mutation"},
    bounds={"Exercise.videoCandidates": "stored with the exercise, at most 20 of them"},
)
