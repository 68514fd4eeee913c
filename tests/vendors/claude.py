"""A local server that speaks Anthropic's Messages protocol, as far as the product uses it.

Its answers follow from the exercises' names alone: two Hebrew and two Russian aliases for each. `faults` are answered
first, one for each request; `answer` replaces what the tool is given.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any  # bodies are JSON

HEBREW = str.maketrans("abcdefghijklmnopqrstuvwxyz", "אבקדהפגחיגקלמנופקרסתוושכיז")
RUSSIAN = str.maketrans("abcdefghijklmnopqrstuvwxyz", "абкдефгхиджлмнопкрстувшкиз")


def aliases_of(name: str, language: str) -> list[str]:
    """The aliases that the server answers for an exercise."""
    letters = "".join(letter for letter in name.lower() if letter.isascii() and (letter.isalpha() or letter == " "))
    written = letters.strip().translate(HEBREW if language == "he" else RUSSIAN)
    more = " נוסף" if language == "he" else " ещё"
    return [f"{written[:40].strip()} {ending}".strip() for ending in ("", more.strip())]


def regular_answer(exercises: list[dict[str, Any]]) -> Any:
    """The tool's input for exercises as they were sent."""
    return {
        "exercises": [
            {
                "number": each["number"],
                "aliases": {language: aliases_of(each["name"], language) for language in each["languages"]},
            }
            for each in exercises
        ]
    }


@dataclass(frozen=True)
class Fault:
    """A response that is no answer: its status, its body, headers; `hangs`: it never comes."""

    status: int = 500
    body: str = '{"type": "error", "error": {"type": "api_error", "message": "No."}}'
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


RATE_LIMITED = Fault(429, headers={"retry-after": "0"})
FAILED = Fault(500)
OVERLOADED = Fault(529)
NO_JSON = Fault(200, "<html>Bad gateway")
NO_MESSAGE = Fault(200, '{"hello": ["world"]}')
HANGS = Fault(hangs=True)


@dataclass
class ClaudeServer:
    """A running server. `requests` has the bodies of all requests, `fault` is answered to each while it is set."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    fault: Fault | None = None
    answer: Callable[[list[dict[str, Any]]], Any] = regular_answer
    stop_reason: str = "tool_use"
    before_answer: Callable[[], None] = lambda: None
    url: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        """Forget all that was set and sent."""
        self.requests.clear()
        self.faults.clear()
        self.fault = None
        self.answer = regular_answer
        self.stop_reason = "tool_use"
        self.before_answer = lambda: None

    @property
    def sent(self) -> list[list[str]]:
        """The names of the exercises of each request."""
        return [[each["name"] for each in exercises_of(request)] for request in self.requests]

    def message(self, request: dict[str, Any]) -> dict[str, Any]:
        """The response to a request."""
        values = self.answer(exercises_of(request))
        sent, answered = json.dumps(request, ensure_ascii=False), json.dumps(values, ensure_ascii=False)
        tool = {"type": "tool_use", "id": "toolu_1", "name": request["tools"][0]["name"], "input": values}
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": request["model"],
            "content": [{"type": "text", "text": "Here they are."}, tool],
            "stop_reason": self.stop_reason,
            "stop_sequence": None,
            "usage": {"input_tokens": len(sent) // 4, "output_tokens": len(answered) // 4},
        }


def exercises_of(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The exercises of a request."""
    exercises: list[dict[str, Any]] = json.loads(request["messages"][0]["content"])
    return exercises


@contextmanager
def claude_server(key: str) -> Iterator[ClaudeServer]:
    """A server that takes this key."""
    server = ClaudeServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            sent = {self.headers["x-api-key"], self.headers["authorization"]}  # versions of the SDK differ
            if self.path != "/v1/messages" or not sent & {key, f"Bearer {key}"}:
                message = {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}
                return self.send(401, json.dumps(message), {})
            server.requests.append(body)
            fault = server.faults.popleft() if server.faults else server.fault
            if fault is not None and fault.hangs:
                server.closing.wait(60)
            elif fault is not None:
                self.send(fault.status, fault.body, fault.headers)
            else:
                server.before_answer()
                self.send(200, json.dumps(server.message(body)), {})
            return None

        def send(self, status: int, body: str, headers: dict[str, str]) -> None:
            content = body.encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: Any) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Print nothing of clients that were killed."""

    http = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    yield server
    server.closing.set()
    http.shutdown()
    http.server_close()
