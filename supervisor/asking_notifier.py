"""What `office` tells the notifier, each call waiting for its end."""

from typing import Any, Final

from actors.channels.command_client import BlockingCommandClient
from actors.messages import CommandResult
from actors.paths import RunPaths
from actors.refusals import OFFICE
from business.notifier.messages import NOTIFIER_COMMANDS

TELL_S: Final = 5.0
"""What the notifier has not taken by then is told again."""


class NotifierClient:
    """From any thread."""

    def __init__(self, paths: RunPaths) -> None:
        self._commands = BlockingCommandClient(paths.command("notifier"), NOTIFIER_COMMANDS)

    def tell(self, body: Any, id_: str) -> CommandResult:
        """One that is not DONE or REFUSED may be told again under its id."""
        return self._commands.ask(body, OFFICE, TELL_S, name=id_)
