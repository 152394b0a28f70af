"""The job of webhooks: takes events off the trail, sends what is due, and forgets what is old."""

import asyncio
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from actors.said import said
from business.audit.model import AuditRecord
from business.happenings import happening, is_wanted
from business.jobs.kinds import SECOND_NS, JobContext, JobKind, Lane, Progress
from business.webhooks.model import Delivery, DeliveryState, Webhook, WebhookCursor
from business.webhooks.posting import Answer, Poster
from business.webhooks.service import newest, waiting
from business.webhooks.signing import headers
from config.text import Text

RECORDS_A_CHUNK = 200
DELIVERIES_A_CHUNK = 20
"""Of one webhook, sent one after the other before what came of them is written."""
ROUNDS = 50
"""Chunks of one run at most: the next run goes on."""
DAY_NS = 86_400 * SECOND_NS
OVERLAP_NS = DAY_NS
"""How long the secret before the last one signs too."""
WAITS_S = (60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After each failure; after the last one a delivery is dead, some three days after its event."""
KEEP_NS = {DeliveryState.DELIVERED: 30 * DAY_NS, DeliveryState.DEAD: 90 * DAY_NS}
GONE = 410
"""By this status a receiver says that he will never want it."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A delivery as it is sent."""

    id: int
    url: str
    event: str
    body: str
    keys: tuple[str, ...]


def webhook_job(poster: Poster) -> JobKind:
    return JobKind(
        "send_webhooks",
        Text("推送事件", "Send webhooks"),
        partial(_work, poster),
        lane=Lane.LIGHT,
    )


def _work(poster: Poster, context: JobContext) -> Generator[Progress, None, None]:
    queued = 0
    while (found := _collect(context)) is not None:
        queued += found
        yield _progress(0, queued)
    sent, failing = 0, set[int]()
    for _ in range(ROUNDS):
        letters = _due(context, failing)
        if not letters:
            break
        answers = asyncio.run(_send(poster, letters, context.wall_ns() // SECOND_NS))
        with context.sessions.begin() as session:
            for id_, answer in answers.items():
                _note(session, id_, answer, context.wall_ns())
        sent += sum(not answer.trouble for answer in answers.values())
        failing |= {
            webhook
            for webhook, batch in letters.items()
            if any(one.id in answers and answers[one.id].trouble for one in batch)
        }
        yield _progress(sent, queued)
    while _forget(context):
        yield _progress(sent, queued)


def _progress(sent: int, queued: int) -> Progress:
    return Progress(sent, None, said(f"新事件 {queued}，已送达 {sent}", f"{queued} new, {sent} delivered"))


def _collect(context: JobContext) -> int | None:
    """Queue what the next records of the trail have for whom; how much, None at the end of the trail."""
    with context.sessions.begin() as session:
        cursor = session.get(WebhookCursor, 1)
        if cursor is None:
            session.add(WebhookCursor(id=1, sequence=newest(session)))
            return None
        query = select(AuditRecord).where(AuditRecord.sequence > cursor.sequence)
        query = query.options(selectinload(AuditRecord.changes))
        records = session.scalars(query.order_by(AuditRecord.sequence).limit(RECORDS_A_CHUNK)).all()
        if not records:
            return None
        cursor.sequence = records[-1].sequence
        hearers = session.scalars(select(Webhook).where(Webhook.enabled.is_(True)).order_by(Webhook.id)).all()
        found = [
            waiting(hearer.id, event.id, event.type, event.body, context.wall_ns())
            for record in records
            if (event := happening(record)) is not None
            for hearer in hearers
            if record.sequence > hearer.after and is_wanted(event, hearer.types, hearer.prefix)
        ]
        session.add_all(found)
        return len(found)


def _due(context: JobContext, but: Iterable[int]) -> dict[int, list[_Letter]]:
    """By webhook, the oldest first."""
    now, found = context.wall_ns(), dict[int, list[_Letter]]()
    with context.sessions() as session:
        hearers = session.scalars(
            select(Webhook).where(Webhook.enabled.is_(True), Webhook.id.not_in(set(but)))
        ).all()
        for hearer in hearers:
            keys = [hearer.secret]
            if hearer.old_secret and now - hearer.renewed_ns < OVERLAP_NS:
                keys.append(hearer.old_secret)
            rows = session.scalars(
                select(Delivery)
                .where(
                    Delivery.webhook_id == hearer.id,
                    Delivery.state == DeliveryState.WAITING,
                    Delivery.next_ns <= now,
                )
                .order_by(Delivery.id)
                .limit(DELIVERIES_A_CHUNK)
            )
            letters = [_Letter(row.id, hearer.url, row.event, row.body, tuple(keys)) for row in rows]
            if letters:
                found[hearer.id] = letters
    return found


async def _send(poster: Poster, letters: dict[int, list[_Letter]], at_s: int) -> dict[int, Answer]:
    """To all webhooks at once, to each one after the other until it fails."""
    answers: dict[int, Answer] = {}

    async def one(batch: list[_Letter]) -> None:
        for letter in batch:
            signed = headers(letter.event, at_s, letter.body, letter.keys)
            answers[letter.id] = answer = await poster.post(letter.url, signed, letter.body)
            if answer.trouble:
                return

    async with asyncio.TaskGroup() as group:
        for batch in letters.values():
            group.create_task(one(batch))
    return answers


def _note(session: Session, id_: int, answer: Answer, now_ns: int) -> None:
    row = session.get(Delivery, id_)
    if row is None:  # its webhook was removed meanwhile
        return
    row.attempts += 1
    row.tried_ns, row.status, row.trouble = now_ns, answer.status, answer.trouble[:500]
    if not answer.trouble:
        row.state = DeliveryState.DELIVERED
    elif row.attempts > len(WAITS_S) or answer.status == GONE:
        row.state = DeliveryState.DEAD
    else:
        row.next_ns = now_ns + WAITS_S[row.attempts - 1] * SECOND_NS


def _forget(context: JobContext) -> bool:
    """Delete some deliveries that are over for long; whether there may be more."""
    now = context.wall_ns()
    with context.sessions.begin() as session:
        for state, keep_ns in KEEP_NS.items():
            old = select(Delivery.id).where(Delivery.state == state, Delivery.next_ns < now - keep_ns)
            ids = session.scalars(old.limit(RECORDS_A_CHUNK)).all()
            if ids:
                session.execute(
                    delete(Delivery).where(Delivery.id.in_(ids)).execution_options(synchronize_session=False)
                )
                return True
    return False
