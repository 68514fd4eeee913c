"""A real server of the S3 protocol on this machine, which records its requests."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any  # Any: WSGI applications of moto, which has no types
from urllib.parse import unquote

import httpx
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import WSGIRequestHandler, make_server

from kinegraph.outside.storage_s3 import Bucket

MATCH = "HTTP_X_AMZ_COPY_SOURCE_IF_MATCH"


class SilentHandler(WSGIRequestHandler):
    """A handler that logs nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log nothing."""


@dataclass
class Buckets:
    """Moto's server, with the condition of CopyObject that moto ignores: `x-amz-copy-source-if-match`."""

    url: str = ""
    seen: list[str] = field(default_factory=list)

    def bucket(self, name: str = "files", *, made: bool = True) -> Bucket:
        """A bucket by its name, which is made unless it shall not be there."""
        if made:
            assert httpx.put(f"{self.url}/{name}").status_code in (200, 409)
        return Bucket(name, self.url, "us-east-1", "key", "secret")

    def wrap(self, app: Any) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
        """The application with its requests seen."""

        def wrapped(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            self.seen.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            if MATCH in environ and not self._is_still(environ):
                start("412 Precondition Failed", [("Content-Type", "application/xml")])
                return [b"<Error><Code>PreconditionFailed</Code><Message>No</Message></Error>"]
            answer: Iterable[bytes] = app(environ, start)
            return answer

        return wrapped

    def _is_still(self, environ: dict[str, Any]) -> bool:
        bucket, _, key = unquote(environ["HTTP_X_AMZ_COPY_SOURCE"]).lstrip("/").partition("/")
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        source = backend.get_object(bucket, key) if bucket in backend.buckets else None
        return source is None or source.etag == environ[MATCH]


@contextmanager
def serving() -> Iterator[Buckets]:
    """The server, as long as it is needed."""
    buckets = Buckets()
    app = buckets.wrap(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler)
    buckets.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield buckets
    server.shutdown()
    thread.join()
    server.server_close()
