"""Object storage in an S3-compatible bucket (AWS, Cloudflare R2, MinIO), through aiobotocore."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any  # aiobotocore has no types

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import HEAD_BYTES, StoredObject, Target, expiry

MAX_CACHED_URLS = 20_000
"""The signed URLs that are cached; signing one takes about half a millisecond."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and its credentials; without keys, those that the SDK finds (environment, instance role)."""

    name: str
    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None


class S3Storage:
    """Objects in a bucket.

    Signed URLs for reading are cached. The key is the object's key and type, which a URL depends on besides the time;
    an entry is used for the first half of its URL's lifetime; MAX_CACHED_URLS bounds them, the oldest is evicted first.
    """

    def __init__(self, client: Any, bucket: Bucket, seconds: int) -> None:
        self._client = client
        self._bucket = bucket
        self.seconds = seconds
        self._signed: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def describe(self) -> str:
        """The name of the storage, for messages."""
        return f"the bucket {self._bucket.name} at {self._bucket.endpoint or 'AWS'}"

    def with_seconds(self, seconds: int) -> "S3Storage":
        """The same bucket, signing for this long."""
        return S3Storage(self._client, self._bucket, seconds)

    async def upload_target(self, key: str, mime: str, size: int) -> Target:
        """A target for a file of exactly this type and size; both are signed."""
        expires_at = expiry(self.seconds)
        url = await self._sign("put_object", Key=key, ContentType=mime, ContentLength=size)
        return Target(url, "PUT", {"Content-Type": mime}, expires_at)

    async def begin_parts(self, key: str, mime: str) -> str:
        """Begin a multipart upload."""
        with _service_errors():
            begun = await self._client.create_multipart_upload(Bucket=self._bucket.name, Key=key, ContentType=mime)
        parts_id: str = begun["UploadId"]
        return parts_id

    async def part_target(self, key: str, parts_id: str, number: int, size: int) -> Target:
        """A target for a part of exactly this size, which is signed."""
        expires_at = expiry(self.seconds)
        part = {"UploadId": parts_id, "PartNumber": number, "ContentLength": size}
        return Target(await self._sign("upload_part", Key=key, **part), "PUT", {}, expires_at)

    async def received_parts(self, key: str, parts_id: str) -> Mapping[int, int] | None:
        """The sizes of the parts that have arrived, by number; None where they were joined or dropped."""
        parts = await self._parts(key, parts_id)
        return None if parts is None else {part["PartNumber"]: part["Size"] for part in parts}

    async def _parts(self, key: str, parts_id: str) -> list[Any] | None:
        """The parts that have arrived; None where there is no such multipart upload any more."""
        with _service_errors():
            try:
                answer = await self._client.list_parts(Bucket=self._bucket.name, Key=key, UploadId=parts_id)
            except ClientError as error:
                if _code(error) == "NoSuchUpload":
                    return None
                raise
        found: list[Any] = answer.get("Parts", [])
        return found

    async def join_parts(self, key: str, parts_id: str, count: int) -> None:
        """Complete a multipart upload; nothing happens where another call does or did it."""
        found = await self._parts(key, parts_id) or []
        parts = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in found[:count]]
        if not parts:
            return
        with _service_errors():
            try:
                await self._client.complete_multipart_upload(
                    Bucket=self._bucket.name, Key=key, UploadId=parts_id, MultipartUpload={"Parts": parts}
                )
            except ClientError as error:
                if _code(error) != "NoSuchUpload":
                    raise

    async def drop_parts(self, key: str, parts_id: str) -> None:
        """Abort a multipart upload, if it was not completed."""
        with _service_errors():
            try:
                await self._client.abort_multipart_upload(Bucket=self._bucket.name, Key=key, UploadId=parts_id)
            except ClientError as error:
                if _code(error) != "NoSuchUpload":
                    raise

    async def read_url(self, key: str, mime: str) -> str:
        """A URL that serves the object, signed or from the cache."""
        now = monotonic()
        signed_at, url = self._signed.get((key, mime), (0.0, ""))
        if not url or now - signed_at > self.seconds / 2:
            url = await self._sign("get_object", Key=key, ResponseContentType=mime)
            self._signed[(key, mime)] = now, url
            self._signed.move_to_end((key, mime))
            if len(self._signed) > MAX_CACHED_URLS:
                self._signed.popitem(last=False)
        return url

    async def _sign(self, operation: str, **parameters: Any) -> str:
        with _service_errors():
            url: str = await self._client.generate_presigned_url(
                operation, Params={"Bucket": self._bucket.name, **parameters}, ExpiresIn=self.seconds
            )
        return url

    async def inspect(self, key: str) -> StoredObject | None:
        """The object under the key, or None."""
        with _service_errors():
            try:
                answer = await self._client.get_object(
                    Bucket=self._bucket.name, Key=key, Range=f"bytes=0-{HEAD_BYTES - 1}"
                )
                async with answer["Body"] as body:
                    head = await body.read()
            except ClientError as error:
                if _code(error) == "InvalidRange":  # an empty object has no first bytes
                    return StoredObject(0, b"", "")
                if _code(error) in MISSING:
                    return None
                raise
        total = answer.get("ContentRange", "").rpartition("/")[2]
        return StoredObject(int(total) if total.isdigit() else len(head), head, answer["ETag"])

    async def read(self, key: str) -> bytes | None:
        """An object's content, or None."""
        return await self._read(key)

    async def read_version(self, key: str, etag: str) -> bytes | None:
        """An object's content if its etag is this one: the storage reads all of one version."""
        return await self._read(key, IfMatch=etag)

    async def _read(self, key: str, **conditions: str) -> bytes | None:
        with _service_errors():
            try:
                answer = await self._client.get_object(Bucket=self._bucket.name, Key=key, **conditions)
                async with answer["Body"] as body:
                    content: bytes = await body.read()
            except ClientError as error:
                if _code(error) in (*MISSING, *CHANGED):
                    return None
                raise
        return content

    async def copy(self, source: str, target: str, etag: str) -> bool:
        """Copy an object within the bucket if its etag is still this one."""
        bucket = self._bucket.name
        with _service_errors():
            try:
                await self._client.copy_object(
                    Bucket=bucket, Key=target, CopySource={"Bucket": bucket, "Key": source}, CopySourceIfMatch=etag
                )
            except ClientError as error:
                if _code(error) in (*MISSING, *CHANGED):
                    return False
                raise
        return True

    async def write(self, key: str, content: bytes, mime: str) -> None:
        """Store an object."""
        with _service_errors():
            await self._client.put_object(Bucket=self._bucket.name, Key=key, Body=content, ContentType=mime)

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects."""
        with _service_errors():
            await asyncio.gather(*(self._client.delete_object(Bucket=self._bucket.name, Key=key) for key in keys))

    async def require(self) -> None:
        """Raise ServiceError where the bucket does not exist or may not be read."""
        with _service_errors():
            await self._client.head_bucket(Bucket=self._bucket.name)


@asynccontextmanager
async def open_s3(bucket: Bucket, seconds: int) -> AsyncIterator[S3Storage]:
    """Open a storage with a client whose connections are closed at the end."""
    config = AioConfig(
        signature_version="s3v4",
        s3={"addressing_style": "path" if bucket.endpoint else "auto"},
        connect_timeout=5,
        read_timeout=20,
        retries={"max_attempts": 2, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    async with AsyncExitStack() as stack:
        with _service_errors():
            client = await stack.enter_async_context(
                get_session().create_client(
                    "s3",
                    region_name=bucket.region or ("auto" if bucket.endpoint else None),
                    endpoint_url=bucket.endpoint,
                    aws_access_key_id=bucket.access_key_id,
                    aws_secret_access_key=bucket.secret_access_key,
                    config=config,
                )
            )
        yield S3Storage(client, bucket, seconds)


@contextmanager
def _service_errors() -> Iterator[None]:
    """A block in which errors of the SDK become ServiceErrors."""
    try:
        yield
    except SDK_ERRORS as error:
        raise ServiceError(f"The object storage does not do as asked ({error}). Check KINEGRAPH_S3_*.") from error


SDK_ERRORS = (BotoCoreError, HTTPClientError, ClientError, aiohttp.ClientError, OSError, TimeoutError, ValueError)
MISSING = ("NoSuchKey", "NotFound", "404")
CHANGED = ("PreconditionFailed", "412")


def _code(error: ClientError) -> str:
    """The error code of the storage, which tells a missing bucket from a missing object."""
    return str(error.response.get("Error", {}).get("Code", ""))
