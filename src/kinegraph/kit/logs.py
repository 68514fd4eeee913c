"""Logs: JSON lines where nobody watches, plain text on a terminal; each line carries its request's id."""

import logging
import sys
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being served."""

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, what was passed as `extra`, exception."""

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
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class TextLines(logging.Formatter):
    """A line for people: time, level, message, and the rest as key=value."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, an exception's traceback below it."""
        time = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        extra = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        if current := request_id.get():
            extra["request_id"] = current
        rest = "".join(f" {key}={value}" for key, value in extra.items())
        trace = "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        return f"{time} {record.levelname.lower():7} {record.getMessage()}{rest}{trace}"


def set_up(log_format: str, level: int = logging.INFO) -> None:
    """Send all logs to standard error in one format: json, text, or by whether it is a terminal (auto)."""
    handler = logging.StreamHandler(sys.stderr)
    as_text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    handler.setFormatter(TextLines() if as_text else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Nobody is shown where in the code a line was logged, by which thread and process: it need not be found out.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # the way of logging's own documentation ("Optimization")
    for talkative in ("uvicorn", "uvicorn.error", "uvicorn.access", "arq", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def new_request_id() -> str:
    """An id for a request that brought none."""
    return uuid.uuid4().hex
