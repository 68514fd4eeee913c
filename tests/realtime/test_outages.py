"""Redis away, the database away, and a process that stops: subscriptions say so, and resume."""

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import httpx

from kinegraph.outside.redis import start_redis
from kinegraph.services import Services
from tests.conftest import SECRET, World
from tests.process.running import environment, free_port, started
from tests.realtime.clients import COMMENTS, Gym, Live, gym_of, live
from tests.waiting import until
from tests.workout.documents import comment


async def test_while_redis_is_away_subscriptions_say_that_they_cannot_and_resume(
    services: Services, world: World, tmp_path: Path
) -> None:
    redis = await asyncio.to_thread(start_redis, tmp_path / "redis")
    try:
        async with live(replace(services, redis_url=redis.url)) as served:
            gym = await gym_of(served.api, world)
            async with (
                served.socket(gym.coach) as client,
                served.events(gym.coach, COMMENTS, id=gym.workout_id) as events,
            ):
                await events.begun()
                await client.subscribe(COMMENTS, id=gym.workout_id)
                await served.subscribed(2)
                await comment(served.api, gym.coach, gym.movement_id, "before")
                cursor = (await client.next())["cursor"]
                await events.next()
                await asyncio.to_thread(redis.stop)
                code, reason = await client.closing()
                assert (code, reason.partition(":")[0]) == (1013, "SERVICE_UNAVAILABLE")
                result = (await events.next())[2]
                assert result["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
            await comment(served.api, gym.coach, gym.movement_id, "meanwhile")
            assert await _refused(served, gym) == (503, "5")
            async with served.socket(gym.coach) as client:
                await client.subscribe(COMMENTS, id=gym.workout_id)
                assert (await client.closing())[0] == 1013
            redis = await asyncio.to_thread(start_redis, tmp_path / "redis")
            async with served.socket(gym.coach) as client:
                await client.subscribe(COMMENTS, id=gym.workout_id, after=cursor)
                assert (await client.next())["comment"]["body"] == "meanwhile"
    finally:
        await asyncio.to_thread(redis.stop)


async def _refused(served: Live, gym: Gym) -> tuple[int, str]:
    """Status and Retry-After of a stream that is refused."""
    headers = {"Authorization": f"Bearer {gym.coach.token}", "Accept": "text/event-stream"}
    body = {"query": COMMENTS, "variables": {"id": gym.workout_id}}
    response = await served.api.client.post("/graphql", json=body, headers=headers)
    return response.status_code, response.headers["retry-after"]


async def test_a_process_that_stops_ends_its_subscriptions_at_once_and_another_goes_on(
    served: Live, gym: Gym, services: Services, tmp_path: Path
) -> None:
    port = free_port()
    settings = {
        "KINEGRAPH_HOME": str(tmp_path),
        "KINEGRAPH_REDIS_URL": services.redis_url,
        "KINEGRAPH_JWT_SECRET": SECRET,
        "KINEGRAPH_PORT": str(port),
    }
    with started("serve", env=environment(services.database_url, **settings), log=tmp_path / "log") as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:

            async def is_ready() -> bool:
                try:
                    return (await client.get("/readyz")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(is_ready, 60)
            other = replace_port(served, client, port)
            cursor = (await served.api.run("{ eventCursor }", gym.coach))["eventCursor"]
            await comment(served.api, gym.coach, gym.movement_id, "by another process")
            after = {"id": gym.workout_id, "after": cursor}
            async with other.socket(gym.coach) as socket, other.events(gym.coach, COMMENTS, **after) as stream:
                await socket.subscribe(COMMENTS, **after)
                cursor = (await socket.next())["cursor"]
                assert (await stream.next())[1] == cursor
                began = asyncio.get_running_loop().time()
                process.send_signal(signal.SIGTERM)
                assert (await socket.closing())[0] == 1012
                assert (await stream.next())[2]["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
            assert await asyncio.to_thread(process.wait, 20) is not None
            assert asyncio.get_running_loop().time() - began < 8  # uvicorn waits ten seconds for what does not end
    await comment(served.api, gym.coach, gym.movement_id, "after the restart")
    async with served.socket(gym.coach) as socket:
        await socket.subscribe(COMMENTS, id=gym.workout_id, after=cursor)
        assert (await socket.next())["comment"]["body"] == "after the restart"


def replace_port(served: Live, client: httpx.AsyncClient, port: int) -> Live:
    """The means to subscribe at another process."""
    return replace(served, api=replace(served.api, client=client), port=port)
