"""A reference client of Kinegraph's change feed: a patient's app that works offline (docs/sync.md).

    python client.py --store app.db --url http://127.0.0.1:8000/graphql --token TOKEN sync
    python client.py --store app.db log --exercise ID --on 2026-03-02 --values '{"painScore": 2}'
    python client.py --store app.db show

The store is one SQLite file: the objects as the API showed them, the cursor, and the outbox of logs that are still to
be sent. It belongs to the user who synchronizes it first; another user's token is refused, since it would send their
logs as its own: each user has a store of their own. It may be killed at any moment: a page is applied together with its
cursor in one transaction, and a log leaves the outbox after the server has answered; sent again, it is stored once by
its clientId. Needs nothing but Python.
"""

import argparse
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import Any  # values of JSON

Json = dict[str, Any]

PAGE, BATCH, ATTEMPTS = 100, 500, 8

FIELDS = """{ __typename id
  ... on Enrollment {
    startsOn endedOn enrollmentStatus: status updatedAt plan { id title } version { id } pauses { from to }
    versions { from version { id } } organization { id }
    substitutions {
      id from to exercise { id } substitute { id }
      hasAmounts sets reps durationSeconds holdSeconds restSeconds perSide notes isHalved replaces { id }
    }
  }
  ... on Patient {
    timeZone language consentLevel hasBiometricConsent hasConditionsConsent conditions recordUpdatedAt: updatedAt
    organization { id }
  }
  ... on PlanVersion {
    number title weeks
    sessions { id week day title exercises {
      id sets reps durationSeconds holdSeconds restSeconds perSide notes exercise { id }
    } }
  }
  ... on EffectiveExercise { name cues isDiscontinued updatedAt instructions { body } }
  ... on ExerciseLog {
    clientId performedOn setsCompleted repsCompleted durationSeconds painScore exertion notes updatedAt
    enrollment { id } planExercise { id }
  }
  ... on WorkoutAssignment {
    scheduledFor assignmentStatus: status isForked
    workout { id title sections { id title movements { id notes exercise { id } } } }
  }
  ... on AssignmentResult { performedOn notes updatedAt assignment { id } }
}"""
"""The fields that the app shows of each type."""
CHANGES = f"""query Changes($since: String, $first: Int) {{
  viewer {{ changes(since: $since, first: $first) {{
    cursor hasNextPage changes {{ kind type objectId node {FIELDS} }}
  }} }}
}}"""
WHO = "query Who { viewer { user { id } } }"
SEND = """mutation Send($logs: [LogExerciseInput!]!) {
  logExercises(input: {logs: $logs}) { userErrors { code message field } }
}"""


