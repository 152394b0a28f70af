"""What the commands of submissions do, each in one transaction."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import ANYWHERE, Reach
from business.access.model import Scope
from business.fields.field_type import FieldError
from business.gate import Refused
from business.identity.account import user_named
from business.identity.model import User
from business.registry.columns import value_of
from business.registry.custom import fields_of
from business.registry.declare import RECORD_ID
from business.registry.entity import Entities, Entity
from business.registry.finding import entity_named, several
from business.registry.messages import ChangeRecord, CreateRecord, Raws
from business.registry.places import Places
from business.registry.queries import owned
from business.registry.records import Records
from business.registry.values import read, told
from business.reviews.messages import (
    AcceptSubmission,
    RecordSubmitted,
    ReturnSubmission,
    SubmissionDecided,
    SubmitRecord,
    WithdrawSubmission,
)
from business.reviews.model import CONTENT_LENGTH, REASON_LENGTH, State, Submission

MOST_WAITING = 20
"""How many submissions of one user may wait."""


class Reviews:
    """The module of `BusinessActor` that owns submissions."""

    def __init__(self, entities: Entities, records: Records, wall_ns: Callable[[], int]) -> None:
        self._entities = entities
        self._records = records
        self._places = Places(entities)
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Where the record is or would be, and all that accepting would touch. Raises Refused."""
        match command:
            case SubmitRecord():
                return self._places.of(session, _proposed(command.entity, command.record, 0, command.values))
            case AcceptSubmission() | ReturnSubmission():
                row = _waiting(session, command)
                body = _proposed(row.entity, row.record_id, 0, _content(row)["values"])
                there = session.get_one(Scope, row.scope_id).path
                return (there, *(path for path in self._places.of(session, body) if path != ANYWHERE))
            case _:
                return ()

    def is_own(self, session: Session, command: Any, reach: Reach) -> bool:
        """A record of his own; a new one is when all that it refers to is his, and it refers to something."""
        if not isinstance(command, SubmitRecord):
            return False
        entity = self._entities.get(command.entity)
        if entity is None:
            return False
        referred = _referred(entity, command.values)
        if command.record is not None:
            referred.append((entity, command.record))
        return bool(referred) and all(
            self._is_his(session, self._entities[target] if isinstance(target, str) else target, id_, reach)
            for target, id_ in referred
        )

    def _is_his(self, session: Session, entity: Entity, raw: object, reach: Reach) -> bool:
        try:
            id_ = RECORD_ID.parse(raw)
        except FieldError:
            return False
        model = entity.model
        return session.scalar(select(model.id).where(model.id == id_, owned(entity, reach))) is not None

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        user = user_named(session, issuer.user)
        match command:
            case SubmitRecord():
                return self._submit(session, user, command)
            case AcceptSubmission():
                return self._accept(session, user, command)
            case ReturnSubmission():
                return self._return(session, user, command)
            case WithdrawSubmission():
                return self._withdraw(session, user, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of reviews")

    def _submit(self, session: Session, user: User, command: SubmitRecord) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        mine = select(func.count()).where(Submission.user_id == user.id, Submission.state == State.WAITING)
        if (session.scalar(mine) or 0) >= MOST_WAITING:
            raise Refused(
                said(
                    f"您已有 {MOST_WAITING} 份提交待审，请等待审核或先撤回",
                    f"{MOST_WAITING} of your submissions wait; let them be reviewed, or withdraw some",
                )
            )
        fields, new = fields_of(session, entity), command.record is None
        found = read(fields, command.values, whole=new, known=lambda _field, _value: None)
        if found.problems:
            raise Refused(told(found.problems))
        if not found.values:
            raise Refused(said("没有改动，无须提交", "nothing is changed, so there is nothing to submit"))
        before: dict[str, Any] = {}
        if command.record is not None:
            record = several(session, entity, (command.record,))[0]
            scope = record.scope_id
            before = {
                name: fields[name].type.show(value, "zh")
                for name in command.values
                if (value := value_of(record, fields[name])) is not None
            }
            if record.version != command.version:
                raise Refused(
                    said("档案已被修改，请重新打开后再提交", "the record was changed; open it again")
                )
        else:
            scope = self._places.new(session, entity, found.values, self._beside(session, entity, command))
        content = json.dumps({"values": dict(command.values), "before": before}, ensure_ascii=False)
        if len(content) > CONTENT_LENGTH or len(command.note) > REASON_LENGTH:
            raise Refused(
                said(
                    f"提交内容过长（最多 {CONTENT_LENGTH} 字，说明最多 {REASON_LENGTH} 字），请缩短",
                    f"too long: at most {CONTENT_LENGTH} characters, the note {REASON_LENGTH}",
                )
            )
        row = Submission(
            entity=entity.name,
            record_id=command.record,
            version=command.version,
            scope_id=scope,
            state=State.WAITING,
            user_id=user.id,
            submitted_ns=self._wall_ns(),
            note=command.note.strip(),
            content=content,
        )
        session.add(row)
        session.flush()
        return (RecordSubmitted(row.id),)

    def _beside(self, session: Session, entity: Entity, command: SubmitRecord) -> int | None:
        """Where that belongs to which the new record refers, and so the new record."""
        for name, raw in _referred(entity, command.values):
            record = session.get(self._entities[name].model, RECORD_ID.parse(raw))
            if record is not None:
                return record.scope_id
        return None

    def _accept(self, session: Session, user: User, command: AcceptSubmission) -> tuple[Any, ...]:
        row = _waiting(session, command)
        _check_reviewer(row, user)
        body = _proposed(row.entity, row.record_id, command.version, _content(row)["values"])
        if isinstance(body, ChangeRecord):
            events: tuple[Any, ...] = self._records.change(session, body)
        else:
            created = self._records.create(session, CreateRecord(row.entity, body.values, row.scope_id))
            row.record_id = created[0].record
            events = created
        self._decide(row, user, State.ACCEPTED)
        row.content = None
        return (*events, SubmissionDecided(row.id, row.state))

    def _return(self, session: Session, user: User, command: ReturnSubmission) -> tuple[Any, ...]:
        row = _waiting(session, command)
        _check_reviewer(row, user)
        if not 2 <= len(command.reason.strip()) <= REASON_LENGTH:
            raise Refused(said("请填写退回原因", "say why it is returned"))
        self._decide(row, user, State.RETURNED)
        row.reason = command.reason.strip()
        return (SubmissionDecided(row.id, row.state),)

    def _withdraw(self, session: Session, user: User, command: WithdrawSubmission) -> tuple[Any, ...]:
        row = session.get(Submission, command.submission)
        if row is None or row.user_id != user.id or row.state not in {State.WAITING, State.RETURNED}:
            raise Refused(said("没有可撤回的这份提交", "there is no such submission of yours to withdraw"))
        row.state, row.content = State.WITHDRAWN, None
        return (SubmissionDecided(row.id, row.state),)

    def _decide(self, row: Submission, user: User, state: State) -> None:
        row.state, row.reviewer_id, row.reviewed_ns = state, user.id, self._wall_ns()


def _proposed(entity: str, record: int | None, version: int, values: Raws) -> CreateRecord | ChangeRecord:
    """The command that the submission stands for."""
    if record is None:
        return CreateRecord(entity, values)
    return ChangeRecord(entity, record, version, values)


def _referred(entity: Entity, values: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """What the proposed values name: entity and id as given."""
    return [
        (field.reference, values[field.name])
        for field in entity.fields
        if field.reference and values.get(field.name) not in {None, ""}
    ]


def _waiting(session: Session, command: AcceptSubmission | ReturnSubmission) -> Submission:
    """Raises Refused; the entity and the submitter that a command names are those of the submission."""
    row = session.get(Submission, command.submission)
    if row is None or row.entity != command.entity or row.state != State.WAITING:
        raise Refused(
            said(
                f"提交 {command.submission} 不在待审状态，请刷新列表",
                f"submission {command.submission} does not wait; reload the list",
            )
        )
    if session.get_one(User, row.user_id).name != command.submitter:
        raise Refused(said("提交人不符，请刷新列表", "it is somebody else's submission; reload the list"))
    return row


def _check_reviewer(row: Submission, user: User) -> None:
    if row.user_id == user.id:
        raise Refused(said("不能审核自己的提交", "nobody reviews his own submission"))


def _content(row: Submission) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(row.content or '{"values": {}, "before": {}}')
    return content
