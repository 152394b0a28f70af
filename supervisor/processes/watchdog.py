"""`watchdog`: says that Steward is silent. No actors, no database, a way out of its own.

Once a minute it sends a canary the way every alarm takes: field, conditions outbox, core, journal, and the
notification that would be written. Only while all canaries come back in time does the heartbeat to the
outside go on: whoever receives it also notices the loss of the machine, its power or its line.
"""

import json
import logging
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import zmq

from actors.channels.command_client import BlockingCommandClient
from actors.channels.live import LIVE
from actors.codecs import FIELD_COMMANDS
from actors.messages import CanaryHeard, CommandResult, Issuer, SingCanary, Stage
from actors.paths import RunPaths
from actors.said import in_both
from actors.wire import WireError
from config.secrets import SecretMissing, secret
from config.settings import Settings
from supervisor.beat import Heart
from supervisor.configuration import fetch, on_disk, read_site
from supervisor.following import Follower
from supervisor.lifeline import RENEWED, Lifeline, announce, leave_within
from supervisor.log import set_up
from supervisor.processes.arguments import parse
from supervisor.silence import Voice

logger = logging.getLogger(__name__)

ROUND_S = 60.0
FIRST_S = 10.0
"""The first round, once the others had time to start."""
HEARTBEAT_URL = "heartbeat-url"
"""The name of the secret that counts instead of the setting."""
LIMIT_S = 10.0
"""A canary that takes longer has not come."""
OUTSIDE_S = 10.0
"""For the heartbeat's HTTP request."""
ITSELF = Issuer("watchdog", "", "watchdog")


class Canaries:
    """Sends canaries and listens for them. Used by one thread, from `open` on."""

    def __init__(self, paths: RunPaths, fields: Sequence[str], *, limit_s: float = LIMIT_S) -> None:
        self._paths = paths
        self._fields = fields
        self._limit_s = limit_s
        self._socket: zmq.Socket[bytes] | None = None

    def open(self) -> None:
        """Begin to listen, well before the first canary: a subscription takes a moment to arrive."""
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        socket.setsockopt(zmq.LINGER, 0)
        socket.subscribe("canary/")
        socket.connect(self._paths.live("core"))
        self._socket = socket

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def round(self) -> tuple[dict[str, float], dict[str, str]]:
        """Milliseconds of each field process whose canary came, and what is wrong with the others."""
        assert self._socket is not None, "open() first"
        took_ms: dict[str, float] = {}
        answers = {field: self._send(field) for field in self._fields}
        wrong = {
            field: in_both(answer.detail) or answer.stage.value
            for field, answer in answers.items()
            if answer.stage is not Stage.DONE
        }
        until = time.monotonic() + self._limit_s
        # By id: a canary of an earlier round that comes only now was late, and is no answer to this one.
        waiting = {answer.id: field for field, answer in answers.items() if field not in wrong}
        while waiting and self._socket.poll(int(max(0.0, until - time.monotonic()) * 1000)):
            heard = self._heard(self._socket.recv_multipart())
            if heard is not None and waiting.pop(heard.id, None) is not None:
                took_ms[heard.process] = (heard.heard_ns - heard.sung_ns) / 1e6
        late = f"its canary did not reach core's journal within {self._limit_s:g} s"
        return took_ms, wrong | dict.fromkeys(waiting.values(), late)

    def _send(self, field: str) -> CommandResult:
        """DONE once the field process has taken the canary, under the canary's id."""
        client = BlockingCommandClient(self._paths.command(field), FIELD_COMMANDS)
        return client.ask(SingCanary(), ITSELF, self._limit_s, wait_s=self._limit_s)

    @staticmethod
    def _heard(parts: list[bytes]) -> CanaryHeard | None:
        try:
            message = LIVE.decode(parts[-1])
        except WireError:
            return None
        return message if isinstance(message, CanaryHeard) else None


