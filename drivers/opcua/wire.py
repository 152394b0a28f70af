"""The socket of one connection: frames within bounds, answers to questions, and why it was lost."""

import asyncio
import sys
from typing import Any, TypeVar

from asyncua import ua
from asyncua.client.ua_client import UASocketProtocol, UASocketState
from asyncua.common.connection import TransportLimits
from asyncua.common.utils import Buffer
from asyncua.crypto.security_policies import SecurityPolicy
from asyncua.ua.ua_binary import struct_from_binary, uatcp_to_binary

from config.text import Explained, Text
from drivers.errors import LinkError
from drivers.opcua.bounded import LARGEST_CHUNK, LARGEST_MESSAGE, MOST_CHUNKS, Bounded
from drivers.reasons import of_system

HEADER = 8
"""Bytes: what kind of chunk, and how long it is."""

T = TypeVar("T")


_CHINESE = {
    "BadCertificateHostNameInvalid": "证书主机名不符",
    "BadCertificateInvalid": "证书无效",
    "BadCertificateTimeInvalid": "证书不在有效期内",
    "BadCertificateUntrusted": "证书不受信任",
    "BadCertificateUriInvalid": "证书的应用 URI 不符",
    "BadCommunicationError": "通信错误",
    "BadIdentityTokenInvalid": "身份令牌无效",
    "BadIdentityTokenRejected": "用户名或口令被拒绝",
    "BadInternalError": "服务器内部错误",
    "BadMethodInvalid": "没有该方法",
    "BadNoCommunication": "与设备无通信",
    "BadNodeIdInvalid": "节点标识无效",
    "BadNodeIdUnknown": "没有该节点",
    "BadNotConnected": "未连接",
    "BadNotReadable": "不可读",
    "BadNotSupported": "不支持",
    "BadNotWritable": "不可写",
    "BadOutOfRange": "超出范围",
    "BadOutOfService": "停止服务",
    "BadSecurityChecksFailed": "安全检查未通过",
    "BadSecurityPolicyRejected": "安全策略被拒绝",
    "BadServerHalted": "服务器已停止",
    "BadServiceUnsupported": "不支持该服务",
    "BadSessionClosed": "会话已关闭",
    "BadSessionIdInvalid": "会话无效",
    "BadTimeout": "超时",
    "BadTooManyMonitoredItems": "监视项过多",
    "BadTooManySessions": "会话过多",
    "BadTooManySubscriptions": "订阅过多",
    "BadTypeMismatch": "类型不符",
    "BadUserAccessDenied": "用户没有权限",
    "BadWriteNotSupported": "不支持这样写入",
}


class Refused(Explained):
    """Raised when the server answers a whole request with a bad status."""

    def __init__(self, status: int, request: str) -> None:
        why = status_text(status)
        super().__init__(f"{request}：{why.zh}", f"{request}: {why.en}")
        self.status = status


def status_text(status: int) -> Text:
    """Such as `BadNodeIdUnknown (0x80340000)`."""
    name = str(ua.StatusCode(ua.UInt32(status)).name)
    code = f"{name} (0x{status:08X})"
    return Text(f"{_CHINESE[name]} {code}" if name in _CHINESE else code, code)


