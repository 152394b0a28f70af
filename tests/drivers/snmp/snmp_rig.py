"""An SNMP agent that misbehaves as told, with pysnmp's messages, and rigs around it and around the twin."""

import asyncio
from collections import Counter
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v2c

from benchmarks.ports import free_port
from drivers.driver import Cadence, Driver, Scan
from drivers.snmp.driver import Snmp
from drivers.snmp.schema import Connection, Options, Source
from drivers.snmp.twin import SnmpTwin
from drivers.twin import Fault
from tests.drivers import twin_rig
from tests.drivers.bad_peer import BadPeerRig
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

TIMEOUT_S = 0.15
BASE = "1.3.6.1.4.1.32473.1"
POINTS = tuple(point(f"r{at}", Source(oid=f"{BASE}.{at}.0")) for at in range(1, 11))
SECRETS = {
    "community": "public",
    "writing": "private",
    "dead": "dead",
    "auth": "authpass1",
    "priv": "privpass1",
}


def rows(first: int = 1) -> dict[str, Any]:
    return {f"{BASE}.{at}.0": rfc1902.Integer32(at) for at in range(first, 11)}


class BadAgent(asyncio.DatagramProtocol):
    """Integers that hold their own place; answers as its mood is. Community dead gets nothing."""

    def __init__(self) -> None:
        self.mood: Ailment | None = None
        self.held = rows()
        self.failing: set[str] = set()
        """Variables that give genErr."""
        self.most = 1000
        """Variables that fit an answer."""
        self.set_status = 0
        self.silent_writes: set[int] = set()
        """The nth writes (from 1) that are obeyed but not answered."""
        self.writes: Counter[bytes] = Counter()
        self.requests: list[list[str]] = []
        self.host, self.port = "127.0.0.1", free_port()
        self._transport: Any = None
        self._late: set[asyncio.TimerHandle] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        address = self.host, self.port
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=address)
        self.port = self._transport.get_extra_info("sockname")[1]

    async def stop(self) -> None:
        for timer in self._late:
            timer.cancel()
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def reset(self) -> None:
        """Datagrams have no connection."""

    def datagram_received(self, data: bytes, address: Any) -> None:
        message, _ = decoder.decode(data, asn1Spec=v2c.Message())
        community = bytes(v2c.apiMessage.get_community(message))
        if community == b"dead" or self.mood is Ailment.HALF_OPEN:
            return
        request = v2c.apiMessage.get_pdu(message)
        answer = v2c.apiPDU.get_response(request)
        asked = [(str(oid), value) for oid, value in v2c.apiPDU.get_varbinds(request)]
        self.requests.append([oid for oid, _ in asked])
        if request.isSameTypeWith(v2c.SetRequestPDU()):
            self.writes[data] += 1
            v2c.apiPDU.set_varbinds(answer, asked)
            if self.set_status:
                v2c.apiPDU.set_error_status(answer, self.set_status)
                v2c.apiPDU.set_error_index(answer, 1)
            else:
                self.held.update(asked)
            if self.writes.total() in self.silent_writes:
                return
        else:
            self._get(asked, answer)
        if self.mood is Ailment.WRONG_ID:
            v2c.apiPDU.set_request_id(answer, (int(v2c.apiPDU.get_request_id(request)) + 7) & 0xFFFFFF)
        if self.mood is Ailment.WRONG_UNIT:
            community += b"-other"
        v2c.apiMessage.set_defaults(message)
        v2c.apiMessage.set_community(message, community)
        v2c.apiMessage.set_pdu(message, answer)
        self._send(encoder.encode(message), address)

    def _get(self, asked: list[tuple[str, Any]], answer: Any) -> None:
        if self.mood is Ailment.EXCEPTION:
            self.failing = {oid for oid, _ in asked}
        failing = [at for at, (oid, _) in enumerate(asked, start=1) if oid in self.failing]
        if self.mood is Ailment.EXCEPTION:
            self.failing = set()
        if failing:
            v2c.apiPDU.set_error_status(answer, 5)
            v2c.apiPDU.set_error_index(answer, failing[0])
            v2c.apiPDU.set_varbinds(answer, asked)
        elif len(asked) > self.most:
            v2c.apiPDU.set_error_status(answer, 1)
            v2c.apiPDU.set_varbinds(answer, [])
        else:
            found = [(oid, self.held.get(oid, rfc1905.noSuchInstance)) for oid, _ in asked]
            v2c.apiPDU.set_varbinds(answer, found[:-1] if self.mood is Ailment.WRONG_LENGTH else found)

    def _send(self, data: bytes, address: Any) -> None:
        match self.mood:
            case Ailment.GARBAGE:
                data = b"\xde\xad\xbe\xef" * 5
            case Ailment.PARTIAL:
                data = data[: len(data) // 2]
            case Ailment.SLOW:
                loop = asyncio.get_running_loop()
                self._late.add(loop.call_later(10 * TIMEOUT_S, self._transport.sendto, data, address))
                return
            case _:
                pass
        self._transport.sendto(data, address)


class AgentRig(BadPeerRig):
    """The driver against the misbehaving agent."""

    def __init__(self, options: Options | None = None, process: Process | None = None) -> None:
        self.agent = BadAgent()
        self.agent.held["1.3.6.1.2.1.1.3.0"] = rfc1902.TimeTicks(1)
        super().__init__(self.agent, process)
        self.process.secrets.update(SECRETS)
        self.template = template("snmp", POINTS, options or Options(), period_s=0.05, timeout_s=TIMEOUT_S)
        self.decoder = Snmp().decoder(self.template)

    def make(self) -> Driver:
        return self.of("community")

    def neighbour(self) -> Driver:
        return self.of("dead")

    def of(self, community: str) -> Driver:
        connection = Connection(host=self.HOST, port=self.agent.port, community=community, retries=1)
        made = device(f"of-{community}", self.template, connection)
        return Snmp().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == [*range(1, 11)] and not columns.quality.any()


CONNECTIONS: dict[str, dict[str, Any]] = {
    "1": {"version": "1", "community": "community"},
    "2c": {"community": "community"},
    "3": {
        "version": "3", "user": "steward",
        "auth": "sha256", "auth_key": "auth", "priv": "aes128", "priv_key": "priv",
    },
}  # fmt: skip


class TwinRig(twin_rig.TwinRig[SnmpTwin]):
    """The driver against its twin, in any version."""

    AILMENTS = (Ailment.REFUSED, Ailment.HALF_OPEN, Ailment.EXCEPTION, Ailment.REBOOT)
    FAULT = Fault.BUSY

    def __init__(self, version: str = "3", process: Process | None = None) -> None:
        super().__init__(process)
        self.process.secrets.update(SECRETS)
        self.connection = CONNECTIONS[version]
        self.template = template("snmp", POINTS, Options(), period_s=0.05, timeout_s=TIMEOUT_S)
        self.decoder = Snmp().decoder(self.template)

    async def start(self) -> None:
        played = device("played", self.template, Connection(host="127.0.0.1", **self.connection))
        self.twin = SnmpTwin([played], lambda *_: None, self.process.surroundings.secret)
        for at in range(1, 11):
            self.twin.put("played", f"r{at}", at)
        self.port = await self.twin.start(free_port())
        connection = Connection(host="127.0.0.1", port=self.port, **self.connection)
        made = device("played", self.template, connection)
        self.driver = Snmp().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == [*range(1, 11)] and not columns.quality.any()
