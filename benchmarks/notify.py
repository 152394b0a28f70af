"""The process `notifier` by itself: how soon an alarm is with a provider, and what kills do to messages.

    python -m benchmarks.notify [--alarms 200] [--queue 10000] [--kills 20]

The journal is written by hand, `core` and office are away, providers are HTTP servers of this process.

handover_p99_ms       from the row in the alarm journal to the request at the provider; `handover_p50_ms`
queue_per_s           messages a second while the queue drained; the account takes `queue_limit_per_s`
critical_delay_max_s  the same as handover for a critical alarm, while the queue drained by the same account
human_reached_max_s   from the row to a message that was taken, where the person's voice and SMS are dead: one
                      provider refuses connections, the other takes requests and never answers
lost                  alarms of which a medium's provider has never heard, after kill -9 at random moments
repeated              of those messages that a provider without a key took more than twice, and of those with
                      one, taken under another; `twice` counts what was taken once more, which is allowed
"""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server
from typing import Any, ClassVar, Final

from cryptography.hazmat.primitives.asymmetric import ec

from actors.alarm_tables import JOURNAL_COLUMNS, SCHEMA, journal_values
from actors.alarm_versions import bring_forward
from actors.channels.command_client import BlockingCommandClient
from actors.messages import AlarmState, Issuer, JournalRow, Stage
from actors.paths import RunPaths
from benchmarks.ports import free_ports
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile, until
from business.duty.model import Rank
from business.duty.queries import Member, RosterRow, TeamRow
from business.duty.roster import Cycle, ShiftLine
from business.notifier.channels.catalogue import secret_name
from business.notifier.channels.push_crypto import encoded, new_key_pair, point
from business.notifier.directory import DIRECTORY, Directory, Person
from business.notifier.messages import NOTIFIER_COMMANDS, SendMessage, TellDirectory
from config.load import read
from config.notification import Medium
from config.text import Text
from config.versions import VersionStore
from supervisor.in_force import use_version

PER_MINUTE: Final = 6000
ALARMS_A_S: Final = 10.0
KILL_ALARMS_A_S: Final = 2.0
"""So few that they go in the little time between two kills, and none in a digest."""
CROWD: Final = tuple(f"p{number:04}" for number in range(50))
"""Who get what waits in the queue."""
SITE: Final = """
[site]
id = "small"
name = {{ zh = "小园区", en = "Small" }}
timezone = "Asia/Shanghai"

[settings.notification]
digest_after = 100
digest_s = 5

[[zone]]
id = "campus"
name = {{ zh = "园区", en = "Campus" }}
kind = "site"

[[zone]]
id = "b"
name = {{ zh = "B座", en = "Building B" }}
kind = "building"
parent = "campus"

[[zone]]
id = "remote"
name = {{ zh = "远处", en = "Remote" }}
kind = "building"
parent = "campus"

[[subsystem]]
id = "hvac"
kind = "hvac"
name = {{ zh = "暖通", en = "HVAC" }}

[[account]]
id = "group"
name = {{ zh = "工作群", en = "Group" }}
kind = "wecom-robot"
per_minute = {per_minute}
options = {{ address = "http://127.0.0.1:{provider}" }}

[[account]]
id = "push"
name = {{ zh = "推送", en = "Push" }}
kind = "web-push"
options = {{ contact = "mailto:a@example.com", public_key = "{public}", to_private = true }}

[[account]]
id = "voice"
name = {{ zh = "语音", en = "Voice" }}
kind = "twilio-voice"
options = {{ address = "http://127.0.0.1:{closed}", account = "AC00000000000000000000000000000000", sender = "+14155550100" }}

[[account]]
id = "sms"
name = {{ zh = "短信", en = "SMS" }}
kind = "twilio-sms"
options = {{ address = "http://127.0.0.1:{hole}", account = "AC00000000000000000000000000000000", sender = "+14155550100" }}

[[policy]]
id = "remote"
name = {{ zh = "远处", en = "Remote" }}
order = 1
team = "remote"
zones = ["remote"]
step = [{{ audience = "on-duty", media = ["voice", "sms"] }}]

[[policy]]
id = "usual"
name = {{ zh = "一般", en = "Usual" }}
team = "engineering"
step = [{{ audience = "on-duty", media = ["chat", "push"] }}]
"""  # noqa: E501  # tables in one line are TOML's


