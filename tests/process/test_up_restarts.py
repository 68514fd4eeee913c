"""Processes of `kinegraph up` are restarted when they die; stopped while it starts, it leaves nothing running."""

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any, TypeVar  # JSON of requests and responses

import httpx
import psutil
import pytest
from PIL import Image

from kinegraph.outside.embedded import find_running
from tests.background.rows import ADD, REQUEST, png
from tests.process.running import await_answer, environment, free_port, run, started
from tests.process.test_up import left_behind

T = TypeVar("T")
MOVEMENTS = """{ viewer { memberships { organization { id workouts(first: 5) { nodes {
  sections { movements { id comments { id attachments { thumbnailUrl } } } }
} } } } } }"""
MOMENTS = (
    "Migrating the database",
    "Seeding the exercise library",
    "Seeding the demo organizations",
)
STOPPED_AT = """
import os, signal, sys

from kinegraph.commands.cli import main

moment = sys.argv.pop(1)


def stop():
    os.kill(os.getpid(), signal.SIGTERM)


def watch(frame, event, what):
    if event == "c_return" and what.__name__ == "fork_exec":
        if any(moment in os.fsdecode(word) for word in frame.f_locals["args"]):
            sys.setprofile(None)
            stop()


if moment == "fork":
    os.register_at_fork(after_in_parent=stop)
else:
    sys.setprofile(watch)
sys.exit(main())
"""
"""`kinegraph`, which gets SIGTERM just after a program of this name has started, or just after a fork."""


def until(condition: Callable[[], T], seconds: float = 30) -> T:
    """Wait until the condition returns something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"The condition did not hold within {seconds} s."
        time.sleep(0.02)
    return found


@dataclass
class Running:
    """A `kinegraph up` with the demo."""

    process: "Popen[bytes]"
    home: Path
    port: int
    token: str
    log: Path

    def pid(self, name: str) -> int | None:
        """The process id of a server or of a command of the product, if it runs."""
        if name in ("redis", "postgres"):
            server = find_running(self.home / name, name)
            return None if server is None else server.pid
        for child in psutil.Process(self.process.pid).children():
            if child.status() != psutil.STATUS_ZOMBIE and child.cmdline()[-1:] == [name]:
                return int(child.pid)
        return None

    def run(self, text: str, **variables: Any) -> Any:
        """The data of a document."""
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"http://127.0.0.1:{self.port}/graphql"
        answer = httpx.post(address, json={"query": text, "variables": variables}, headers=headers, timeout=20)
        body: dict[str, Any] = answer.json()
        assert "errors" not in body, body
        return body["data"]

    def tree(self) -> tuple[str, list[Any]]:
        """The organization's id, and the movements of each of its workouts."""
        (membership,) = self.run(MOVEMENTS)["viewer"]["memberships"]
        organization = membership["organization"]
        workouts = [
            [movement for section in workout["sections"] for movement in section["movements"]]
            for workout in organization["workouts"]["nodes"]
        ]
        return str(organization["id"]), workouts

    def comment(self) -> str:
        """The id of a new comment with a picture."""
        organization_id, workouts = self.tree()
        content = png()
        file = {"purpose": "COMMENT_ATTACHMENT", "filename": "a.png", "mime": "image/png", "sizeBytes": len(content)}
        upload = self.run(REQUEST, input={"organizationId": organization_id, **file})["requestUpload"]["upload"]
        headers = {header["name"]: header["value"] for header in upload["headers"]}
        assert httpx.put(upload["url"], content=content, headers=headers).status_code == 204
        input = {"movementId": next(filter(None, workouts))[0]["id"], "body": "Look", "uploadIds": [upload["id"]]}
        return str(self.run(ADD, input=input)["addComment"]["comment"]["id"])

    def thumbnail(self, comment: str) -> str | None:
        """The address of a comment's picture's thumbnail, once it is made."""
        comments = [shown for movements in self.tree()[1] for movement in movements for shown in movement["comments"]]
        ((attachment,),) = [shown["attachments"] for shown in comments if shown["id"] == comment]
        return str(attachment["thumbnailUrl"]) if attachment["thumbnailUrl"] else None


