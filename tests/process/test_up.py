"""`kinegraph up` starts everything, seeds once, restarts what dies, and stops all of it, leaving the data.

The tests follow each other on one home: three starts that are interrupted, one that runs, and the next one.
"""

import io
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any  # JSON of requests and responses

import httpx
import psutil
import pytest
from PIL import Image

from kinegraph.outside.embedded import find_running
from tests.background.rows import ADD, REQUEST, png
from tests.process.running import await_answer, environment, forked, free_port, run, started
from tests.process.test_up_signals import until

PEOPLE = (
    "platform@kinegraph.example",
    *(f"{who}@northside.example" for who in ("owner", "coach", "athlete")),
    *(f"{who}@harbor.example" for who in ("owner", "coach", "patient")),
)
TREE = """
{ viewer { memberships { role organization { name workouts(first: 5) {
  totalCount
  nodes {
    title author { name }
    sections {
      type shape config { rounds }
      movements {
        prescription { sets repsMin load { value unit } }
        exercise { name isCustomizedByOrg customizedFields primaryMuscles }
        comments { body author { name } replies { body } }
      }
    }
  }
} } } } }
"""


MOVEMENTS = """{ viewer { memberships { organization { id workouts(first: 5) { nodes {
  sections { movements { id comments { id attachments { thumbnailUrl } } } }
} } } } } }"""
MOMENTS = (
    "Migrating the database",
    "Seeding the exercise library",
    "Seeding the demo organizations",
)


def left_behind(home: Path) -> list[list[str]]:
    """The processes that still run on a home's data."""
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [line for line in lines if any(str(home) in argument for argument in line)]


@dataclass
class Running:
    """A `kinegraph up` with the demo."""

    process: "Popen[bytes]"
    home: Path
    port: int
    token: str
    log: Path
    env: dict[str, str]

    def pid(self, name: str) -> int | None:
        """The process id of a server or of a command of the product, if it runs."""
        if name in ("redis", "postgres"):
            server = find_running(self.home / name, name)
            return None if server is None else server.pid
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # it may end meanwhile
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


@contextmanager
def running(home: Path, log: Path) -> Iterator[Running]:
    """`kinegraph up` on a home, once it answers."""
    port = free_port()
    env = environment(KINEGRAPH_HOME=str(home), PORT=str(port))
    with started("up", env=env, log=log) as process:
        await_answer(f"http://127.0.0.1:{port}/readyz", process, log)
        token = run("token", "coach@northside.example", env=env).stdout.strip()
        yield Running(process, home, port, token, log, env)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what each start has printed."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def up(home: Path, logs: Path) -> Iterator[Running]:
    """`kinegraph up` on the data that the interrupted starts have left."""
    with running(home, logs / "first.log") as up:
        yield up


@pytest.mark.parametrize("moment", MOMENTS)
def test_up_that_gets_a_signal_to_stop_while_it_starts_leaves_no_process_behind(
    home: Path, logs: Path, moment: str
) -> None:
    log = logs / f"{moment}.log"
    with forked("up", env=environment(KINEGRAPH_HOME=str(home), PORT=str(free_port())), log=log) as process:
        until(lambda: moment in log.read_text() or process.poll() is not None)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()
    output = log.read_text()
    assert "Stopped." in output and "Traceback" not in output and "Kinegraph runs." not in output
    assert [child for child in children if child.is_running()] == []
    assert left_behind(home) == []
    assert [find_running(home / server, server) for server in ("postgres", "redis")] == [None, None]


def test_data_of_interrupted_starts_is_complete_after_the_next_start(up: Running) -> None:
    (membership,) = up.run(TREE)["viewer"]["memberships"]
    workouts = membership["organization"]["workouts"]
    assert (membership["role"], workouts["totalCount"], len(workouts["nodes"])) == ("COACH", 5, 5)
    examined = run("doctor", env=up.env).stdout
    assert "embedded PostgreSQL 18.1 with pgvector 0.8.5," in examined and "embedded Valkey 9.1." in examined


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


def assert_ends(up: Running, ending: signal.Signals) -> None:
    """Assert that a signal ends it, with every process that it has started."""
    children = psutil.Process(up.process.pid).children(recursive=True)
    up.process.send_signal(ending)
    assert up.process.wait(40) == 0, up.log.read_text()
    output = up.log.read_text()
    assert f"http://127.0.0.1:{up.port}/graphiql" in output
    assert all(email in output for email in PEOPLE)
    assert children and [child for child in children if child.is_running()] == []
    assert left_behind(up.home) == []


def test_up_ends_cleanly(up: Running) -> None:
    assert_ends(up, signal.SIGTERM)


def test_the_next_start_has_the_data_and_seeds_nothing_again(home: Path, logs: Path) -> None:
    with running(home, logs / "second.log") as up:
        assert len(up.tree()[1]) == 5
        assert_ends(up, signal.SIGINT)
    assert ", 0 new, 0 changed" in up.log.read_text()
    printed = "".join(log.read_text() for log in logs.iterdir())
    assert printed.count("Northside Strength: 5 people, 5 workouts") == 1
