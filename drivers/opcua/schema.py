"""How a site file speaks of OPC UA: the server and its trust, where a point is, what holds for the device."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, model_validator

from config.problems import Unfit
from drivers.opcua.addresses import AddressError, address, node_address
from drivers.strict import SecretName, Strict, is_host_name

SERVER_OBJECT = "i=2253"
"""The notifier through which a server reports all its events."""
PORT = 4840
_ANY_ROOT = "s=root"
"""A profile does not know the roots of its devices."""
_FINGERPRINT = re.compile(r"(?:sha256:)?([0-9a-fA-F]{2}(?::?[0-9a-fA-F]{2}){31})")
_FIELD = re.compile(r"[^.\[\]]+(?:\[\d+\])*(?:\.[^.\[\]]+(?:\[\d+\])*)*")


class Security(StrEnum):
    """Part 7; the older policies are broken and are not offered."""

    NONE = "none"
    BASIC256_SHA256 = "basic256sha256"
    AES128_SHA256_RSA_OAEP = "aes128-sha256-rsaoaep"
    AES256_SHA256_RSA_PSS = "aes256-sha256-rsapss"


class Mode(StrEnum):
    SIGN = "sign"
    SIGN_AND_ENCRYPT = "sign-and-encrypt"


class Endpoint(Strict):
    """Devices with equal ones share one session."""

    url: str = Field(description="Such as opc.tcp://10.1.2.3:4840/path.")
    security: Security = Field(
        default=Security.BASIC256_SHA256, description='"none" only if it is written so: anybody can forge.'
    )
    mode: Mode = Mode.SIGN_AND_ENCRYPT
    server_certificate: str = Field(
        default="", description="A file (PEM or DER), or sha256: and its fingerprint. No other is accepted."
    )
    certificate: str = Field(default="", description="This client's certificate, a file (PEM or DER).")
    private_key: str = Field(default="", description="Its private key, a file (PEM or DER).")
    private_key_secret: SecretName = Field(
        default="", description="Instead of a file: the secret that is it, PEM."
    )
    user: str = Field(default="", description="Anonymous unless given.")
    password: SecretName = ""
    user_certificate: str = Field(default="", description="Instead of user and password: a file.")
    user_private_key: str = ""
    user_private_key_secret: SecretName = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if problems := list(self._problems()):
            raise ValueError("; ".join(problems))
        return self

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or PORT

    @property
    def fingerprint(self) -> str:
        """The pinned SHA-256 in lower-case hexadecimal digits; empty where a file is pinned, or nothing."""
        match = _FINGERPRINT.fullmatch(self.server_certificate)
        return match[1].replace(":", "").lower() if match else ""

    def _problems(self) -> Iterator[str]:
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme == "opc.tcp" and bool(parts.hostname) and (parts.port or PORT) > 0
        except ValueError:
            yield f"url {self.url!r} has no valid port; write opc.tcp://HOST:{PORT}"
            return
        try:
            is_host_name(parts.hostname or "")
        except Unfit as error:
            yield f"the host of url {self.url!r} {error}"
        if not usable:
            yield f"url {self.url!r} is no address of a server; write opc.tcp://HOST:{PORT}"
        if "@" in parts.netloc:
            yield "url holds a user; give user and password (the name of a secret) apart"
        if self.server_certificate.startswith("sha256:") and not self.fingerprint:
            yield "server_certificate is no SHA-256 fingerprint: sha256: and 64 hexadecimal digits"
        if self.private_key and self.private_key_secret:
            yield "private_key and private_key_secret are both given; keep one"
        if self.user and self.user_certificate:
            yield "user and user_certificate are both given; keep one"
        if self.password and not self.user:
            yield "password needs user"
        if self.user_certificate and not (self.user_private_key or self.user_private_key_secret):
            yield "user_certificate needs user_private_key or user_private_key_secret"
        if self.security is Security.NONE:
            if self.certificate or self.private_key or self.private_key_secret:
                yield 'security = "none" uses no client certificate; leave it out, or choose a policy'
        elif not (self.certificate and (self.private_key or self.private_key_secret)):
            yield (
                f"security = {self.security.value!r} needs certificate and private_key of this client"
                " (or private_key_secret); security = 'none' does without and trusts everybody"
            )


class Connection(Endpoint):
    """`[device.connection]`. A device is a share of the nodes of a server."""

    root: str = Field(
        default="", description="Node id from which browse paths and $root go on; Objects unless given."
    )

    @model_validator(mode="after")
    def _rooted(self) -> Self:
        if self.root:
            node_address(self.root)
        return self

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint.model_construct(**{name: getattr(self, name) for name in Endpoint.model_fields})


class Show(StrEnum):
    """What a point shows of a condition, or of those that no point names."""

    ACTIVE = "active"
    """1 while it is active."""
    ACKNOWLEDGED = "acknowledged"
    """0 while it, or an earlier state of it, waits for an acknowledgement."""
    SEVERITY = "severity"
    """1 to 1000 while it is active, else 0."""
    MESSAGE = "message"
    UNNAMED = "unnamed"
    """How many conditions are active that no point of any device of this server names."""
    LATEST = "latest"
    """The latest message of those, and of events that have no state."""

    @property
    def of_the_rest(self) -> bool:
        return self in (Show.UNNAMED, Show.LATEST)


class Event(Strict):
    """Which condition (Part 9), and where its events come from."""

    source: str = Field(default="", description="SourceName, or SourceNode as a node id; any unless given.")
    condition: str = Field(default="", description="ConditionName; any unless given.")
    notifier: str = Field(default=SERVER_OBJECT, description="Node whose events are subscribed to.")


class Source(Strict):
    """`source` of a point: a node's value, or part of it, or what the events of a condition say."""

    node: str = Field(default="", description="Node id, $root..., or browse path from the root.")
    field: str = Field(default="", description="Of a structure: a, a.b, a[2].b.")
    index: int | tuple[int, ...] = Field(default=(), description="Of an array, counted from 0.")
    event: Event | None = None
    show: Show = Show.ACTIVE
    acknowledge: bool | None = Field(
        default=None,
        description="Whether an acknowledgement of this point's alarms is passed on to the server;"
        " unless given, where event names one condition of one source.",
    )

    @property
    def passes_on(self) -> bool:
        if self.acknowledge is None:
            names_one = self.event is not None and self.event.source and self.event.condition
            return bool(names_one) and not self.show.of_the_rest
        return self.acknowledge

    @property
    def indices(self) -> tuple[int, ...]:
        return (self.index,) if isinstance(self.index, int) else self.index