class Refused(Exception):
    """The server refused a request; sending it again changes nothing."""

    def __init__(self, errors: list[Json]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.fields = [error.get("extensions", {}).get("field") for error in errors]


class OtherUser(Exception):
    """The store belongs to another user than the one whose token was given."""


class Server:
    """The API for one user. `run` waits and sends again where the server is away or asks for patience."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    @cached_property
    def user_id(self) -> str:
        """The id of the token's user."""
        return str(self.run(WHO)["viewer"]["user"]["id"])

    def run(self, query: str, **variables: Any) -> Json:
        """The data of a document. Raises Refused, and OSError where no answer comes after several attempts."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        for attempt in range(ATTEMPTS):
            request = urllib.request.Request(self.url, body, headers)
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    answer = json.load(response)
            except urllib.error.HTTPError as error:
                if error.code in (429, 503) and attempt < ATTEMPTS - 1:
                    time.sleep(float(error.headers.get("Retry-After") or 2**attempt / 10))
                    continue
                answer = json.load(error)
            except OSError:
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(2**attempt / 10)
                continue
            if answer.get("errors"):
                raise Refused(answer["errors"])
            data: Json = answer["data"]
            return data
        raise OSError("the server asks for patience")


class Store:
    """The SQLite file of one user: objects, cursor, outbox. Each method is one transaction."""

    def __init__(self, path: str) -> None:
        self.file = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.file.executescript("""
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, type TEXT NOT NULL, content TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS outbox (
                number INTEGER PRIMARY KEY, client_id TEXT UNIQUE NOT NULL, content TEXT NOT NULL, refusal TEXT);
        """)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction, rolled back where the block raises."""
        self.file.execute("BEGIN IMMEDIATE")
        try:
            yield self.file
        except BaseException:
            self.file.execute("ROLLBACK")
            raise
        self.file.execute("COMMIT")

    @property
    def cursor(self) -> str | None:
        """The cursor behind the last page that was applied."""
        row = self.file.execute("SELECT value FROM state WHERE name = 'cursor'").fetchone()
        return row and row[0]

    def claim(self, user_id: str) -> None:
        """Make the store that of a user. Raises OtherUser where it is another's."""
        with self.transaction() as file:
            file.execute("INSERT OR IGNORE INTO state (name, value) VALUES ('user', ?)", (user_id,))
            (owner,) = file.execute("SELECT value FROM state WHERE name = 'user'").fetchone()
        if owner != user_id:
            raise OtherUser(f"This store belongs to user {owner}: use another one for user {user_id}.")

    def apply(self, page: Json) -> None:
        """Apply a page, and store its cursor. A log that comes from the server leaves the outbox: it was stored."""
        with self.transaction() as file:
            for change in page["changes"]:
                if change["kind"] == "TOMBSTONE" or change["node"] is None:
                    file.execute("DELETE FROM objects WHERE id = ?", (change["objectId"],))
                else:
                    content = json.dumps(change["node"], sort_keys=True)
                    row = (change["objectId"], change["type"], content)
                    file.execute("INSERT OR REPLACE INTO objects (id, type, content) VALUES (?, ?, ?)", row)
                    file.execute("DELETE FROM outbox WHERE client_id = ?", (change["node"].get("clientId"),))
            file.execute("INSERT OR REPLACE INTO state (name, value) VALUES ('cursor', ?)", (page["cursor"],))

    def begin_anew(self) -> None:
        """Delete what came from the server; the outbox stays."""
        with self.transaction() as file:
            file.execute("DELETE FROM objects")
            file.execute("DELETE FROM state WHERE name = 'cursor'")

    def drop_exercises(self) -> None:
        """Delete exercises to which no other object refers any more: they have no tombstones."""
        with self.transaction() as file:
            rows = file.execute("SELECT content FROM objects WHERE type <> 'EffectiveExercise'")
            shown = {id for (content,) in rows for id in _exercises(json.loads(content))}
            stored = [id for (id,) in file.execute("SELECT id FROM objects WHERE type = 'EffectiveExercise'")]
            file.executemany("DELETE FROM objects WHERE id = ?", [(id,) for id in stored if id not in shown])

    def log(self, log: Json) -> None:
        """Put a log into the outbox."""
        row = (log["clientId"], json.dumps(log))
        with self.transaction() as file:
            file.execute("INSERT INTO outbox (client_id, content) VALUES (?, ?)", row)

    def waiting(self, later: Collection[int] = ()) -> list[tuple[int, Json]]:
        """The first logs of the outbox that were not refused, without those of these numbers."""
        rows = self.file.execute("SELECT number, content FROM outbox WHERE refusal IS NULL ORDER BY number")
        return [(n, json.loads(log)) for n, log in islice((row for row in rows if row[0] not in later), BATCH)]

    def sent(self, numbers: list[int]) -> None:
        """Delete logs from the outbox: the server has stored them."""
        with self.transaction() as file:
            file.executemany("DELETE FROM outbox WHERE number = ?", [(number,) for number in numbers])

    def refused(self, refusals: dict[int, str]) -> None:
        """Note why logs were refused: they are not sent again, and the user is to see why."""
        with self.transaction() as file:
            rows = [(message, number) for number, message in refusals.items()]
            file.executemany("UPDATE outbox SET refusal = ? WHERE number = ?", rows)


def _exercises(value: Any) -> Iterator[str]:
    """The ids of exercises that are named in an object."""
    if isinstance(value, dict):
        for name in ("exercise", "substitute"):
            if isinstance(value.get(name), dict):
                yield value[name]["id"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _exercises(each)


def send(store: Store, server: Server) -> None:
    """Send the outbox. A batch is stored as a whole or not at all, so refused logs are taken out of it.

    A log of a day that is to come by the server's clock is not refused for good: it stays, and is sent the next time.
    """
    store.claim(server.user_id)
    later: set[int] = set()
    while logs := store.waiting(later):
        errors = server.run(SEND, logs=[log for _, log in logs])["logExercises"]["userErrors"]
        if not errors:
            store.sent([number for number, _ in logs])
            continue
        named = [error for error in errors if (error["field"] or [])[:2] == ["input", "logs"] and error["field"][2:]]
        if not named:
            raise Refused(errors)
        numbers = [logs[int(error["field"][2])][0] for error in named]
        refusals = {n: e["message"] for n, e in zip(numbers, named, strict=True) if e["code"] != "DAY_TO_COME"}
        store.refused(refusals)
        later.update(set(numbers) - set(refusals))


def receive(store: Store, server: Server, size: int = PAGE) -> None:
    """Apply all changes. A cursor that the server does not take is given up: everything is read anew."""
    store.claim(server.user_id)
    has_next_page = True
    while has_next_page:
        since = store.cursor
        try:
            page = server.run(CHANGES, since=since, first=size)["viewer"]["changes"]
        except Refused as error:
            if since is None or ["since"] not in error.fields:
                raise
            store.begin_anew()
            continue
        store.apply(page)
        has_next_page = page["hasNextPage"]
    store.drop_exercises()


def main() -> int:
    """Run one command. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", required=True, help="the SQLite file")
    parser.add_argument("--url", help="the address of the API's /graphql")
    parser.add_argument("--token", help="the bearer token of the patient")
    commands = parser.add_subparsers(dest="command", required=True)
    sync = commands.add_parser("sync", help="send the outbox, then receive all changes")
    sync.add_argument("--page", type=int, default=PAGE, help="changes in a page, at most 500")
    commands.add_parser("show", help="print the objects and the outbox as JSON")
    log = commands.add_parser("log", help="put a log into the outbox; needs no server")
    log.add_argument("--exercise", required=True, help="the id of an exercise of a version")
    log.add_argument("--on", required=True, help="the day, such as 2026-03-02")
    log.add_argument("--values", default="{}", help="fields of LogExerciseInput as JSON")
    sent = parser.parse_args()
    store = Store(sent.store)
    if sent.command == "sync":
        if not (sent.url and sent.token):
            parser.error("sync needs --url and --token")
        server = Server(sent.url, sent.token)
        try:
            send(store, server)
            receive(store, server, sent.page)
        except OtherUser as error:
            parser.exit(1, f"{error}\n")
    elif sent.command == "log":
        of = {"clientId": str(uuid.uuid4()), "planExerciseId": sent.exercise, "performedOn": sent.on}
        store.log({**of, **json.loads(sent.values)})
    else:
        objects = [json.loads(row[0]) for row in store.file.execute("SELECT content FROM objects ORDER BY id")]
        rows = store.file.execute("SELECT client_id, content, refusal FROM outbox ORDER BY number")
        outbox = [{"clientId": id, "log": json.loads(log), "refusal": text} for id, log, text in rows]
        print(json.dumps({"objects": objects, "outbox": outbox}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