class Provider:
    """What has come, by which number an alarm or a task has, with the times."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.chat: dict[str, list[float]] = defaultdict(list)
        self.push: dict[str, list[float]] = defaultdict(list)
        """By the key of the message."""
        self.delay_s = 0.0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout: ClassVar = 60

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                provider.take(self.path, body, self.headers.get("Topic", ""))
                is_push = self.path.startswith("/push/")
                answer = b"" if is_push else b'{"errcode":0,"errmsg":"ok"}'
                self.send_response(201 if is_push else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None: ...

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """Whoever asked was killed."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def take(self, path: str, body: bytes, topic: str) -> None:
        now_s = time.time()
        with self.lock:
            if path.startswith("/push/"):
                self.push[topic].append(now_s)
            else:
                found = re.search(r"[dq]\d+", json.loads(body)["text"]["content"])
                self.chat[found[0] if found else "?"].append(now_s)
        if self.delay_s:
            time.sleep(random.uniform(0, self.delay_s))


class Bed:
    """A run directory with one process in it."""

    def __init__(self, folder: Path) -> None:
        self.provider = Provider()
        keys, own = new_key_pair(), ec.generate_private_key(ec.SECP256R1())
        self.hole = create_server(("127.0.0.1", 0), backlog=50)
        (closed,) = free_ports(1)
        site = folder / "site"
        site.mkdir()
        told = SITE.format(
            per_minute=PER_MINUTE, provider=self.provider.port, public=keys.public, closed=closed,
            hole=self.hole.getsockname()[1],
        )  # fmt: skip
        (site / "site.toml").write_text(told, "utf-8")
        self.paths = RunPaths(folder / "run")
        self.paths.create()
        for account, name, value in (
            ("group", "key", "k" * 32), ("push", "private-key", keys.private), ("voice", "token", "t" * 32),
            ("sms", "token", "t" * 32),
        ):  # fmt: skip
            file = self.paths.secrets / secret_name(account, name)
            file.write_text(value)
            file.chmod(0o600)
        version = VersionStore(self.paths.configuration).import_files(
            read(site), "bench", "bench", lambda: datetime.now(UTC)
        )
        use_version(self.paths, version.number)
        self.journal = sqlite3.connect(self.paths.alarms, isolation_level=None, check_same_thread=False)
        self.journal.execute("PRAGMA journal_mode=WAL")
        self.journal.executescript(SCHEMA)
        bring_forward(self.journal)
        browser = {
            "endpoint": f"http://127.0.0.1:{self.provider.port}/push/li",
            "keys": {"p256dh": encoded(point(own.public_key())), "auth": encoded(os.urandom(16))},
        }
        self.browser = json.dumps(browser)
        self.alarms: dict[str, float] = {}
        self.lock = threading.Lock()
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it works."""
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "supervisor.processes.notifier", "--run", str(self.paths.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            if json.loads(line).get("ready"):
                return
        raise RuntimeError("the notifier ended before it was ready")

    def kill(self) -> None:
        popen = self.popen
        if popen is not None:
            os.kill(popen.pid, signal.SIGKILL)
            popen.wait()
            for pipe in (popen.stdin, popen.stdout):
                if pipe is not None:
                    pipe.close()
            self.popen = None

    def tell(self, body: Any) -> None:
        client = BlockingCommandClient(self.paths.command("notifier"), NOTIFIER_COMMANDS)
        result = client.ask(body, Issuer("bench", "", ""), 30.0, wait_s=30.0)
        if result.stage is not Stage.DONE:
            raise RuntimeError(f"{type(body).__name__}: {result.stage} {result.detail}")

    def know(self) -> None:
        """Li has duty in both teams, in the remote one with numbers that no provider reaches."""
        near = {Medium.CHAT: ("+8613800138001",), Medium.PUSH: (self.browser,)}
        far = {Medium.VOICE: ("+14155550111",), Medium.SMS: ("+14155550111",), Medium.PUSH: (self.browser,)}
        crowd = {one: Person(one, one, addresses={Medium.CHAT: (f"+861380013{one[1:]}",)}) for one in CROWD}
        people = crowd | {"li": Person("li", "Li", addresses=near), "wu": Person("wu", "Wu", addresses=far)}
        teams, rosters = {}, []
        for number, (team, user) in enumerate((("engineering", "li"), ("remote", "wu")), 1):
            teams[team] = TeamRow(
                team, Text(team, team), "", (Member(user, user, Rank.MEMBER, disabled=False),)
            )
            cycle = Cycle(team, date(2026, 1, 1), None, 1, (ShiftLine(0, 0, 0, user),))
            rosters.append(RosterRow(number, team, "day", cycle))
        self.tell(
            TellDirectory(time.time_ns(), DIRECTORY.encode(Directory(people, teams, tuple(rosters), ())))
        )

    def alarm(self, zone: str = "b", priority: int = 1) -> str:
        with self.lock:
            name = f"d{len(self.alarms)}"
            now_ns = time.time_ns()
            self.alarms[name] = now_ns / 1e9
            row = replace(_ROW, time_ns=now_ns, source_ns=now_ns, device=name, zone=zone, priority=priority)
            values = journal_values(row)
            marks = ", ".join("?" for _ in values)
            self.journal.execute(
                f"INSERT INTO journal ({JOURNAL_COLUMNS}, alarm, source, epoch, sequence) "
                f"VALUES ({marks}, 1, 'bench', ?, 1)",
                (*values, name),
            )
        return name

    def open_messages(self) -> int:
        with sqlite3.connect(f"file:{self.paths.notifier}?mode=ro", uri=True) as db:
            (count,) = db.execute(
                "SELECT count(*) FROM message WHERE state IN ('waiting', 'sending')"
            ).fetchone()
        db.close()
        return int(count)

    def pushed(self) -> dict[str, list[str]]:
        """The keys of the pushed messages about each alarm."""
        found: dict[str, list[str]] = defaultdict(list)
        with sqlite3.connect(f"file:{self.paths.notifier}?mode=ro", uri=True) as db:
            for id_, subject in db.execute("SELECT id, subject FROM message WHERE medium = 'push'"):
                found[subject.split("/")[0]].append(id_)
        db.close()
        return found

    def gathered(self) -> int:
        with sqlite3.connect(f"file:{self.paths.notifier}?mode=ro", uri=True) as db:
            (count,) = db.execute("SELECT count(*) FROM message WHERE state = 'gathered'").fetchone()
        db.close()
        return int(count)

    def close(self) -> None:
        self.kill()
        self.provider.server.shutdown()
        self.journal.close()
        self.hole.close()


_ROW = JournalRow(
    0, 0, 0, "", "t", "high", "b", 1, "alarm_occurs", AlarmState.UNACKNOWLEDGED, 1, 31.0, 30.0, "", "", "",
    "", annunciated=True, alarm_class="process", fresh=True,
)  # fmt: skip


@contextmanager
def bed() -> Iterator[Bed]:
    with tempfile.TemporaryDirectory(prefix="st-", dir="/tmp") as folder:  # sockets want it short
        made = Bed(Path(folder))
        try:
            yield made
        finally:
            made.close()


def handovers(found: Bed, alarms: int) -> list[float]:
    """Seconds from the row to the provider, of each."""
    names = []
    for _ in range(alarms):
        names.append(found.alarm())
        time.sleep(1 / ALARMS_A_S)
    until(lambda: all(found.provider.chat[name] for name in names), 60.0, "every alarm is with the provider")
    return [found.provider.chat[name][0] - found.alarms[name] for name in names]


def drained(found: Bed, queue: int) -> tuple[float, float]:
    """Messages a second, and the longest that a critical alarm took meanwhile."""
    for number in range(queue // len(CROWD)):
        found.tell(SendMessage("order", {"number": f"q{number}", "title": "x"}, CROWD, medium="chat"))
    before, began_s, names = _queued(found), time.monotonic(), []
    while found.open_messages():
        names.append(found.alarm())
        time.sleep(1.0)
    rate = (queue - before) / (time.monotonic() - began_s)
    until(lambda: all(found.provider.chat[name] for name in names), 60.0, "every critical alarm is there")
    return rate, max(found.provider.chat[name][0] - found.alarms[name] for name in names)


def _queued(found: Bed) -> int:
    with found.provider.lock:
        return sum(len(times) for name, times in found.provider.chat.items() if name.startswith("q"))


def reached(found: Bed, alarms: int) -> float:
    """The longest from the row to a message that was taken, where voice and SMS are dead."""
    names = [found.alarm("remote") for _ in range(alarms)]

    def first(name: str) -> float:
        times = [found.provider.push[key][0] for key in found.pushed()[name] if found.provider.push[key]]
        return min(times, default=0.0)

    until(lambda: all(map(first, names)), 300.0, "each is with somebody", every_s=0.5)
    return max((first(name) - found.alarms[name] for name in names), default=0.0)


def killed(found: Bed, kills: int, chance: random.Random) -> dict[str, float]:
    """What is lost and what comes twice when the process is killed at random moments of sending."""
    found.provider.delay_s = 0.03
    first, leaving = len(found.alarms), threading.Event()

    def alarm_on() -> None:
        while not leaving.wait(1 / KILL_ALARMS_A_S):
            found.alarm()

    thread = threading.Thread(target=alarm_on)
    thread.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.0, 1.2))
        found.kill()
        found.start()
    leaving.set()
    thread.join()
    names = [f"d{number}" for number in range(first, len(found.alarms))]
    until(lambda: found.pushed().keys() >= set(names), 120.0, "every alarm was taken", every_s=0.5)
    until(lambda: not found.open_messages(), 120.0, "everything has gone")
    keys = found.pushed()
    if gathered := found.gathered():
        raise RuntimeError(f"{gathered} messages went in digests, which are not counted: send fewer alarms")
    chat = [len(found.provider.chat[name]) for name in names]
    push = [sum(1 for key in keys[name] if found.provider.push[key]) for name in names]
    return {
        "kill_messages": float(2 * len(names)),
        "lost": float(chat.count(0) + push.count(0)),
        "repeated": float(sum(1 for one in chat if one > 2) + sum(1 for one in push if one > 1)),
        "twice": float(chat.count(2)),
    }


def main() -> int:
    flags = parser("notify", __doc__)
    flags.add_argument("--alarms", type=int, default=200)
    flags.add_argument("--queue", type=int, default=10_000)
    flags.add_argument("--remote", type=int, default=5)
    flags.add_argument("--kills", type=int, default=20)
    flags.add_argument("--seed", type=int, default=None)
    told = flags.parse_args()
    begin(told.cores)
    seed = random.randrange(1 << 31) if told.seed is None else told.seed
    print(f"seed {seed}", flush=True)
    with bed() as found:
        found.start()
        found.know()
        took_s = handovers(found, told.alarms)
        per_s, critical_s = drained(found, told.queue)
        human_s = reached(found, told.remote)
        kills = killed(found, told.kills, random.Random(seed))
    report(
        "notify",
        handover_p50_ms=percentile(took_s, 0.5) * 1e3,
        handover_p99_ms=percentile(took_s, 0.99) * 1e3,
        queue_per_s=per_s,
        queue_limit_per_s=PER_MINUTE / 60,
        critical_delay_max_s=critical_s,
        human_reached_max_s=human_s,
        kills=float(told.kills),
        **kills,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
