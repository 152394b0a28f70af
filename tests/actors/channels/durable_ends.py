"""Both ends of the durable channel as programs that can be killed: `sender`, `receiver`, `peer`."""

import os
import sqlite3
import sys
import threading
from pathlib import Path

import zmq

from actors.channels.durable import Batch, Outbox, Receiver, Sender
from actors.channels.shipping import TO_RECEIVER, Hello
from actors.channels.socket_owner import dealer


def die(error: BaseException) -> None:
    print(repr(error), file=sys.stderr, flush=True)
    os._exit(3)


def sender(place: Path) -> None:
    """Appends numbers from where its state stands; the state and the row are one transaction."""
    outbox = Outbox(place / "outbox.db", commit_every_s=0, on_failure=die)
    outbox.start()
    number = int(outbox.load_state().get("number", b"0"))
    shipping = Sender(outbox, f"ipc://{place}/durable", "field", on_failure=die, acknowledge_s=0.3)
    shipping.start()
    pause = threading.Event()
    while True:
        number += 1
        outbox.append(b"%d" % number, {"number": b"%d" % number})
        pause.wait(0.001)


def receiver(place: Path) -> None:
    """Stores every row with its key in the transaction that moves `applied`."""
    store = sqlite3.connect(place / "store.db", isolation_level=None, check_same_thread=False)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("CREATE TABLE IF NOT EXISTS row (epoch TEXT, sequence INTEGER, body BLOB)")
    store.execute("CREATE TABLE IF NOT EXISTS applied (epoch TEXT PRIMARY KEY, sequence INTEGER)")

    def applied(source: str, epoch: str) -> int:
        row = store.execute("SELECT sequence FROM applied WHERE epoch = ?", (epoch,)).fetchone()
        return 0 if row is None else int(row[0])

    def apply(batch: Batch) -> None:
        store.execute("BEGIN")
        store.executemany(
            "INSERT INTO row VALUES (?, ?, ?)", [(batch.epoch, at, body) for at, body in batch.rows]
        )
        store.execute("INSERT OR REPLACE INTO applied VALUES (?, ?)", (batch.epoch, batch.last))
        store.execute("COMMIT")
        batch.committed()

    serving = Receiver(f"ipc://{place}/durable", apply, applied, on_failure=die)
    serving.start()
    threading.Event().wait()


def peer(place: Path) -> None:
    """Holds a connection under the sender's name, and nothing else."""
    with zmq.Context() as context, dealer(context, f"ipc://{place}/durable", b"field") as socket:
        socket.send(TO_RECEIVER.encode(Hello("an older epoch")))
        socket.recv()
        (place / "peer is connected").touch()
        threading.Event().wait()


if __name__ == "__main__":
    {"sender": sender, "receiver": receiver, "peer": peer}[sys.argv[1]](Path(sys.argv[2]))
