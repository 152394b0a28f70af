"""How a site file speaks of a platform's HTTP interface."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, field_validator, model_validator

from drivers.jsonpath import path
from drivers.strict import SecretName, Strict, is_host_name

MIB = 2**20
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""What may be the name of a header."""


def _is_path(text: str) -> str:
    path(text)
    return text


PathText = Annotated[str, AfterValidator(_is_path)]
"""Such as data.items[0].temp; empty for the whole."""


class Server(NamedTuple):
    """What devices must have in common to share connections."""

    scheme: str
    host: str
    port: int
    ca: str
    fingerprint: str
    connect_timeout_s: float

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


class Access(NamedTuple):
    """As whom a platform is asked."""

    auth: str
    user: str
    secret: str
    """The name of the secret."""
    name: str


class Connection(Strict):
    """`[device.connection]`. Devices with one url, one access and one profile are read with one request."""

    url: str = Field(default="", max_length=2000)
    webhook: str = Field(
        default="",
        pattern=r"^([a-z][a-z0-9-]{0,63})?$",
        description="Instead of url: the system posts to /api/v1/inbound/NAME, signed with secret.",
    )
    auth: Literal["none", "basic", "digest", "bearer", "header", "query"] = "none"
    user: str = Field(default="", description="Of basic and digest.")
    secret: SecretName = Field(default="", description="Name of the secret: password, token or key.")
    name: str = Field(default="", description="The header or query parameter that carries the key.")
    ca: str = Field(default="", description="File with the certificates that vouch for the server's.")
    fingerprint: str = Field(
        default="", description="SHA-256 of the server's own certificate, which is then trusted alone."
    )
    connect_timeout_s: float = Field(default=5.0, gt=0, le=30)
    match: Mapping[PathText, str | int] = Field(
        default={}, description="Which one of the items is the device: paths in it, and what they hold."
    )

    @property
    def server(self) -> Server:
        parts = urlsplit(self.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return Server(
            parts.scheme, parts.hostname or "", port, self.ca, self.fingerprint, self.connect_timeout_s
        )

    @property
    def access(self) -> Access:
        return Access(self.auth, self.user, self.secret, self.name)

    @property
    def place(self) -> str:
        """The address without what may be secret in it."""
        return f"{self.server}{urlsplit(self.url).path or '/'}"

    @field_validator("url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if not url:
            return url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"address {url!r} is none of http:// or https:// with a host")
        is_host_name(parts.hostname)
        _ = parts.port  # raises ValueError beyond 65535
        if parts.username or parts.password:
            raise ValueError("leave user and password out of the address; give auth, user and secret")
        return url

    @field_validator("fingerprint")
    @classmethod
    def _is_fingerprint(cls, fingerprint: str) -> str:
        bare = fingerprint.removeprefix("sha256:").replace(":", "").lower()
        if fingerprint and not re.fullmatch(r"[0-9a-f]{64}", bare):
            raise ValueError("a fingerprint is the certificate's SHA-256, 64 hexadecimal digits")
        return bare

    @model_validator(mode="after")
    def _is_whole(self) -> "Connection":
        if bool(self.url) == bool(self.webhook):
            raise ValueError("give url, to ask, or webhook, to be told")
        if self.webhook:
            if not self.secret:
                raise ValueError("webhook needs secret, the name of the secret that posts are signed with")
            if further := self.model_fields_set - {"webhook", "secret", "match"}:
                raise ValueError(f"{', '.join(sorted(further))} belong to url, not to webhook")
            return self
        if self.auth != "none" and not self.secret:
            raise ValueError(f"auth = {self.auth!r} needs secret, the name of the secret")
        if self.auth in ("basic", "digest") and not self.user:
            raise ValueError(f"auth = {self.auth!r} needs user")
        if self.auth in ("header", "query") and not TOKEN.fullmatch(self.name):
            raise ValueError(f"auth = {self.auth!r} needs name, that of the {self.auth} that carries the key")
        if (self.ca or self.fingerprint) and self.server.scheme != "https":
            raise ValueError("ca and fingerprint belong to https")
        return self


class Write(Strict):
    """How a point is written: one request, never repeated. `$value` stands for the value, `$id` for what
    `match` says of id; a text in the body that is `$value` alone becomes the value as it is."""

    method: Literal["PUT", "POST", "PATCH"] = "PUT"
    path: str = Field(default="", max_length=2000, description="Beside the device's url, or from its /.")
    body: Mapping[str, Any] = Field(default={"value": "$value"})


class Source(Strict):
    """`source` of a point."""

    path: PathText = Field(description="In the answer, or in the device's item of it.")
    text: bool = Field(default=False, description="The value is a text.")
    map: Mapping[str, float] = Field(default={}, description="Numbers of the words that stand there.")
    write: Write | None = None

    @field_validator("write")
    @classmethod
    def _stays_there(cls, write: Write | None) -> Write | None:
        if write is not None and (urlsplit(write.path).scheme or write.path.startswith("//")):
            raise ValueError(f"path {write.path!r} leads to another host; write to the device's own")
        return write


class Options(Strict):
    """`[profile.X.options]`."""

    items: PathText | None = None
    """Where the list is that holds an item for each device; without it the answer is of one device."""
    time: PathText | None = None
    """Where the values' own time is, in the device's item."""
    zone: str = "Asia/Shanghai"
    """Of stamps that name none."""
    headers: Mapping[str, str] = {}
    """Further ones to send."""
    body_limit: int = Field(default=MIB, ge=1024, le=64 * MIB)
    """Bytes of an answer, also unpacked."""
    min_interval_s: float = Field(default=0.0, ge=0, le=3600)
    """Shortest time between two requests to the server."""
    redirects: bool = False
    """Follow them, within the same server."""
    stale_s: float = Field(default=0.0, ge=0)
    """Values whose own time is older than this are shown as stale; 0: never."""
    quiet_s: float = Field(default=0.0, ge=0)
    """Of a webhook: so long without a post and the link counts as lost; 0: never."""

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"time zone {zone!r} is unknown; use a name such as Asia/Shanghai or UTC")
        return zone

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in headers.items():
            if not TOKEN.fullmatch(name) or not value.isascii() or not value.isprintable():
                raise ValueError(f"header {name!r} cannot be sent; use letters, digits and printable ASCII")
        return headers

    @model_validator(mode="after")
    def _is_whole(self) -> "Options":
        if self.stale_s and self.time is None:
            raise ValueError("stale_s needs time, the path of the values' own time")
        return self


class HttpSchema:
    name = "http"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        del options
        if source.text and source.map:
            yield "map makes numbers of words; leave it or text out"

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        if source.write is not None:
            return None
        return (
            "source 没有写明请求；请在 source 中填写 write = {path = ...}，或去掉测点的 write",
            "its source says no request; add write = {path = ...} to the source, or leave the point's out",
        )

    def lacks(
        self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]
    ) -> Iterator[tuple[str, str]]:
        assert isinstance(connection, Connection)
        if connection.webhook and any(isinstance(one, Source) and one.write for one in sources):
            yield (
                "webhook 由对方推送、不能写入，而模板有可写的测点；请改填 url，或用没有 write 的模板",
                "a webhook only tells, and the profile has points to write; give url, or another profile",
            )
