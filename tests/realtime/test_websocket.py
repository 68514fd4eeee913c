"""Subscriptions over WebSocket, by the protocol graphql-transport-ws."""

from tests.realtime.clients import COMMENTS, Gym, Live
from tests.workout.documents import comment


async def test_a_comment_that_is_added_comes_to_its_subscriber(served: Live, gym: Gym) -> None:
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, "a", id=gym.workout_id)
        await served.subscribed()
        id = await comment(served.api, gym.coach, gym.movement_id, "שלום 💪")
        event = await client.next("a")
        assert event["comment"] == {"id": id, "body": "שלום 💪", "author": {"id": str(gym.coach.id)}}
