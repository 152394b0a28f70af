"""How a site file speaks of MQTT: which broker, which topics, where in a payload a point is."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.jsonpath import path
from drivers.mqtt.binary import Kind, Order
from drivers.mqtt.filters import wrong
from drivers.mqtt.lorawan import Meta, Network
from drivers.mqtt.terms import Session, Terms, Version
from drivers.stamps import Clock
from drivers.strict import Host, SecretName, Strict

MEBIBYTE = 1 << 20
Qos = Literal[0, 1, 2]
Byte = Annotated[int, Field(ge=0, le=255)]


class Connection(Strict):
    """`[device.connection]`. Devices with the same broker, credentials and session share one client."""

    host: Host = Field(min_length=1, description="Name or address of the broker.")
    port: int = Field(default=1883, ge=1, le=65535, description="1883, with TLS usually 8883.")
    base: str = Field(default="", description="The device's topic; those of its points are below it.")
    user: str = ""
    password: SecretName = Field(default="", description="Name of the secret that is the password.")
    tls: bool = False
    ca: str = Field(default="", description="File of the authorities to trust; the system's unless given.")
    fingerprint: str = Field(
        default="",
        pattern=r"^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$|^$",
        description="SHA-256 of the broker's certificate; alone it is trusted without an authority.",
    )
    certificate: str = Field(default="", description="File of our own certificate.")
    key: str = Field(default="", description="File of its key; in the certificate's file unless given.")
    version: Version = Version.V311
    client_id: str = Field(default="", max_length=128, description="Drawn at random unless given.")
    session: Session = Session.CLEAN
    keepalive_s: int = Field(default=15, ge=1, le=600, description="Silence after which the broker is asked.")
    connect_timeout_s: float = Field(default=5.0, gt=0, le=30)
    max_payload: int = Field(default=256 * 1024, ge=1, le=16 * MEBIBYTE, description="Bytes.")
    status_topic: str = Field(default="", description="Where the device, or its last will, says how it is.")
    status_path: str = Field(default="", description="Where in a status of JSON.")
    online: str = "online"
    offline: str = "offline"
    dev_eui: str = Field(default="", pattern=r"^[0-9A-Fa-f]{16}$|^$", description="Of a LoRaWAN device.")
    edge: str = Field(default="", pattern=r"^[^/+#]+/[^/+#]+$|^$", description="Sparkplug: group/node.")
    device: str = Field(default="", pattern=r"^[^/+#]*$", description="Sparkplug: device; '' for the node.")

    @model_validator(mode="after")
    def _fits(self) -> "Connection":
        if self.session is Session.PERSISTENT and not self.client_id:
            raise ValueError("session = 'persistent' needs a client_id, by which the broker knows it again")
        for given in ("base", "status_topic"):
            if (topic := getattr(self, given)) and (why := wrong(topic)):
                raise ValueError(f"{given} {topic!r} {why}")
        if self.status_path:
            if not self.status_topic:
                raise ValueError("status_path is given without the status_topic that it looks into")
            path(self.status_path)
        for given in ("ca", "fingerprint", "certificate", "key"):
            if getattr(self, given) and not self.tls:
                raise ValueError(f"{given} is given and tls is false; write tls = true")
        if self.key and not self.certificate:
            raise ValueError("key is given without its certificate")
        return self

    @property
    def terms(self) -> Terms:
        return Terms(
            self.host, self.port, self.user, self.password, self.tls, self.ca,
            self.fingerprint.replace(":", "").lower(), self.certificate, self.key, self.version,
            self.client_id, self.session, self.keepalive_s, self.connect_timeout_s, self.max_payload,
        )  # fmt: skip


class When(Strict):
    """Holds only where the byte at `offset`, as far as `mask` shows it, is `value`."""

    offset: int = Field(ge=0, le=65535)
    value: Byte
    mask: Byte = 0xFF


class Write(Strict):
    """What is published when the point is written: a template, or JSON with the value at `path`."""

    topic: str = Field(min_length=1, description="Below the base; no wildcards.")
    payload: str = Field(
        default="", json_schema_extra={"keeps": ["value"]}, description="Text with {value} in it."
    )
    path: str = ""
    qos: Qos = 1


class Source(Strict):
    """`source` of a point."""

    topic: str = Field(default="", description="Below the base; + and # may stand in it.")
    path: str | None = Field(default=None, description="Where in a JSON payload: data.temp[0].value.")
    type: Kind | None = Field(default=None, description="Of a binary payload.")
    offset: int = Field(default=0, ge=0, le=16 * MEBIBYTE, description="Bytes before the value.")
    order: Order | None = Field(default=None, description="Byte order; the options' unless given.")
    bit: int | None = Field(default=None, ge=0, le=63, description="Lowest bit of a field, 0 the lowest.")
    bits: int = Field(default=1, ge=1, le=64, description="Width of the field.")
    length: int = Field(default=0, ge=0, le=4096, description="Bytes of a text; 0 for all that is left.")
    encoding: str = "utf-8"
    map: Mapping[str, float] = Field(default={}, description="What the words of an enumeration mean.")
    time_path: str | None = Field(default=None, description="Where in the JSON the values' time stands.")
    time_format: Clock | None = None
    zone: str | None = Field(default=None, description="Of times without one, such as Asia/Shanghai.")
    qos: Qos | None = None
    metric: str = Field(default="", description="Sparkplug: name of the metric.")
    port: int | None = Field(default=None, ge=0, le=255, description="LoRaWAN: FPort of its uplinks.")
    channel: Byte | None = Field(default=None, description="LoRaWAN: channel of a record.")
    type_code: Byte | None = Field(default=None, description="LoRaWAN: type of a record.")
    when: When | None = None
    meta: Meta | None = Field(default=None, description="LoRaWAN: what the server says of the uplink.")
    write: Write | None = None


class Payload(StrEnum):
    PLAIN = "plain"
    SPARKPLUG = "sparkplug"


class Options(Strict):
    """`[profile.X.options]`."""

    payload: Payload = Payload.PLAIN
    network: Network | None = Field(default=None, description="The LoRaWAN network server.")
    sizes: Mapping[str, int] = Field(
        default={},
        description="Bytes of records by type or channel-type: 75, 06-65; Cayenne LPP's unless given.",
    )
    order: Order = Order.ABCD
    time_path: str | None = None
    time_format: Clock = Clock.ISO
    zone: str = "UTC"
    qos: Qos = 1
    silent_s: float = Field(
        default=0,
        ge=0,
        le=30 * 86400,
        description="Silence after which a device is lost and what the broker kept of it is stale; 0: never.",
    )

    @property
    def is_sparkplug(self) -> bool:
        return self.payload is Payload.SPARKPLUG


def size_key(text: str) -> int | tuple[int, int] | None:
    """Type, or channel and type, of a key of `sizes`."""
    try:
        codes = [int(part, 16) for part in text.split("-")]
    except ValueError:
        return None
    if not all(0 <= code <= 255 for code in codes) or len(codes) > 2:
        return None
    return codes[0] if len(codes) == 1 else (codes[0], codes[1])
