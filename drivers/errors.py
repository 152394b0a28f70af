"""What a driver may report on purpose.

Exceptions::

    DriverError            anything a driver reports on purpose
    ├── LinkError          the device or the way to it is not there: a link state, retried with back-off
    │   └── Unanswered     the question left, no answer came; of a write nobody knows whether it was obeyed
    ├── WriteError         this write was refused or may not have arrived; it is never repeated
    │   └── WriteUnknown   the request left, no answer came: nobody can say whether the device obeyed
    └── OptionsError       a point or connection that this driver can never serve

Anything else that leaves a driver is a defect and crashes the device's actor. FramingError never leaves one.

Each is made of two texts, `LinkError(zh, en)`: operators read them on the screen, in their language. What a
library or a device says in a text of its own stands in both as it is.
"""

from config.text import Explained


class DriverError(Explained):
    """Anything a driver reports on purpose."""


class LinkError(DriverError):
    """The device, or the way to it, is not there."""


class Unanswered(LinkError):
    """The question left, and its answer did not come."""

    def __init__(self, zh: str, en: str, received: bytes = b"") -> None:
        super().__init__(zh, en)
        self.received = received
        """What came instead, where nothing better can be said of it."""


class WriteError(DriverError):
    """The device refused the write."""


class WriteUnknown(WriteError):
    """The write left and was not answered: it may or may not have taken effect."""


class OptionsError(DriverError):
    """This driver can never serve the point or the connection asked for."""


class FramingError(Explained):
    """What was received is not what the protocol allows, and cannot become it."""