class Heartbeat:
    """To the outside: a request to a URL, a file that somebody watches, or both."""

    def __init__(self, url: str, file: Path) -> None:
        """`url` may be ''."""
        self._url = url
        self._file = file

    def send(self, *, well: bool, detail: dict[str, str]) -> str:
        """'' or what is wrong. The file is always written; the URL hears nothing while Steward is silent."""
        said = {"well": well, "time": time.time(), "wrong": detail}
        partial = self._file.with_suffix(".partial")
        problem = ""
        try:
            partial.write_text(json.dumps(said, ensure_ascii=False))
            partial.replace(self._file)
        except OSError as error:  # a full disk must not silence the way to the outside
            problem = f"the heartbeat file {self._file} cannot be written: {error}"
        if not self._url or not well:
            return problem
        if not self._url.startswith(("http://", "https://")):
            return "the heartbeat's address is not http:// or https://"
        try:
            with urllib.request.urlopen(self._url, timeout=OUTSIDE_S):  # noqa: S310  # checked above
                return problem
        except (urllib.error.URLError, OSError) as error:
            return f"the heartbeat failed: {error}"


def heartbeat_of(settings: Settings, paths: RunPaths, environ: Mapping[str, str]) -> Heartbeat:
    """As the site says; an address that is a key to somebody's account is given as a secret instead.

    Raises SecretError for one that is given and cannot be used.
    """
    try:
        url = secret(HEARTBEAT_URL, environ, directory=paths.secrets, shortest=len("http://a")).reveal()
    except SecretMissing:
        url = settings.heartbeat_url
    own = paths.heartbeat
    return Heartbeat(url, Path(settings.heartbeat_file) if settings.heartbeat_file else own)


class Watchdog:
    def __init__(
        self,
        canaries: Canaries,
        heartbeat: Heartbeat,
        hear: Callable[[Mapping[str, str]], object] = dict,
        *,
        round_s: float = ROUND_S,
        first_s: float = FIRST_S,
    ) -> None:
        """`hear` is told at every round what is silent."""
        self._canaries = canaries
        self._hear = hear
        self._heartbeat = heartbeat
        self._round_s = round_s
        self._first_s = first_s
        self._silent: frozenset[str] = frozenset()
        self._outside = ""
        self.figures: dict[str, float] = {}

    def watch(self, left: Callable[[float], bool]) -> None:
        """Rounds until `left(seconds)` says that it is time to leave."""
        self._canaries.open()
        wait_s = self._first_s
        while not left(wait_s):
            began = time.monotonic()
            self.once()
            wait_s = max(0.0, self._round_s - (time.monotonic() - began))
        self._canaries.close()

    def once(self) -> None:
        took_ms, wrong = self._canaries.round()
        self.figures = {f"canary_{name}_ms": ms for name, ms in took_ms.items()} | {
            "silent": float(len(wrong))
        }
        for name in wrong.keys() - self._silent:
            logger.critical("Steward is silent: %s: %s", name, wrong[name])
        for name in self._silent - wrong.keys():
            logger.warning("Steward speaks again: %s", name)
        self._silent = frozenset(wrong)
        self._hear(wrong)
        outside = self._heartbeat.send(well=not wrong, detail=wrong)
        if outside and outside != self._outside:
            logger.error("%s", outside)
        self._outside = outside


def main() -> int:
    told = parse("watchdog")
    set_up(told.name)
    leaving = threading.Event()
    status = 0

    def leave() -> None:
        leaving.set()
        leave_within(1.0, status)

    Lifeline(leave).hold()
    configuration = fetch(told.paths)
    site = read_site(configuration)
    voice = Voice(site, os.environ, told.paths.secrets, told.paths.phrases)
    heartbeat = heartbeat_of(site.settings, told.paths, os.environ)
    watchdog = Watchdog(Canaries(told.paths, told.fields), heartbeat, voice.hear)
    heart = Heart(told.name, told.paths, lambda: watchdog.figures, site.version)
    heart.start()
    announce(ready=True)
    threading.Thread(target=watchdog.watch, args=(leaving.wait,), name="rounds", daemon=True).start()

    def renew(_why: str) -> None:
        nonlocal status
        status = RENEWED
        leave()

    def accept(version: int) -> None:
        heart.version = version
        voice.use(read_site(on_disk(told.paths, version)))

    follower = Follower(
        told.paths, told.name, configuration, renew=renew, accept=accept, secrets=(HEARTBEAT_URL,)
    )
    follower.start()
    leaving.wait()
    follower.stop(1.0)
    heart.stop(1.0)
    return status


if __name__ == "__main__":
    sys.exit(main())
