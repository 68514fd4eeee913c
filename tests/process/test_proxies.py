"""Whose X-Forwarded-For is believed: of the proxies that the setting names, and of nobody else."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import SECRET
from tests.process.running import await_answer, environment, free_port, started


def statuses(port: int) -> set[int]:
    """The statuses of requests without a token, each of which says that it comes from another address."""
    found = set()
    for number in range(40):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/graphql",
            json.dumps({"query": f"{{ viewer {{ user {{ id }} }} }} # {number}"}).encode(),
            {"Content-Type": "application/json", "X-Forwarded-For": f"198.51.100.{number}"},
        )
        try:
            with urllib.request.urlopen(request) as response:
                found.add(response.status)
        except urllib.error.HTTPError as error:
            found.add(error.code)
    return found


@pytest.mark.parametrize(("trusted", "expected"), [("", {401, 429}), ("127.0.0.0/8", {401})])
def test_an_address_that_a_client_makes_up_has_no_budget_of_its_own_unless_its_proxy_is_trusted(
    database_url: str, redis_url: str, tmp_path: Path, trusted: str, expected: set[int]
) -> None:
    port = free_port()
    settings = {
        "KINEGRAPH_HOME": str(tmp_path),
        "KINEGRAPH_REDIS_URL": redis_url,
        "KINEGRAPH_JWT_SECRET": SECRET,
        "KINEGRAPH_PORT": str(port),
        "KINEGRAPH_COST_BUDGET": "400",
        "KINEGRAPH_COST_REFILL": "1",
        "KINEGRAPH_TRUSTED_PROXIES": trusted,
    }
    log = tmp_path / "log"
    with started("serve", env=environment(database_url, **settings), log=log) as process:
        await_answer(f"http://127.0.0.1:{port}/healthz", process, log)
        assert statuses(port) == expected
