"""A thread that owns one ZeroMQ socket; everyone else hands it work and wakes it."""

import logging
import math
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import zmq

logger = logging.getLogger(__name__)

Failed = Callable[[BaseException], None]
"""Told once, in the thread that failed, when a part of the process cannot go on."""

HEARTBEAT_MS = 1_000
DEAD_MS = 3_000
"""A peer that is silent for this long is disconnected."""
IDLE_S = 60.0
"""The longest wait of a thread that nobody wakes."""
MAX_DRAIN = 64
"""Frames taken from the socket before other work gets its turn."""


def harden(socket: Any) -> None:
    """What every socket of ours has: it never holds up an exit and notices a dead peer."""
    socket.linger = 0
    socket.setsockopt(zmq.HEARTBEAT_IVL, HEARTBEAT_MS)
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, DEAD_MS)
    socket.setsockopt(zmq.HEARTBEAT_TTL, DEAD_MS)
    socket.setsockopt(zmq.RECONNECT_IVL, 50)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1_000)


def dealer(context: zmq.Context[Any], endpoint: str, identity: bytes = b"") -> Any:
    """A DEALER that queues only towards a peer that is there: nothing old arrives after a reconnect."""
    socket = context.socket(zmq.DEALER)
    harden(socket)
    if identity:
        socket.setsockopt(zmq.IDENTITY, identity)
    socket.setsockopt(zmq.IMMEDIATE, 1)
    socket.connect(endpoint)
    return socket


def router(context: zmq.Context[Any], endpoint: str, queue_frames: int = 0) -> Any:
    """A bound ROUTER; a peer that returns under its old identity replaces a hanging one.

    queue_frames: what is held for one peer before a send says so; 0: messages are dropped beyond the usual.
    """
    socket = context.socket(zmq.ROUTER)
    harden(socket)
    socket.setsockopt(zmq.ROUTER_HANDOVER, 1)
    if queue_frames:
        socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        socket.setsockopt(zmq.SNDHWM, queue_frames)
    try:
        socket.bind(endpoint)
    except zmq.ZMQError:
        socket.close()
        raise
    return socket


class SocketOwner(ABC):
    """The loop around one socket. Subclasses say what to open, and what to do with frames and turns."""

    def __init__(self, name: str, on_failure: Failed, context: zmq.Context[Any] | None = None) -> None:
        self.name = name
        self._on_failure = on_failure
        self._context = context
        self._thread: threading.Thread | None = None
        self._opened = threading.Event()
        self._error: BaseException | None = None
        self._stopping = False
        self._wake_lock = threading.Lock()
        self._wake_fd = -1
        self.wants_to_send = False
        """Set by a turn that found the socket full: the next turn comes when it has room."""

    def start(self) -> None:
        """Open the socket in its own thread. Raises what opening raised."""
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()
        self._opened.wait()
        if self._error is not None and not self._stopping:
            self.stop(1.0)
            raise self._error

    def stop(self, timeout_s: float) -> bool:
        """End the thread and close the socket; False when the thread does not let go in time."""
        self._stopping = True
        self.wake()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)
            if thread.is_alive():
                return False
        with self._wake_lock:
            if self._wake_fd >= 0:
                os.close(self._wake_fd)
                self._wake_fd = -1
        return True

    def wake(self) -> None:
        """From any thread: have a turn soon."""
        with self._wake_lock:
            if self._wake_fd >= 0:
                os.eventfd_write(self._wake_fd, 1)

    @abstractmethod
    def _open(self, context: zmq.Context[Any]) -> Any:
        """The socket, made in the owner's thread."""

    @abstractmethod
    def _received(self, frames: list[bytes]) -> None:
        """One message came."""

    @abstractmethod
    def _turn(self, now_s: float) -> float:
        """Send what is due; returns the seconds until the next turn is due at the latest."""

    def _close(self) -> None:  # noqa: B027 - most have nothing to release
        """Release what `_open` acquired besides the socket, in the owner's thread."""

    def _run(self) -> None:
        try:
            self._serve(self._context or zmq.Context.instance())
        except Exception as error:
            self._error = error
            if self._opened.is_set():
                logger.critical("%s ends: %r", self.name, error, exc_info=error)
                self._on_failure(error)
        finally:
            self._opened.set()

    def _serve(self, context: zmq.Context[Any]) -> None:
        socket = self._open(context)
        try:
            poller = zmq.Poller()
            poller.register(self._wake_fd, zmq.POLLIN)
            self._opened.set()
            while not self._stopping:
                wait_s = self._turn(time.monotonic())
                poller.register(socket, zmq.POLLIN | (zmq.POLLOUT if self.wants_to_send else 0))
                self.wants_to_send = False
                ready = dict(poller.poll(math.ceil(min(max(0.0, wait_s), IDLE_S) * 1000)))
                if self._wake_fd in ready:
                    os.eventfd_read(self._wake_fd)
                if ready.get(socket, 0) & zmq.POLLIN:
                    self._drain(socket)
        finally:
            self._close()
            socket.close(linger=0)

    def _drain(self, socket: Any) -> None:
        for _ in range(MAX_DRAIN):
            try:
                frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            self._received(frames)
