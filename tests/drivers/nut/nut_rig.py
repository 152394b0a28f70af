"""An upsd that misbehaves as told, and rigs around it and around the twin."""

import asyncio
from collections import Counter

from benchmarks.ports import free_port
from drivers.driver import Cadence, Driver, Scan
from drivers.nut.driver import Nut
from drivers.nut.schema import Connection, Options, Source
from drivers.nut.twin import NutTwin
from tests.drivers import twin_rig
from tests.drivers.bad_peer import BadPeerRig, TcpPeer
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

TIMEOUT_S = 0.15
POINTS = (
    *(point(f"v{at}", Source(variable=f"value.{at}")) for at in range(5)),
    point("on-battery", Source(variable="ups.status", flag="OB")),
)
RIGHT = [0, 1, 2, 3, 4, 1]


class BadUpsd(TcpPeer):
    """UPS one has variables that hold their own number; UPS dead has a driver that is not connected."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: Counter[str] = Counter()
        self.silent_writes: set[int] = set()
        """The nth writes (from 1) that are obeyed but not answered."""
        self.error = ""
        """What is answered instead of variables."""
        self.extra = ""

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, self.host, self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer.transport)
        try:
            while line := await reader.readline():
                if self.mood is Ailment.RESET:
                    return
                answer = self._answer(line.decode().strip())
                if self.mood is Ailment.SLOW:
                    await asyncio.sleep(10 * TIMEOUT_S)
                writer.write(answer.encode())
        except OSError:
            pass
        finally:
            self.open.discard(writer.transport)
            writer.transport.abort()

    def _answer(self, asked: str) -> str:
        if not asked.startswith("LIST"):
            self.writes[asked] += 1
            return "" if self.writes.total() in self.silent_writes else "OK\n"
        name = asked.split()[-1]
        rows = [f'VAR {name} value.{at} "{at}"\n' for at in range(5)]
        rows.append(f'VAR {name} ups.status "OB DISCHRG"\n')
        if name == "dead":
            return "ERR DRIVER-NOT-CONNECTED\n"
        if self.error and name != "UPS":
            return f"ERR {self.error}\n"
        if name == "UPS":
            return 'BEGIN LIST UPS\nUPS one "Rack \\"one\\""\nUPS dead ""\nEND LIST UPS\n'
        match self.mood:
            case Ailment.HALF_OPEN:
                return ""
            case Ailment.GARBAGE:
                return "\xde\xad\xbe\xef" * 5 + '"\n'
            case Ailment.PARTIAL:
                return f"BEGIN LIST VAR {name}\n" + rows[0]
            case Ailment.WRONG_ID:
                return "BEGIN LIST CMD one\nEND LIST CMD one\n"
            case Ailment.WRONG_UNIT:
                rows = [row.replace(f"VAR {name}", "VAR other") for row in rows]
            case Ailment.WRONG_LENGTH:
                return f"BEGIN LIST VAR {name}\nEND LIST UPS\n"
            case Ailment.EXCEPTION:
                return "ERR DRIVER-NOT-CONNECTED\n"
            case _:
                pass
        return f"BEGIN LIST VAR {name}\n" + "".join(rows) + self.extra + f"END LIST VAR {name}\n"


class UpsdRig(BadPeerRig):
    """The driver against the misbehaving upsd."""

    HOST = "upsd.test"

    def __init__(self, process: Process | None = None) -> None:
        self.upsd = BadUpsd()
        super().__init__(self.upsd, process)
        self.template = template("nut", POINTS, Options(), period_s=0.05, timeout_s=TIMEOUT_S)
        self.decoder = Nut().decoder(self.template)

    def make(self) -> Driver:
        return self.ups("one")

    def neighbour(self) -> Driver:
        return self.ups("dead")

    def ups(self, name: str) -> Driver:
        made = device(f"ups-{name}", self.template, Connection(host=self.HOST, port=self.upsd.port, ups=name))
        return Nut().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == RIGHT and not columns.quality.any()


class TwinRig(twin_rig.TwinRig[NutTwin]):
    """The driver against its twin."""

    def __init__(self) -> None:
        super().__init__()
        self.template = template("nut", POINTS, Options(), period_s=0.05, timeout_s=TIMEOUT_S)
        self.decoder = Nut().decoder(self.template)

    async def start(self) -> None:
        played = device("played", self.template, Connection(host="127.0.0.1", ups="one"))
        self.twin = NutTwin([played], lambda *_: None)
        for at in range(5):
            self.twin.put("played", f"v{at}", at)
        self.twin.put("played", "on-battery", 1)
        self.port = await self.twin.start(free_port())
        made = device("played", self.template, Connection(host="127.0.0.1", port=self.port, ups="one"))
        self.driver = Nut().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == RIGHT and not columns.quality.any()
