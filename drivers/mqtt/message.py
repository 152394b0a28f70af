"""What a broker hands on."""

from drivers.mqtt.documents import document
from drivers.mqtt.lorawan import Network, Uplink, uplink
from drivers.mqtt.malformed import Malformed


class Message:
    """One publication. Its JSON is read once, however many devices and points take from it."""

    __slots__ = ("_document", "_uplink", "payload", "retained", "time_ns", "topic")

    def __init__(self, topic: str, payload: bytes, time_ns: int, *, retained: bool = False) -> None:
        """`time_ns` is when it came."""
        self.topic = topic
        self.payload = payload
        self.time_ns = time_ns
        self.retained = retained
        """Whether the broker had kept it: nobody knows since when."""
        self._document: object = _UNREAD
        self._uplink: Uplink | None = None

    def document(self) -> object:
        """Raises Malformed, again at each call."""
        if self._document is _UNREAD:
            try:
                self._document = document(self.payload)
            except Malformed as error:
                self._document = error
        if isinstance(self._document, Malformed):
            raise self._document
        return self._document

    def uplink(self, network: Network) -> Uplink:
        """Raises Malformed."""
        if self._uplink is None:
            self._uplink = uplink(self.document(), network)
        return self._uplink


_UNREAD = object()
