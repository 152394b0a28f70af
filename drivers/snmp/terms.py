"""The words of SNMP in which a site file speaks."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field


class Version(StrEnum):
    V1 = "1"
    V2C = "2c"
    V3 = "3"


@dataclass(frozen=True, slots=True)
class TrapPort:
    """Where a process receives traps."""

    host: str
    port: int

    @property
    def address(self) -> str:
        return f"UDP port {self.host}:{self.port}"

    @property
    def medium(self) -> str:
        return "for traps"


class Auth(StrEnum):
    """RFC 3414 (md5, sha) and RFC 7860 (SHA-2)."""

    NONE = "none"
    MD5 = "md5"
    SHA = "sha"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class Priv(StrEnum):
    """RFC 3414 (des), RFC 3826 (aes128). Longer AES keys are made as draft-blumenthal-aes-usm says, as
    net-snmp and most devices do, or as draft-reeder-snmpv3-usm-3desede does, as Cisco's devices do."""

    NONE = "none"
    DES = "des"
    AES128 = "aes128"
    AES192 = "aes192"
    AES256 = "aes256"
    AES192_CISCO = "aes192-cisco"
    AES256_CISCO = "aes256-cisco"


class Kind(StrEnum):
    """What a point makes of a variable."""

    NUMBER = "number"
    """Integers of every type, opaque floats, and decimals that an agent gives as text."""
    TEXT = "text"
    """Octets as characters; object identifiers, addresses and numbers as they are written."""
    OCTETS = "octets"
    """Octets as hexadecimal text with colons, such as a hardware address."""
    BITS = "bits"
    """One bit of a BITS string: 0 is the highest bit of the first octet."""
    FLAGS = "flags"
    """One character of a text of 0 and 1: 0 is the first."""
    HEX = "hex"
    """Hexadecimal digits as text, as a whole number."""


class Syntax(StrEnum):
    """The type in which a value is set."""

    INTEGER = "integer"
    GAUGE = "gauge"
    COUNTER = "counter"
    TIMETICKS = "timeticks"
    COUNTER64 = "counter64"
    OCTETS = "octets"
    OID = "oid"
    ADDRESS = "address"
    FLOAT = "float"


OidText = Annotated[str, Field(pattern=r"^\.?[0-2](\.(0|[1-9][0-9]{0,9})){1,127}$")]
"""An object identifier in numbers: names need a MIB, and no MIB is read here."""
