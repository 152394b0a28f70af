"""`notifier`: whoever is on duty is called until somebody answers, also while the office and its database are
away: it follows the alarm journal by itself, and keeps what it was told last of people and rosters."""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pykka

from actors.actor import Ref
from actors.address import Address
from actors.channels.command import CommandServer, Envelope, Reply
from actors.channels.command_client import BlockingCommandClient
from actors.channels.query import Handler, QueryServer
from actors.channels.socket_owner import Failed
from actors.codecs import CORE_COMMANDS
from actors.journal_reader import JournalReader
from actors.messages import (
    AcknowledgeAlarm,
    CommandResult,
    Issuer,
    ReadSnapshot,
    ReadTree,
    RequestRow,
    Stage,
)
from actors.refusals import NOTIFIER
from actors.said import said
from actors.zone import ConfigurationApplied
from business.fields.keyring import keyring
from business.follower import PAGE, Follower, NotTaken
from business.notifier.actor import Notifier
from business.notifier.channels.catalogue import secrets_of_accounts
from business.notifier.channels.port import Handed, House, NotHanded, Outgoing, TryLater, Unclear, on_writing
from business.notifier.engine import Owed
from business.notifier.inbox import Commanded, Kept, Outlets, Requested, Round, Told
from business.notifier.lines import Line, Lines
from business.notifier.messages import (
    NOTIFIER_COMMANDS,
    NOTIFIER_QUERIES,
    ReadAccounts,
    ReadEscalations,
    ReadLink,
    ReadMessage,
    ReadMessages,
)
from business.notifier.opening import opened
from business.notifier.reader import NotifierReader
from business.notifier.speech.speech import Speech
from business.notifier.state import State
from business.notifier.store import NotifierStore
from business.notifier.tables import create
from config.problems import SiteError
from config.site import Site
from supervisor.answers import snapshot_of, tree_of
from supervisor.asking_core import CoreClient
from supervisor.configuration import on_disk, read_site
from supervisor.following import Follower as ConfigurationFollower
from supervisor.lifeline import quit_now
from supervisor.node import Node
from supervisor.processes.arguments import parse
from supervisor.spec import Child, Place

logger = logging.getLogger(__name__)

ROUND_S = 0.1
CORE_S = 5.0
"""An acknowledgement that `core` has not taken by then is told again."""
TAKE_S = 20.0


class NotifierProcess:
    """One a site."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._configuration = on_disk(node.paths)
        self._site = read_site(self._configuration)
        self._keys = keyring(os.environ, node.paths.secrets, generate=True)
        self._state = State(node.paths.notifier_state, time.time_ns)
        self._played: dict[str, int] = {}
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="acknowledging")
        self._core = BlockingCommandClient(node.paths.command("core"), CORE_COMMANDS)
        self._house = House(
            announce=lambda notice: node.publish("spoken/", notice),
            played_ns=lambda id_: self._played.get(id_, 0),
            speech=Speech(node.paths.phrases),
        )

    def start(self) -> None:
        node, paths = self._node, self._node.paths
        node.version = self._site.version
        create(paths.notifier)
        node.rates = self._state.rates
        node.grow([Child("notifier", self._start_actor, turn_limit_s=60.0)])
        address = node.addresses["notifier"]
        reader = NotifierReader(paths.notifier, self._keys)
        handlers: dict[type, Handler] = {
            ReadSnapshot: snapshot_of(node),
            ReadTree: tree_of(node),
            ReadMessages: reader.messages,
            ReadMessage: reader.message,
            ReadEscalations: reader.escalations,
            ReadLink: reader.link,
            ReadAccounts: self._state.accounts,
        }
        node.start(QueryServer(paths.query(node.name), NOTIFIER_QUERIES, handlers, on_failure=node.fail))
        node.start(_Pool(self._pool))
        node.start(Rounds(node, address))
        requests = CoreClient(paths, follower=node.name).requests
        node.start(Requests(requests, address, on_failure=node.fail))
        node.start(
            CommandServer(paths.command(node.name), NOTIFIER_COMMANDS, self._obey, on_failure=node.fail)
        )
        node.start(
            ConfigurationFollower(
                paths,
                node.name,
                self._configuration,
                renew=node.renew,
                accept=self._accept,
                secrets=[name for name, _ in secrets_of_accounts(self._site.notification.accounts)],
            )
        )

    def _start_actor(self, place: Place) -> Ref:
        return Notifier.start(
            place.supervisor,
            site=self._site,
            open_store=lambda: NotifierStore(self._node.paths.notifier, self._keys),
            journal=lambda: JournalReader(self._node.paths.alarms),
            outlets=Outlets(
                lines=self._lines,
                hand_over=self._hand_over,
                ask=self._ask,
                acknowledge=self._acknowledge,
                played=self._note_played,
                report=self._state.report,
                clock=time.monotonic,
                wall_ns=time.time_ns,
            ),
        )

    def _accept(self, version: int) -> None:
        """On the follower's thread. An account whose secrets are new starts the process anew."""
        try:
            site = read_site(on_disk(self._node.paths, version))
        except (OSError, SiteError) as error:
            logger.error("version %d of the configuration cannot be read: %s", version, error)  # noqa: TRY400
            return
        wanted = dict(secrets_of_accounts(site.notification.accounts))
        if wanted.keys() - dict(secrets_of_accounts(self._site.notification.accounts)).keys():
            self._node.renew("an account with other secrets")
            return
        self._site = site
        self._node.accept(version)
        self._node.addresses["notifier"].tell(ConfigurationApplied(site))

    def _obey(self, envelope: Envelope, reply: Reply) -> None:
        if not self._node.addresses["notifier"].tell(Commanded(envelope, reply)):
            why = said("通知服务正在重启；请稍后再试", "the notifier is being restarted; try again")
            reply(CommandResult(envelope.id, Stage.UNKNOWN, why, None, time.time_ns()))

    # --- providers

    def _lines(self, site: Site, before: Mapping[str, Line]) -> Lines:
        made = opened(site.notification, before, os.environ, self._node.paths.secrets, self._house)
        kept = {id(line.channel) for line in made.all.values()}
        for line in before.values():
            if line.channel is not None and id(line.channel) not in kept:
                self._node.loop.spawn(line.channel.close(), on_error=_log)
        return made

    def _hand_over(
        self,
        line: Line,
        outgoing: Outgoing,
        writing: Callable[[Kept], None],
        then: Callable[[Handed | NotHanded], None],
    ) -> None:
        self._node.loop.spawn(_handed(line, outgoing, writing, then), on_error=_log)

    def _ask(
        self,
        line: Line,
        references: Sequence[tuple[str, str, int]],
        since_ns: int,
        then: Callable[[Told], None],
    ) -> None:
        self._node.loop.spawn(_told(line, references, since_ns, then), on_error=_log)

    def _note_played(self, id_: str) -> None:
        self._played.setdefault(id_, time.time_ns())
        while len(self._played) > 1000:
            del self._played[next(iter(self._played))]

    # --- core

    def _acknowledge(self, owed: Owed, then: Callable[[CommandResult], None]) -> None:
        self._pool.submit(self._acknowledge_now, owed, then)

    def _acknowledge_now(self, owed: Owed, then: Callable[[CommandResult], None]) -> None:
        device, point, rule = owed.subject.split("/", 2)
        command = AcknowledgeAlarm(device, point, rule, owed.event, "")
        issuer = Issuer(owed.user, NOTIFIER, owed.way)
        then(self._core.ask(command, issuer, CORE_S, wait_s=CORE_S, name=f"{owed.call}#{owed.event}"))


