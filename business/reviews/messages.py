"""Commands and events of submissions, the same for every entity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from business.access import OWN
from business.access.roles import MANAGING, STEWARD
from business.registry.messages import Raws
from config.text import Text

READ = "review.read"
"""The permission for the page of what waits; to decide takes that of writing the entity."""
PERMISSIONS: Mapping[str, Text] = {READ: Text("查看待审提交", "See what waits for review")}
DEFAULTS: Mapping[str, frozenset[str]] = {READ: MANAGING | {STEWARD}}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SubmitRecord:
    """Propose a new record, or other values for one's own; nothing changes until it is accepted."""

    label: ClassVar[Text] = Text("提交待审", "Submit for review")
    permission: ClassVar[str] = "{entity}.submit"
    entity: str
    values: Raws = field(repr=False)
    record: int | None = None
    version: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class AcceptSubmission:
    """Carry out what was proposed, in the names of who proposed it and who accepts it."""

    label: ClassVar[Text] = Text("审核通过", "Accept a submission")
    permission: ClassVar[str] = "{entity}.write"
    about: ClassVar[str] = "submissions/{submission}/{submitter}"
    entity: str
    submission: int
    submitter: str
    version: int = 0
    """Of the record as the reviewer saw it beside the proposal; 0 for a new one."""


@dataclass(frozen=True, slots=True)
class ReturnSubmission:
    label: ClassVar[Text] = Text("退回提交", "Return a submission")
    permission: ClassVar[str] = "{entity}.write"
    about: ClassVar[str] = "submissions/{submission}/{submitter}"
    entity: str
    submission: int
    submitter: str
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawSubmission:
    """One's own, while it waits or was returned."""

    label: ClassVar[Text] = Text("撤回提交", "Withdraw a submission")
    permission: ClassVar[str] = OWN
    about: ClassVar[str] = "submissions/{submission}"
    submission: int


COMMANDS: tuple[type, ...] = (SubmitRecord, AcceptSubmission, ReturnSubmission, WithdrawSubmission)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SubmissionDecided:
    submission: int
    state: str


@dataclass(frozen=True, slots=True)
class RecordSubmitted:
    submission: int
