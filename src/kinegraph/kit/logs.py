"""Logs: JSON lines, or plain text on a terminal; each line has the id of its request."""

import logging
import sys
import traceback
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any  # fields of a log record

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the current request; empty outside of requests."""

MAX_FRAMES = -40
"""Number of frames of a stack that are logged, the innermost ones."""

_shows_messages = False

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class JsonLines(logging.Formatter):
    """A JSON object for each record: time, level, logger, message, request_id, fields of `extra`, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        line.update({key: value for key, value in record.__dict__.items() if key not in _STANDARD})
        if record.exc_info:
            line["exception"] = trace_of(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


class TextLines(logging.Formatter):
    """Plain text for each record: time, level, message, and fields of `extra` as key=value."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, an exception's traceback below it."""
        time = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        extra = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        if current := request_id.get():
            extra["request_id"] = current
        rest = "".join(f" {key}={value}" for key, value in extra.items())
        trace = "\n" + trace_of(record.exc_info[1]) if record.exc_info else ""
        return f"{time} {record.levelname.lower():7} {record.getMessage()}{rest}{trace}"


def trace_of(error: BaseException | None) -> str:
    """The stack of an error, and of the errors that led to it, as Python prints it; its messages as `set_up` says."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.insert(0, "".join(traceback.format_tb(error.__traceback__, MAX_FRAMES)) + _line_of(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(lines)


def reason_of(error: BaseException, *expected: type[BaseException]) -> str:
    """The field `reason` of a log line: the message of an error of the classes `expected`; of others, as `set_up` says.

    Messages of the classes `expected` must never hold what a row or a request has.
    """
    return str(error) or type(error).__name__ if isinstance(error, expected) else _line_of(error)


def _line_of(error: BaseException) -> str:
    """An error on one line; without its message, its class, and the names that a database's error has of the schema."""
    if _shows_messages:
        return "".join(traceback.format_exception_only(error)).rstrip()
    found = {name: getattr(error, name, None) for name in ("sqlstate", "table_name", "column_name", "constraint_name")}
    return " ".join([type(error).__qualname__, *(f"{name}={value}" for name, value in found.items() if value)])


def set_up(log_format: str, level: int = logging.INFO, *, shows_messages: bool = False) -> None:
    """Send all logs to standard error as json, as text, or (auto) as text if it is a terminal.

    The messages of unexpected exceptions are logged only where `shows_messages` (see `reason_of`): they may repeat what
    a client has sent or what a row holds, such as `Key (email)=(…) already exists`, which is health data or a secret.
    """
    global _shows_messages
    _shows_messages = shows_messages
    handler = logging.StreamHandler(sys.stderr)
    as_text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    handler.setFormatter(TextLines() if as_text else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Thread, process and source location are not shown: logging need not find them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # as logging's documentation says ("Optimization")
    for library in ("uvicorn", "uvicorn.error", "uvicorn.access", "arq", "alembic", "mcp"):
        logging.getLogger(library).setLevel(logging.WARNING)


def new_request_id() -> str:
    """An id for a request that brought none."""
    return uuid.uuid4().hex
