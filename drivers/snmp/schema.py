"""How a site file speaks of SNMP: where an agent is and who asks it, which variable or trap a point is."""

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import BaseModel, Field, model_validator

from config.driver_schema import Held
from drivers.snmp.terms import Auth, Kind, OidText, Priv, Syntax, TrapPort, Version
from drivers.strict import Host, SecretName, Strict

UPS_ALARM_DESCR = "1.3.6.1.2.1.33.1.6.2.1.2"
UPS_ALARMS_PRESENT = "1.3.6.1.2.1.33.1.6.1.0"
_BITWISE = {Kind.BITS: 65535, Kind.FLAGS: 1023, Kind.HEX: 63, Kind.NUMBER: 31}
"""The last bit of a kind of which one bit can be a point."""


class Connection(Strict):
    """`[device.connection]`. What is secret is the name of a secret."""

    host: Host = Field(min_length=1, description="Name or address of the agent.")
    port: int = Field(default=161, ge=1, le=65535)
    version: Version = Field(default=Version.V2C, description="1, 2c or 3.")
    community: SecretName = Field(default="", description="1, 2c: secret with the community for reading.")
    write_community: SecretName = Field(default="", description="That for writing, where it is another.")
    trap_community: SecretName = Field(default="", description="That of its traps, where it is another.")
    user: str = Field(default="", max_length=32, description="3: the user's name.")
    auth: Auth = Field(default=Auth.NONE, description="3: none, md5, sha, sha224, sha256, sha384, sha512.")
    auth_key: SecretName = Field(
        default="", description="3: secret with the passphrase, 8 characters or more."
    )
    priv: Priv = Field(
        default=Priv.NONE, description="3: none, des, aes128, aes192, aes256, aes256-cisco ..."
    )
    priv_key: SecretName = Field(
        default="", description="3: secret with the passphrase, 8 characters or more."
    )
    context: str = Field(default="", max_length=32, description="3: of the variables; most agents have one.")
    retries: int = Field(default=2, ge=0, le=5, description="How often an unanswered read is asked again.")
    trap_port: int = Field(default=162, ge=0, le=65535, description="UDP port for traps; 0: receive none.")
    trap_host: str = Field(default="0.0.0.0", min_length=1, description="Own address that receives them.")  # noqa: S104
    trap_from: str = Field(default="", description="Address that sends them, where it is not the agent's.")

    @model_validator(mode="after")
    def _complete(self) -> "Connection":
        if self.version is not Version.V3:
            if not self.community:
                raise ValueError(f"version {self.version} needs community, the name of a secret")
            return self
        if not self.user:
            raise ValueError("version 3 needs user")
        if self.priv is not Priv.NONE and self.auth is Auth.NONE:
            raise ValueError(f"priv = {self.priv} needs auth: nothing is encrypted that is not signed")
        for protocol, key, name in ((self.auth, self.auth_key, "auth"), (self.priv, self.priv_key, "priv")):
            if protocol != "none" and not key:
                raise ValueError(f"{name} = {protocol} needs {name}_key, the name of a secret")
        return self


class Source(Strict):
    """`source` of a point: a variable (`oid`), a row of an alarm table (`alarm`), or traps (`trap`).

    A point with `alarm` and `trap` changes with the trap and is put right by the table.
    """

    oid: OidText | None = Field(
        default=None, description="The variable, with its instance: a scalar ends in .0."
    )
    index: str | int = Field(default="", description="Row of a table, appended to oid: 3, or 3.1.")
    type: Kind = Field(default=Kind.NUMBER, description="number, text, octets, bits, flags or hex.")
    bit: int | None = Field(default=None, ge=0, description="One bit of the value.")
    encoding: str = Field(default="utf-8", description="Of a text: utf-8, gb18030, ...")
    write_as: Syntax | None = Field(
        default=None, description="Type to set; the type that was read unless given."
    )
    alarm: OidText | None = Field(default=None, description="1 while a row of `table` holds this.")
    table: OidText = Field(default=UPS_ALARM_DESCR, description="Column of an alarm table.")
    count: OidText | None = Field(default=None, description="Variable with the number of rows of `table`.")
    trap: OidText | None = Field(default=None, description="1 after this notification.")
    clear: OidText | tuple[OidText, ...] = Field(default=(), description="0 after these notifications.")
    match: Mapping[OidText, str | int] = Field(
        default_factory=dict, description="What variables of the notification must hold."
    )

    @property
    def variable(self) -> str | None:
        """The object identifier that is read, without a leading dot."""
        if self.oid is None:
            return None
        index = str(self.index).strip(".")
        return (f"{self.oid}.{index}" if index else self.oid).removeprefix(".")

    @property
    def clears(self) -> tuple[str, ...]:
        return (self.clear,) if isinstance(self.clear, str) else self.clear

    @property
    def counter(self) -> str | None:
        """Where the rows of the alarm table are counted; RFC 1628 says where for its own."""
        if self.count is None and self.table.removeprefix(".") == UPS_ALARM_DESCR:
            return UPS_ALARMS_PRESENT
        return self.count

    @property
    def is_text(self) -> bool:
        return self.type in (Kind.TEXT, Kind.OCTETS)


class Options(Strict):
    """`[profile.X.options]`."""

    max_oids: int = Field(default=32, ge=1, le=256, description="Variables asked for at once, at most.")
    max_rows: int = Field(default=16, ge=1, le=256, description="Rows of a table asked for at once.")
    traps: bool = Field(default=False, description="Any trap of the device makes it be read at once.")


class SnmpSchema:
    name = "snmp"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        del options
        if (source.oid is None) == (source.alarm is None and source.trap is None):
            yield "a source is oid, or alarm and trap, one or both: give one of these"
        if source.trap is None and (source.clears or source.match):
            yield "clear and match belong to trap; leave them out or give the trap"
        if source.oid is None and (
            source.index != "" or source.bit is not None or source.type != Kind.NUMBER
        ):
            yield "index, type and bit belong to oid; leave them out"
        if not all(
            part.isdecimal() for part in str(source.index).strip(".").split(".") if source.index != ""
        ):
            yield f"index {source.index!r} is not numbers with dots between, such as 3 or 3.1"
        if source.type in (Kind.BITS, Kind.FLAGS) and source.bit is None:
            yield f"type {source.type} needs bit, the place of one bit from 0"
        if source.bit is not None and source.bit > _BITWISE.get(source.type, -1):
            yield _bit_problem(source.type, source.bit)
        if not _known(source.encoding):
            yield f"encoding {source.encoding!r} is unknown; use utf-8, gb18030 or ascii"

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        if source.variable is not None and source.bit is None:
            return None
        return (
            "报警、陷阱和变量中的位只能读；请去掉 write，或改用整个变量",
            "alarms, traps and bits of a variable are only read; leave write out, or use a whole variable",
        )

    def held(self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]) -> Held | None:
        """The port for traps, where any are waited for."""
        assert isinstance(connection, Connection)
        assert isinstance(options, Options)
        if not connection.trap_port:
            return None
        waits = options.traps or any(isinstance(one, Source) and one.trap is not None for one in sources)
        return TrapPort(connection.trap_host, connection.trap_port) if waits else None


def _bit_problem(kind: Kind, bit: int) -> str:
    if kind in _BITWISE:
        return f"bit = {bit} is beyond the last bit of a {kind}, {_BITWISE[kind]}"
    return f"type {kind} has no bits; leave bit out, or use number, bits, flags or hex"


def _known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True
