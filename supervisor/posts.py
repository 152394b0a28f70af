"""What outside systems post, on its way from the command channel to the devices of a field process.

A post is kept where the history waits, in the transaction that marks it as seen, and forgotten in the one
that holds its values: a crash between them loses nothing and records nothing twice.
"""

import asyncio
import logging
import time
from collections.abc import Container

from actors.channels.command import Envelope, Reply
from actors.channels.durable import Outbox
from actors.loop import IoLoop
from actors.messages import CommandResult, Stage, TakePost
from drivers.http.body import document
from drivers.http.inbox import Post, Taken, Verdict, inbox_of
from drivers.shares import Shares

logger = logging.getLogger(__name__)

POST = "post/"
"""Begins what is kept of a post, `post/HOOK/ID/DEVICE`, and what is remembered of it for a day at least: its
replay window is five minutes to either side."""


class Posts:
    """One a field process. Nothing is marked as seen that is not rightly signed."""

    def __init__(self, shares: Shares, loop: IoLoop, history: Outbox) -> None:
        self._inbox = inbox_of(shares, time.time_ns)
        self._loop = loop
        self._kept = history

    def restore(self, devices: Container[str]) -> None:
        """What was accepted and not recorded when the process ended; before the devices start."""
        found = []
        for name, body in self._kept.load_state().items():
            device = name.rpartition("/")[2]
            if not name.startswith(POST):
                continue
            if device not in devices:
                logger.warning("%s was accepted for %s, which is not served here any more", name, device)
                self._kept.put_state({name: None})
                continue
            at_ns, _, text = body.partition(b"\n")
            found.append((int(at_ns), device, Taken(name, int(at_ns), document(text))))
        for _, device, post in sorted(found, key=lambda one: one[:2]):
            self._inbox.put(device, post)

    def take(self, envelope: Envelope, reply: Reply) -> None:
        """On the command server's thread."""

        def failed(error: BaseException) -> None:
            logger.error("a post was not taken", exc_info=error)
            reply(_result(envelope, Verdict.AWAY))

        self._loop.spawn(self._take(envelope, reply), on_error=failed)

    async def _take(self, envelope: Envelope, reply: Reply) -> None:
        body = envelope.body
        assert isinstance(body, TakePost)
        verdict, posted, takers = self._inbox.judged(
            Post(body.hook, body.id, body.at_s, body.signatures, body.body)
        )
        if verdict is Verdict.ACCEPTED:
            name, at_ns = f"{POST}{body.hook}/{body.id}", time.time_ns()
            concerned = {f"{name}/{taker.device}": taker for taker in takers if taker.concerns(posted)}
            kept = dict.fromkeys(concerned, f"{at_ns}\n{body.body}".encode())
            try:
                is_new = await asyncio.to_thread(self._kept.keep_once, name, kept)
            except TimeoutError:
                reply(_result(envelope, Verdict.AWAY))
                return
            if is_new:
                for under, taker in concerned.items():
                    self._inbox.put(taker.device, Taken(under, at_ns, posted))
                for taker in takers:
                    taker.heard()
            else:
                verdict = Verdict.REPLAYED
        reply(_result(envelope, verdict))


def _result(envelope: Envelope, verdict: Verdict) -> CommandResult:
    stage = Stage.DONE if verdict is Verdict.ACCEPTED else Stage.REFUSED
    return CommandResult(envelope.id, stage, verdict.value, None, time.time_ns())