class Wire(UASocketProtocol):
    def __init__(self, timeout_s: float, policy: SecurityPolicy) -> None:
        limits = TransportLimits(LARGEST_CHUNK, LARGEST_CHUNK, MOST_CHUNKS, LARGEST_MESSAGE)
        super().__init__(timeout_s, security_policy=policy, limits=limits)
        self.reason: BaseException | str = ""
        self._received = bytearray()

    @property
    def is_open(self) -> bool:
        return self.state is UASocketState.OPEN and self.transport is not None

    async def send_hello(self, url: str, max_messagesize: int = 0, max_chunkcount: int = 0) -> ua.Acknowledge:
        """Says how much this side takes at once; the library would say no limit at all."""
        hello = ua.Hello(
            ReceiveBufferSize=ua.UInt32(LARGEST_CHUNK),
            SendBufferSize=ua.UInt32(LARGEST_CHUNK),
            MaxMessageSize=ua.UInt32(LARGEST_MESSAGE),
            MaxChunkCount=ua.UInt32(MOST_CHUNKS),
            EndpointUrl=ua.String(url),
        )
        acknowledged: asyncio.Future[ua.Acknowledge] = asyncio.get_running_loop().create_future()
        self._callbackmap[0] = acknowledged
        if self.transport is not None:
            self.transport.write(uatcp_to_binary(ua.MessageType.Hello, hello))  # type: ignore[arg-type]
        async with asyncio.timeout(self.timeout):
            return await acknowledged

    def data_received(self, data: bytes) -> None:
        """Hands on whole chunks only, and refuses the header of one that is too long."""
        received = self._received
        received += data
        whole = 0
        while len(received) - whole >= HEADER:
            size = int.from_bytes(received[whole + 4 : whole + HEADER], "little")
            if not HEADER <= size <= LARGEST_CHUNK:
                self.refuse(f"a chunk of {size} bytes, {HEADER} to {LARGEST_CHUNK} are possible")
                return
            if len(received) - whole < size:
                break
            whole += size
        if whole:
            chunks = bytes(received[:whole])
            del received[:whole]
            self._process_received_data(chunks)

    def refuse(self, reason: BaseException | str) -> None:
        self.reason = reason
        self.abort()

    def abort(self) -> None:
        """At once, and without waiting for what is still to be sent: nobody may be there to take it."""
        if self.transport is not None:
            self.transport.abort()

    def finish(self) -> None:
        """Once what was written has left; at once where it does not leave."""
        if self.transport is None:
            return
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def disconnect_socket(self) -> None:
        """Called by the library about what it could not decode, while it handles the error."""
        if (error := sys.exception()) is not None:
            self.reason = error
        self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.reason = exc
        super().connection_lost(exc)
        self._received.clear()

    def _process_received_message(self, msg: Any) -> None:
        super()._process_received_message(msg)
        if isinstance(msg, ua.Acknowledge):
            # The library takes the server's wishes for its own, the receiving side for the sending one.
            limits = self._connection._limits
            limits.max_recv_buffer = LARGEST_CHUNK
            limits.max_send_buffer = min(max(msg.ReceiveBufferSize, 8192), LARGEST_CHUNK)
            limits.max_chunk_count, limits.max_message_size = MOST_CHUNKS, LARGEST_MESSAGE

    def _call_callback(self, request_id: int, body: Any) -> None:
        super()._call_callback(request_id, Bounded(bytes(body)) if isinstance(body, Buffer) else body)

    async def ask(self, request: Any, answer: type[T], timeout_s: float | None = None) -> T:
        """Raises LinkError without an answer, Refused for a bad one. A `timeout_s` of 0 waits for ever."""
        return decoded(answer, await self.raw(request, timeout_s), type(request).__name__)

    async def raw(self, request: Any, timeout_s: float | None = None) -> Bounded:
        """The answer's bytes, from the type id on. Raises LinkError and Refused."""
        name = type(request).__name__.removesuffix("Request")
        if not self.is_open:
            raise LinkError(f"{name} 没有发送：{self.told.zh}", f"{name} was not sent: {self.told.en}")
        try:
            return await self.send_request(request, timeout_s)  # type: ignore[return-value]
        except ua.UaStatusCodeError as error:
            raise Refused(error.code, name) from error
        except TimeoutError:
            limit_s = self.timeout if timeout_s is None else timeout_s
            raise LinkError(
                f"{name} 在 {limit_s:g} s 内无应答", f"{name} was not answered within {limit_s:g} s"
            ) from None
        except ConnectionError:
            raise LinkError(
                f"{name} 无应答：{self.told.zh}", f"{name} was not answered: {self.told.en}"
            ) from None
        except Exception as error:
            raise _unreadable(name, error) from error

    @property
    def told(self) -> Text:
        """Why it was lost."""
        reason = self.reason
        if not reason:
            return Text("服务器关闭了连接", "the server closed the connection")
        if isinstance(reason, OSError):
            return of_system(reason)
        said = reason if isinstance(reason, str) else f"{type(reason).__name__}: {reason}".strip(": ")
        return Text(said, said)


def _unreadable(name: str, error: Exception) -> LinkError:
    return LinkError(f"{name}：应答无法解读：{error!r}", f"{name}: the answer cannot be read: {error!r}")


def decoded(answer: type[T], data: Bounded, name: str) -> T:
    """An answer of that type. Raises LinkError where it cannot be read, Refused for a bad one."""
    try:
        read = struct_from_binary(answer, data)
        status = read.ResponseHeader.ServiceResult.value  # type: ignore[attr-defined]
    except Exception as error:
        raise _unreadable(name, error) from error
    if status >> 30:
        raise Refused(status, name)
    return read
