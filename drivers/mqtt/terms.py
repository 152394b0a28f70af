"""What devices must have in common to share one client of a broker."""

from dataclasses import dataclass, fields
from enum import StrEnum


class Version(StrEnum):
    V311 = "3.1.1"
    V5 = "5"


class Session(StrEnum):
    CLEAN = "clean"
    """The broker forgets us when the connection ends."""
    PERSISTENT = "persistent"
    """It keeps what comes meanwhile (QoS 1 and 2), and hands it over when we are back."""


@dataclass(frozen=True, slots=True)
class Terms:
    """See the fields of `models.Connection`; `password` is the name of a secret."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    ca: str
    fingerprint: str
    """64 small hexadecimal digits, or ''."""
    certificate: str
    key: str
    version: Version
    client_id: str
    session: Session
    keepalive_s: int
    connect_timeout_s: float
    max_payload: int

    @property
    def address(self) -> str:
        return f"client_id {self.client_id!r} at {self}"

    @property
    def medium(self) -> str:
        """What all devices with the client's name must say alike."""
        rest = (field.name for field in fields(self) if field.name not in ("host", "port", "client_id"))
        return ", ".join(f"{name} = {getattr(self, name)}" for name in rest)

    def __str__(self) -> str:
        return f"broker {self.host}:{self.port}"

    @property
    def zh(self) -> str:
        """As `str`, in Chinese."""
        return f"代理 {self.host}:{self.port}"
