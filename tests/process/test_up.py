"""`kinegraph up` starts everything, seeds once, and stops everything it started, leaving the data."""

import json
import signal
import urllib.request
from pathlib import Path
from typing import Any  # JSON of requests and responses

import psutil
import pytest

from tests.process.running import await_answer, environment, free_port, run, started

DEMO = (
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


def run_query(port: int, token: str, text: str) -> Any:
    """The data of a document."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": text}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["data"]


def left_behind(home: Path) -> list[list[str]]:
    """The processes that still run on a home's data."""
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [line for line in lines if any(str(home) in argument for argument in line)]


@pytest.mark.parametrize(("start", "ending"), [("first", signal.SIGTERM), ("second", signal.SIGINT)])
def test_up_serves_the_demo_and_ends_cleanly_with_its_data_stored(
    home: Path, start: str, ending: signal.Signals, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "up.log"
    env = environment(KINEGRAPH_HOME=str(home), PORT=str(port))
    with started("up", env=env, log=log) as process:
        await_answer(f"http://127.0.0.1:{port}/readyz", process, log)
        token = run("token", "coach@northside.example", env=env).stdout.strip()
        (membership,) = run_query(port, token, TREE)["viewer"]["memberships"]
        workouts = membership["organization"]["workouts"]
        assert (membership["role"], workouts["totalCount"], len(workouts["nodes"])) == ("COACH", 5, 5)
        examined = run("doctor", env=env).stdout
        assert "embedded PostgreSQL 18.1 with pgvector 0.8.5," in examined and "embedded Valkey 9.1." in examined
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(ending)
        assert process.wait(40) == 0
    output = log.read_text()
    assert f"http://127.0.0.1:{port}/graphiql" in output
    assert all(email in output for email in DEMO)
    assert ("Northside Strength: 5 people, 5 workouts" in output) == (start == "first")
    assert (", 0 new, 0 changed" in output) == (start == "second")
    assert children and [child for child in children if child.is_running()] == []
    assert left_behind(home) == []
