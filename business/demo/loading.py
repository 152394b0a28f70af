"""Puts drafts into the registry by its own commands, through the one gate, each of them once."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from actors.messages import Stage
from actors.said import in_both
from business.demo.drafts import Draft, Ref
from business.gate import Execute, Gate, Module
from business.identity.bootstrap import ITSELF
from business.property.entities import ENTITIES
from business.registry.messages import CreateRecords, NewRecord, Raws, RecordCreated
from business.registry.service import Registry


class LoadingFailed(Exception):
    """A command was refused: the generator made something that the rules of the registry exclude."""


class Loading:
    """What was carried out before, by the same `name`, is not carried out again."""

    def __init__(self, gate: Gate, sessions: sessionmaker[Session], name: str) -> None:
        self._gate = gate
        self._sessions = sessions
        self._name = name
        self._ids: dict[Ref, int] = {}

    def records(self, registry: Registry, drafts: Iterable[Draft], *, chunk: int) -> Iterator[int]:
        """After each command, how many records it made. Raises LoadingFailed."""
        for number, (entity, group) in enumerate(chunks(drafts, chunk), 1):
            new = tuple(NewRecord(self._resolved(draft), draft.name) for draft in group)
            events = self.do(registry, CreateRecords(entity, new), str(number))
            names = [draft.name for draft in group]
            made = self._there(entity, names) if not events else dict(_made(names, events))
            self._ids |= {Ref(entity, name): id_ for name, id_ in made.items()}
            yield len(group)

    def do(self, module: Module, command: Any, step: str) -> tuple[Any, ...]:
        """What happened; nothing, where it had happened before. Raises LoadingFailed."""
        outcome = self._gate.on_own_account(module, Execute(ITSELF, command, f"{self._name} {step}"))
        if outcome.stage is not Stage.DONE:
            raise LoadingFailed(in_both(outcome.detail))
        return outcome.events

    def _resolved(self, draft: Draft) -> Raws:
        return {
            name: self._ids[value] if isinstance(value, Ref) else value
            for name, value in draft.values.items()
        }

    def _there(self, entity: str, names: list[str]) -> dict[str, int]:
        model = ENTITIES[entity].model
        query = select(model.external_id, model.id).where(model.external_id.in_(names))
        with self._sessions() as session:
            return {name: id_ for name, id_ in session.execute(query) if name is not None}


def _made(names: list[str], events: tuple[RecordCreated, ...]) -> Iterator[tuple[str, int]]:
    for name, event in zip(names, events, strict=True):
        yield name, event.record


def chunks(drafts: Iterable[Draft], size: int) -> Iterator[tuple[str, list[Draft]]]:
    """Drafts of one entity that follow each other."""
    waiting: list[Draft] = []
    for draft in drafts:
        if waiting and (len(waiting) == size or waiting[0].entity != draft.entity):
            yield waiting[0].entity, waiting
            waiting = []
        waiting.append(draft)
    if waiting:
        yield waiting[0].entity, waiting