@pytest.mark.parametrize("moment", MOMENTS)
def test_up_that_gets_a_signal_to_stop_while_it_starts_leaves_no_process_behind(
    home: Path, moment: str, tmp_path: Path
) -> None:
    log = tmp_path / "up.log"
    with started("up", env=environment(KINEGRAPH_HOME=str(home), PORT=str(free_port())), log=log) as process:
        until(lambda: moment in log.read_text() or process.poll() is not None)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()
    output = log.read_text()
    assert "Stopped." in output and "Traceback" not in output and "Kinegraph runs." not in output
    assert [child for child in children if child.is_running()] == []
    assert left_behind(home) == []
    assert [find_running(home / server, server) for server in ("postgres", "redis")] == [None, None]


def orphans(home: Path) -> list[psutil.Process]:
    """The processes that work in a folder under a home."""

    def folder(process: psutil.Process) -> str:
        with suppress(psutil.Error):
            return str(process.cwd())
        return ""

    return [process for process in psutil.process_iter() if folder(process).startswith(f"{home}/")]


@pytest.mark.parametrize(
    "moment",
    [
        "valkey-server",
        "shared_buffers=",
        "fork",
        "initdb",
    ],
)
def test_up_that_gets_a_signal_while_it_forks_or_starts_a_server_leaves_no_process_behind(
    moment: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("awkward")
    env, log = environment(KINEGRAPH_HOME=str(home), PORT=str(free_port())), home / "up.log"
    with log.open("wb") as output:
        command = [sys.executable, "-c", STOPPED_AT, moment, "up"]
        process = Popen(command, env=env, stdout=output, stderr=output, start_new_session=True)
    try:
        until(lambda: process.poll() is not None or "Kinegraph runs." in log.read_text())
        assert process.poll() == 0, log.read_text()
        assert orphans(home) == []
    finally:
        process.kill()
        process.wait()
        for left in orphans(home):
            with suppress(psutil.NoSuchProcess):
                left.send_signal(signal.SIGQUIT if left.name() == "postgres" else signal.SIGKILL)
        until(lambda: orphans(home) == [])


@pytest.fixture(scope="module")
def up(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`kinegraph up` on the data that the interrupted starts have left."""
    port, log = free_port(), tmp_path_factory.mktemp("log") / "up.log"
    env = environment(KINEGRAPH_HOME=str(home), PORT=str(port))
    with started("up", env=env, log=log) as process:
        await_answer(f"http://127.0.0.1:{port}/readyz", process, log)
        token = run("token", "coach@northside.example", env=env).stdout.strip()
        yield Running(process, home, port, token, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0, log.read_text()
    assert left_behind(home) == []


def test_data_of_interrupted_starts_is_complete_after_the_next_start(up: Running) -> None:
    assert len(up.tree()[1]) == 5


@pytest.mark.parametrize(
    ("name", "title"), [("worker", "worker"), ("redis", "Redis"), ("serve", "API"), ("postgres", "PostgreSQL")]
)
def test_a_process_that_is_killed_is_restarted_and_jobs_go_on(up: Running, name: str, title: str) -> None:
    before, others = up.pid(name), {other: up.pid(other) for other in ("worker", "redis", "serve", "postgres")}
    assert before is not None
    lived = others.keys() - {name}
    comment = up.comment()
    os.kill(before, signal.SIGKILL)
    until(lambda: up.pid(name) not in (None, before))
    await_answer(f"http://127.0.0.1:{up.port}/readyz", up.process, up.log)
    assert f"The {title} stopped by itself; starting it again." in up.log.read_text()
    for id in (up.comment(), comment):
        address = until(partial(up.thumbnail, id), 50)
        with Image.open(io.BytesIO(httpx.get(str(address)).content)) as image:
            assert (image.format, image.size) == ("JPEG", (400, 400))
    assert {other: up.pid(other) for other in lived} == {other: others[other] for other in lived}
