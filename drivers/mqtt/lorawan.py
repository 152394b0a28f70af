"""Uplinks of LoRaWAN network servers: what they say of the radio, and the device's own bytes.

ChirpStack v4 and v3 as they publish JSON, and The Things Stack v3, which leaves out what is zero.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from drivers.jsonpath import Path
from drivers.mqtt.malformed import Malformed
from drivers.stamps import Clock, moment

Key = tuple[int, int]
"""Channel and type of a record."""


class Network(StrEnum):
    CHIRPSTACK = "chirpstack"
    TTS = "tts"


class Meta(StrEnum):
    """What a network server says of an uplink."""

    RSSI = "rssi"
    """dBm, of the gateway that heard it best."""
    SNR = "snr"
    """dB, of the same gateway."""
    COUNT = "count"
    """The device's frame counter."""
    PORT = "port"


UPLINKS: Mapping[Network, str] = {Network.CHIRPSTACK: "event/up", Network.TTS: "up"}
"""Where they are published, below the topic of the device."""

CAYENNE: Mapping[int, int] = {
    0x00: 1, 0x01: 1, 0x02: 2, 0x03: 2, 0x65: 2, 0x66: 1,
    0x67: 2, 0x68: 1, 0x71: 6, 0x73: 2, 0x86: 6, 0x88: 9,
}  # fmt: skip
"""Bytes of a record by its type, as Cayenne LPP has them."""

_UTC = ZoneInfo("UTC")
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Uplink:
    eui: str
    """16 small hexadecimal digits; '' where the server does not say it."""
    port: int
    data: bytes
    time_ns: int | None
    meta: Mapping[Meta, object]


def uplink(document: object, network: Network) -> Uplink:
    """Raises Malformed."""
    look = _Look(document)
    if network is Network.TTS:
        gateways = look("uplink_message", "rx_metadata")
        port = look("uplink_message", "f_port")
        count = look("uplink_message", "f_cnt")
        data = look("uplink_message", "frm_payload")
        eui = look("end_device_ids", "dev_eui")
        when = look("uplink_message", "received_at") or look("received_at")
        if look("uplink_message") is None:
            raise Malformed("no uplink")
        port, count, data = port or 0, count or 0, data or ""
    else:
        gateways = look("rxInfo")
        port, count, data = look("fPort"), look("fCnt"), look("data")
        eui = look("deviceInfo", "devEui") or look("devEUI") or look("devEui")
        when = look("time") or _Look(_first(gateways))("time")
        if port is None and data is None:
            raise Malformed("no uplink")
        data = data or ""
    best = _best(gateways)
    meta = {
        Meta.RSSI: best("rssi"),
        Meta.SNR: next((snr for snr in (best("snr"), best("loRaSNR")) if snr is not None), best and 0),
        Meta.COUNT: count,
        Meta.PORT: port,
    }
    if type(port) is not int:
        raise Malformed("no uplink")
    return Uplink(_eui(eui), port, _bytes(data), moment(when, Clock.ISO, _UTC), meta)


def records(data: bytes, sizes: Mapping[int | Key, int]) -> dict[Key, bytes]:
    """Records of channel, type and data, by channel and type; the last of equal ones.

    It ends at a record of unknown size, behind which nothing can be found. A torn one is short of data.
    """
    found: dict[Key, bytes] = {}
    at = 0
    while at + 2 <= len(data):
        key = (data[at], data[at + 1])
        size = sizes.get(key, sizes.get(key[1]))
        if size is None:
            break
        found[key] = data[at + 2 : at + 2 + size]
        at += 2 + size
    return found


class _Look:
    """Looks into a document along keys; None where they lead nowhere."""

    __slots__ = ("_document",)

    def __init__(self, document: object) -> None:
        self._document = document

    def __call__(self, *keys: str) -> object:
        return Path(keys).get(self._document, None)

    def __bool__(self) -> bool:
        return self._document is not None


def _first(gateways: object) -> object:
    return gateways[0] if isinstance(gateways, list) and gateways else None


def _best(gateways: object) -> _Look:
    heard = [one for one in gateways if isinstance(one, dict)] if isinstance(gateways, list) else []
    return _Look(max(heard, key=_strength, default=None))


def _strength(gateway: Mapping[str, object]) -> float:
    rssi = gateway.get("rssi")
    return rssi if isinstance(rssi, int | float) else -1e9


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise Malformed("data is no Base64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("data is no Base64") from None


def _eui(found: object) -> str:
    """ChirpStack v3 writes it as hexadecimal digits or as Base64, as it is configured."""
    if not isinstance(found, str):
        return ""
    digits = found.replace("-", "").replace(":", "").lower()
    if len(digits) == 16 and _HEX.issuperset(digits):
        return digits
    try:
        return base64.b64decode(found, validate=True).hex()
    except (binascii.Error, ValueError):
        return ""
