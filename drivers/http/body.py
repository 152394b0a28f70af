"""The body of an answer: unpacked within its limit, decoded, read as JSON."""

import json
import zlib

from config.text import Explained

JSON_LIKE = ("json", "text/plain", "application/octet-stream")
PACKED = ("gzip", "x-gzip", "deflate")


class BodyError(Explained):
    """Raised when a body is too large, broken, or not what was asked for."""


class Body:
    """Takes the body piece by piece; never holds more than `limit` bytes of it."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = self._came = 0
        encoding = encoding.strip().lower()
        if encoding in ("", "identity"):
            self._unpack = None
        elif encoding in PACKED:
            self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
        else:
            raise BodyError(
                f"以 {encoding[:40]!r} 压缩，并未请求",
                f"it is packed as {encoding[:40]!r}, which was not asked for",
            )

    def feed(self, data: bytes) -> None:
        """Raises BodyError as soon as it is too large."""
        self._came += len(data)
        if self._unpack is not None:
            try:
                data = self._unpack.decompress(data, self._limit - self._size + 1)
            except zlib.error as error:
                raise BodyError(f"无法解压：{error}", f"it cannot be unpacked: {error}") from error
        self._size += len(data)
        if max(self._size, self._came) > self._limit:
            raise BodyError(
                f"超过 {self._limit} 字节；如属正常，请调大 body_limit",
                f"it has more than {self._limit} bytes; raise body_limit if that is right",
            )
        self._parts.append(data)

    def whole(self) -> bytes:
        if self._unpack is not None and self._came and not self._unpack.eof:
            raise BodyError("压缩内容不完整", "it ends in the middle of what is packed")
        return b"".join(self._parts)


def check_type(content_type: str) -> None:
    """Raises BodyError for what is surely no JSON, such as the page of a log-in."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and not any(like in kind for like in JSON_LIKE):
        raise BodyError(f"是 {kind[:60]}，不是 JSON", f"it is {kind[:60]}, not JSON")


def document(body: bytes, content_type: str = "") -> object:
    """What the JSON says, in the charset of the type, else UTF-8, else GB18030. Raises BodyError."""
    try:
        return json.loads(_decoded(body, content_type))
    except RecursionError:
        raise BodyError("JSON 嵌套过深", "its JSON is nested too deep") from None
    except ValueError as error:
        said = str(error)[:200]
        raise BodyError(f"不是 JSON：{said}", f"it is no JSON: {said}") from None


def _decoded(body: bytes, content_type: str) -> str:
    _, _, charset = content_type.lower().partition("charset=")
    charset = charset.partition(";")[0].strip(" \"'")
    if charset and charset not in ("utf-8", "utf8"):
        try:
            return body.decode(charset, "replace")
        except LookupError:
            raise BodyError(
                f"字符集 {charset[:40]!r} 不认识", f"its charset {charset[:40]!r} is unknown"
            ) from None
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")