class Options(Strict):
    """`[profile.X.options]`."""

    sampling_s: float = Field(
        default=-1, ge=-1, le=3600, description="How often the server looks; -1: each period, 0: its fastest."
    )
    queue: int = Field(
        default=1, ge=1, le=1000, description="Changes that the server keeps between two reports."
    )
    arrival_time: bool = Field(
        default=False, description="The server's clocks are wrong: values are of the time they arrive."
    )


class OpcUaSchema:
    name = "opcua"
    heavy = True
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        if (source.event is None) == (not source.node):
            yield "a source needs either node or event"
            return
        if source.event is not None:
            yield from _event_problems(source, source.event)
            return
        if source.acknowledge is not None:
            yield "acknowledge is for events; leave it out"
        if source.show is not Show.ACTIVE:
            yield f"show = {source.show.value!r} is for events; leave it out"
        if source.field and not _FIELD.fullmatch(source.field):
            yield f"field {source.field!r} cannot be read; write a.b or a[2].b"
        if any(index < 0 for index in source.indices):
            yield "index is negative; elements are counted from 0"
        try:
            address(source.node, _ANY_ROOT)
        except AddressError as error:
            yield str(error)

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        if source.event is not None:
            return "测点跟随事件；请去掉 write", "it follows events; leave write out"
        if source.field:
            return (
                f"{source.field} 是结构体的字段；请去掉 write，或改用该值自己的节点",
                f"{source.field} is a field of a structure; leave write out, or use a node of its own",
            )
        return None

    def acknowledges(self, source: BaseModel) -> bool:
        assert isinstance(source, Source)
        return source.passes_on


def _event_problems(source: Source, event: Event) -> Iterator[str]:
    if source.field or source.indices:
        yield "field and index are for nodes; an event has neither"
    if not (source.show.of_the_rest or event.source or event.condition):
        yield f"show = {source.show.value!r} needs event.source or event.condition"
    if source.show.of_the_rest and event.condition:
        yield f"show = {source.show.value!r} is of the conditions that no point names; leave condition out"
    if source.show.of_the_rest and source.acknowledge:
        yield f"show = {source.show.value!r} names no condition to acknowledge; leave acknowledge out"
    try:
        address(event.notifier, _ANY_ROOT)
    except AddressError as error:
        yield str(error)
