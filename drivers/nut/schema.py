"""How a site file speaks of UPSes behind Network UPS Tools."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from pydantic import BaseModel, Field, model_validator

from drivers.strict import Host, SecretName, Strict

NAME = r"^[^\s\"\\]+$"


class Tls(StrEnum):
    NONE = "none"
    UNVERIFIED = "unverified"
    """Encrypted, whoever answers: against those who listen, not against those who pretend."""
    VERIFIED = "verified"


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"


class Connection(Strict):
    """`[device.connection]`. UPSes of one upsd share host, port and user, and then one connection."""

    host: Host = Field(min_length=1, description="Name or address of upsd.")
    port: int = Field(default=3493, ge=1, le=65535)
    ups: str = Field(pattern=NAME, description="Name of the UPS there, as `upsc -l` lists it.")
    user: str = Field(default="", description="Of upsd.users; only writing needs it.")
    password: SecretName = Field(default="", description="Secret with the password.")
    tls: Tls = Field(default=Tls.NONE, description="none, unverified or verified.")
    ca: str = Field(default="", description="File with the certificate to verify by; else the system's.")
    connect_timeout_s: float = Field(default=3.0, gt=0, le=5)

    @model_validator(mode="after")
    def _complete(self) -> "Connection":
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password, the name of a secret, belong together")
        return self


class Source(Strict):
    """`source` of a point: a variable, a command, or a variable that commands change."""

    variable: str | None = Field(default=None, pattern=NAME, description="As in `upsc`: battery.charge.")
    type: Kind = Kind.NUMBER
    flag: str = Field(default="", description="1 while it is among the words of the variable: OB.")
    equals: str = Field(default="", description="1 while the variable holds this.")
    command: str | None = Field(default=None, pattern=NAME, description="Sent by writing 1: beeper.mute.")
    off: str | None = Field(default=None, pattern=NAME, description="Sent by writing 0.")
    parameter: bool = Field(default=False, description="What is written goes with the command.")


class Options(Strict):
    """`[profile.X.options]`."""


class NutSchema:
    name = "nut"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        del options
        if source.variable is None and source.command is None:
            yield "a source is variable or command: give one of these, or both"
        if source.variable is None and (source.flag or source.equals or source.type is Kind.TEXT):
            yield "type, flag and equals belong to variable; leave them out"
        if (source.flag or source.equals) and source.type is Kind.TEXT:
            yield "flag and equals make 0 and 1; leave type out"
        if source.flag and source.equals:
            yield "flag looks for a word, equals for the whole variable; give one of them"
        if source.command is None and (source.off is not None or source.parameter):
            yield "off and parameter belong to command; leave them out"
        if source.off is not None and source.parameter:
            yield "with parameter every value goes with command; leave off out"

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        if source.command is not None or not (source.flag or source.equals):
            return None
        return (
            "由变量的内容判断得出；请去掉 write，或以 command 写明命令",
            "it is told from what a variable holds; leave write out, or say by which command",
        )

    def is_write_only(self, source: BaseModel) -> bool:
        assert isinstance(source, Source)
        return source.variable is None
