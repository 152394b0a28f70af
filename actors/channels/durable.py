"""The durable channel: nothing acknowledged is lost, nothing is applied twice.

`Outbox` -> `Sender` -> (DEALER, ROUTER) -> `Receiver`; key (source, epoch, sequence).
"""

from actors.channels.outbox import Lag, Outbox
from actors.channels.receiver import Batch, Receiver
from actors.channels.sender import Sender

__all__ = ["Batch", "Lag", "Outbox", "Receiver", "Sender"]
