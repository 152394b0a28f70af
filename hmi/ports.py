"""What the pages need of the world outside this process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from actors.messages import CommandResult, Issuer
from business.attachments.store import Attachments
from business.backup.listing import Listing
from business.configuration.desk import Desk
from business.configuration.secrets import SecretRow
from business.exchange.shelf import Shelf
from config.site import Picture, Site


class Commands(Protocol):
    """Carries commands to one process, as `actors.channels.command.CommandClient` does."""

    def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, name: str = ""
    ) -> AsyncIterator[CommandResult]:
        """The results as they come, the last one final. Never raises for an unreachable process.

        `name` is the command's id where it already has one.
        """


class Queries(Protocol):
    """Carries queries to one process, as `actors.channels.query.QueryClient` does."""

    def ask(self, query: Any) -> AsyncIterator[Any]:
        """The messages of the answer. Raises QueryFailed, also when the process does not answer in time."""


@dataclass(frozen=True, slots=True)
class Still:
    """A picture that a camera gave."""

    kind: str
    """Media type."""
    content: bytes


class NoPicture(Exception):
    """Why there is none, said in both languages."""


class Pictures(Protocol):
    """Asks cameras what they see."""

    async def of(self, picture: Picture) -> Still:
        """Now. Raises NoPicture."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside, by what it is for."""

    gate: Commands
    """`core`: commands to the plant and to alarms."""
    office: Commands
    """`office`: commands of the business."""
    history: Queries
    """`historian`: trends."""
    journal: Queries
    """`core`: the alarm journal."""
    figures: Queries
    """`office`: the figures about alarms."""
    notifier: Queries
    """`notifier`: messages, calls, accounts, links."""
    answers: Commands
    """`notifier`: answers from outside, and what the pages tell it."""
    trees: Mapping[str, Queries]
    """The supervision tree of each process, by name."""
    snapshots: Mapping[str, Queries]
    """`ReadSnapshot` of each publisher, by name."""
    backups: Callable[[], Listing]
    """The backups of the site. Reads a folder: ask it in a thread."""
    shelf: Shelf
    """Files that people hand in and fetch."""
    files: Attachments
    """Files that people attach to records."""
    configuration: Callable[[int], Awaitable[Site]]
    """The site as configured in a version. Raises QueryFailed."""
    desk: Desk
    """The configuration as it may be edited. Reads files and asks the machine: ask it in a thread."""
    pictures: Pictures
    push_key: Callable[[Site], str]
    """The public key under which browsers subscribe to messages; '' where push is not set up."""
    secrets: Callable[[Session], tuple[SecretRow, ...]]
    """Which secrets are set, since when and by whom; never a value."""
    posts: Callable[[Site, str], Sequence[Commands]] = lambda _site, _hook: ()
    """The field processes whose devices take what is posted to an inbound webhook of that name."""
