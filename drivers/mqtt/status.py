"""What a device, or its last will, says of itself on a topic of its own."""

from config.text import Text
from drivers.jsonpath import path
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.message import Message
from drivers.mqtt.models import Connection

STATUS = -1
"""The key of the status among the filters of a device."""


class Status:
    __slots__ = ("_connection", "_said")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._said: bool | None = None

    @property
    def is_offline(self) -> bool:
        return self._said is False

    @property
    def is_unknown(self) -> bool:
        """Whether there is a status, and nobody has said it yet."""
        return self._said is None and bool(self._connection.status_topic)

    def forget(self) -> None:
        self._said = None

    def take(self, message: Message) -> None:
        """What is neither of the two words says nothing."""
        said = self._text(message)
        if said == self._connection.offline.casefold():
            self._said = False
        elif said == self._connection.online.casefold():
            self._said = True

    def reason(self, device: str) -> Text:
        offline, topic = self._connection.offline, self._connection.status_topic
        return Text(f"{device} 为 {offline}（主题 {topic}）", f"{device} is {offline}, as {topic} says")

    def _text(self, message: Message) -> str | None:
        try:
            if not self._connection.status_path:
                return message.payload.decode().strip().casefold()
            found = path(self._connection.status_path).get(message.document(), None)
        except (UnicodeDecodeError, Malformed, ValueError):
            return None
        if isinstance(found, bool):
            return "true" if found else "false"
        return str(found).casefold() if isinstance(found, str | int) else None
