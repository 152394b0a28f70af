"""One connection to a broker, from CONNECT to its end: aiomqtt and paho on a socket of ours.

An object lives for one connection. paho never reconnects it, so that nothing is published twice.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Mapping
from typing import Any

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from config.text import Text
from drivers.errors import LinkError, WriteError, WriteUnknown
from drivers.mqtt.terms import Session as Kind
from drivers.mqtt.terms import Terms, Version
from drivers.mqtt.words import chinese
from drivers.reasons import of_system

LOGGER = logging.getLogger("drivers.mqtt.paho")
LOGGER.setLevel(logging.CRITICAL + 1)  # the devices' actors say what is wrong, once

OVERHEAD = 70_000
"""Bytes that a packet may be longer than the longest payload: its topic and properties."""
BURST = 50
"""Packets that are taken in before others on the loop have their turn."""
MOST_IN_FLIGHT = 60_000
KEPT_S = 86_400
"""How long a broker of MQTT 5 keeps a persistent session."""

OnMessage = Callable[[paho.MQTTMessage], None]


class Session(aiomqtt.Client):
    def __init__(
        self,
        terms: Terms,
        password: str | None,
        client_id: str,
        on_message: OnMessage,
        on_end: Callable[[], None],
    ) -> None:
        """`on_end` is called once when the connection is gone, whoever ended it."""
        is_clean = terms.session is Kind.CLEAN
        is_v5 = terms.version is Version.V5
        super().__init__(
            terms.host,
            terms.port,
            username=terms.user or None,
            password=password,
            identifier=client_id,
            protocol=aiomqtt.ProtocolVersion.V5 if is_v5 else aiomqtt.ProtocolVersion.V311,
            clean_session=None if is_v5 else is_clean,
            clean_start=is_clean if is_v5 else paho.MQTT_CLEAN_START_FIRST_ONLY,
            keepalive=terms.keepalive_s,
            timeout=terms.connect_timeout_s,
            properties=_kept() if is_v5 and not is_clean else None,
            max_inflight_messages=MOST_IN_FLIGHT,
            logger=LOGGER,
        )
        self._terms = terms
        self._is_v5 = is_v5
        self._take = on_message
        self._published: dict[int, asyncio.Future[ReasonCode]] = {}
        self._ended = on_end
        self._disconnected.add_done_callback(self._end)
        self.is_over = False

    async def open(self, connected: socket.socket) -> None:
        """Speak MQTT over the socket, which is closed with the session. Raises LinkError."""
        terms = self._terms
        self._client._create_socket = lambda: connected  # type: ignore[method-assign]
        try:
            self._client_connect()
            await asyncio.wait(
                {self._connected, self._disconnected},
                timeout=terms.connect_timeout_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if self._connected.done():
                self._connected.result()
            if self._disconnected.done():
                raise LinkError(f"{terms.zh} 立即断开了连接", f"{terms} ended the connection at once")
            if not self._connected.done():
                raise LinkError(
                    f"{terms.zh} 接受连接但没有应答", f"{terms} accepts connections and says nothing"
                )
        except BaseException as error:
            self.abort()
            connected.close()
            if isinstance(error, OSError):
                why = of_system(error)
                raise LinkError(f"{terms.zh} 拒绝：{why.zh}", f"{terms} refuses us: {why.en}") from error
            if isinstance(error, ValueError | aiomqtt.MqttError):
                raise LinkError(
                    f"{terms.zh} 拒绝：{chinese(error)}", f"{terms} refuses us: {error}"
                ) from error
            raise

    async def subscribed(self, wanted: Mapping[str, int]) -> dict[str, str]:
        """Subscribe to filters with their QoS; why some were refused. Raises LinkError."""
        topics: Any = (
            [(topic, SubscribeOptions(qos)) for topic, qos in wanted.items()]
            if self._is_v5
            else list(wanted.items())
        )
        granted = await self._answered(self.subscribe(topics), Text("订阅", "a subscription"))
        if len(granted) != len(wanted):
            self.abort()
            raise LinkError(
                f"{self._terms.zh} 对 {len(wanted)} 个订阅只应答了 {len(granted)} 个",
                f"{self._terms} answers {len(wanted)} subscriptions with {len(granted)}",
            )
        return {
            topic: str(code)
            for topic, code in zip(wanted, granted, strict=True)
            if (code.value if isinstance(code, ReasonCode) else code) >= 0x80
        }

    async def unsubscribed(self, topics: list[str]) -> None:
        """Raises LinkError."""
        await self._answered(self.unsubscribe(topics), Text("退订", "the end of a subscription"))

    async def published(self, topic: str, payload: bytes, qos: int, timeout_s: float) -> None:
        """Publish once, never retained; with QoS 1 and 2 return when the broker has it.

        Raises LinkError when nothing was sent, WriteError when the broker refuses, WriteUnknown when it does
        not answer.
        """
        terms = self._terms
        if self.is_over:
            raise LinkError(f"{terms.zh} 未连接；未写入", f"{terms} is not connected; nothing was written")
        try:
            info = self._client.publish(topic, payload, qos, retain=False)
        except ValueError as error:
            raise WriteError(f"{topic} 不能发布：{error}", f"{topic}: {error}") from error
        if info.rc != paho.MQTT_ERR_SUCCESS:
            failed = paho.error_string(info.rc)
            raise LinkError(
                f"{terms.zh} 不接收：{chinese(failed)}；未写入",
                f"{terms} takes nothing: {failed}; nothing was written",
            )
        if info.is_published():
            return
        answer = self._published[info.mid] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait(
                {answer, self._disconnected}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
            if not answer.done():
                if self._disconnected.done():
                    why = Text("连接断开", "was lost")
                else:
                    why = Text(f"{timeout_s:g} s 无应答", f"was silent for {timeout_s:g} s")
                raise WriteUnknown(
                    f"{terms.zh} {why.zh}，是否收到 {topic} 不明",
                    f"{terms} {why.en} before it had taken {topic}",
                )
            if (code := answer.result()).value >= 0x80:
                raise WriteError(
                    f"{terms.zh} 拒绝 {topic}：{chinese(code)}", f"{terms} refuses {topic}: {code}"
                )
        finally:
            del self._published[info.mid]

    def close(self) -> None:
        """Say goodbye, so that no last will is published, and let go."""
        if not self.is_over:
            with contextlib.suppress(OSError, ValueError):
                self._client.disconnect()
                self._client.loop_write()
        self.abort()

    def abort(self) -> None:
        """Let go without a word."""
        self._client._sock_close()
        if not self._disconnected.done():
            self._disconnected.set_result(None)

    # -- what paho calls, on the loop

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        if client._in_packet["remaining_length"] > self._terms.max_payload + OVERHEAD:
            message.payload = bytes(self._terms.max_payload + 1)
        self._take(message)

    def _on_publish(
        self, client: paho.Client, userdata: Any, mid: int, reason_code: ReasonCode, properties: Any
    ) -> None:
        answer = self._published.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(reason_code)

    def _on_disconnect(
        self, client: paho.Client, userdata: Any, flags: Any, reason_code: ReasonCode, properties: Any = None
    ) -> None:
        if not self._disconnected.done():
            self._disconnected.set_result(None)

    def _on_socket_open(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        self._loop.add_reader(sock.fileno(), self._readable)
        self._misc_task = self._loop.create_task(self._misc_loop())

    def _on_socket_register_write(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        self._loop.add_writer(sock.fileno(), self._writable)

    # -- inside

    def _readable(self) -> None:
        """Takes several packets at a wake-up; paho would take one."""
        inner = self._client
        try:
            for _ in range(BURST):
                if inner._sock is None:
                    return
                result = inner._packet_read()
                self._cut()
                if result is paho.MQTT_ERR_AGAIN:
                    return
                if result is not paho.MQTT_ERR_SUCCESS:
                    inner._loop_rc_handle(result)
                    return
            if inner._sock is not None and hasattr(inner._sock, "pending") and inner._sock.pending():
                self._loop.call_soon(
                    self._readable
                )  # decrypted already: the socket itself will not be readable
        except Exception:  # noqa: BLE001 - whatever paho makes of garbage, it ends the connection
            self.abort()

    def _writable(self) -> None:
        try:
            self._client.loop_write()
        except Exception:  # noqa: BLE001 - see above
            self.abort()

    def _cut(self) -> None:
        """Of a packet that is longer than it may be only the beginning is kept: its topic."""
        packet = self._client._in_packet
        if packet["remaining_length"] > self._terms.max_payload + OVERHEAD:
            del packet["packet"][OVERHEAD:]

    async def _answered(self, asked: Any, what: Text) -> Any:
        answer = asyncio.ensure_future(asked)
        try:
            await asyncio.wait({answer, self._disconnected}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise LinkError(f"{self._terms.zh} 连接已断开", f"{self._terms} was lost")
            return answer.result()
        except (aiomqtt.MqttError, ValueError) as error:
            self.abort()
            raise LinkError(
                f"{self._terms.zh} 对{what.zh}无应答：{chinese(error)}",
                f"{self._terms} does not answer {what.en}: {error}",
            ) from error
        finally:
            answer.cancel()

    def _end(self, ended: asyncio.Future[None]) -> None:
        if not ended.cancelled():
            ended.exception()  # known, so that nobody warns of it
        self.is_over = True
        self._client._sock_close()
        self._ended()


def _kept() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = KEPT_S
    return properties