class Rounds:
    """Has the actor look ten times a second, never twice at once. A Service."""

    def __init__(self, node: Node, address: Address) -> None:
        self._node = node
        self._address = address
        self._waits = threading.Event()
        self._told: object = None
        """The incarnation that was told last: what waited for one that has failed is lost with it."""
        self._leaving = False

    def start(self) -> None:
        self._next()

    def stop(self, timeout_s: float) -> bool:
        self._leaving = True
        return timeout_s > 0

    def _next(self) -> None:
        if self._leaving:
            return
        if not self._waits.is_set() or self._told is not self._address.ref:
            self._waits.set()
            self._told = self._address.ref
            if not self._address.tell(Round(self._waits.clear)):
                self._waits.clear()
        self._node.loop.call_later(ROUND_S, self._next)


class Requests(Follower):
    """What plans ask: a page is followed only once the actor has kept it."""

    def __init__(
        self,
        requests: Callable[[int, int], Sequence[RequestRow]],
        address: Address,
        *,
        on_failure: Failed,
    ) -> None:
        super().__init__("requests", "what plans ask is told", on_failure=on_failure)
        self._requests = requests
        self._address = address
        self._after = -1

    def turn(self) -> int:
        try:
            if self._after < 0:
                self._after = self._address.ask(Requested(()), timeout_s=TAKE_S)
            rows = self._requests(self._after, PAGE)
            if rows:
                self._after = self._address.ask(Requested(rows), timeout_s=TAKE_S)
        except (pykka.ActorDeadError, pykka.Timeout) as error:
            raise NotTaken(str(error)) from error
        return len(rows)


async def _handed(
    line: Line,
    outgoing: Outgoing,
    tell_writing: Callable[[Kept], None],
    then: Callable[[Handed | NotHanded], None],
) -> None:
    loop = asyncio.get_running_loop()

    async def wait_until_kept() -> None:
        kept = loop.create_future()
        tell_writing(lambda: loop.call_soon_threadsafe(_resolve, kept))
        await kept

    on_writing(wait_until_kept)
    assert line.channel is not None, "nothing goes by an account that could not be opened"
    outcome: Handed | NotHanded
    try:
        outcome = await line.channel.hand_over(outgoing)
    except NotHanded as error:
        outcome = error
    except Exception:
        logger.exception("account %s has a fault", line.account.id)
        why = said("渠道程序内部错误", "a fault within the channel's program")
        outcome = Unclear(why) if not line.kind.repeatable else TryLater(why)
    then(outcome)


def _resolve(kept: asyncio.Future[None]) -> None:
    if not kept.done():  # it was cancelled meanwhile
        kept.set_result(None)


async def _told(
    line: Line, references: Sequence[tuple[str, str, int]], since_ns: int, then: Callable[[Told], None]
) -> None:
    assert line.channel is not None, "nobody asks an account that could not be opened"
    told = Told()
    try:
        if line.is_out:
            await line.channel.check()
        receipts = await line.channel.receipts(references) if references else ()
        answers = await line.channel.answers(since_ns) if line.kind.answered else ()
        told = Told(tuple(receipts), tuple(answers))
    except NotHanded as error:
        told = Told(problem=str(error))
    except Exception as error:
        logger.exception("account %s has a fault", line.account.id)
        told = Told(problem=repr(error))
    then(told)


def _log(error: BaseException) -> None:
    logger.error("a provider's channel failed", exc_info=error)


class _Pool:
    """The threads that wait for `core`, as a service."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def start(self) -> None:
        """Its threads start with the first acknowledgement."""

    def stop(self, timeout_s: float) -> bool:
        self._pool.shutdown(wait=False, cancel_futures=True)
        return timeout_s > 0


def main() -> int:
    told = parse("notifier")
    return Node(told.name, told.paths).run(lambda node: NotifierProcess(node).start())


if __name__ == "__main__":
    quit_now(main())
