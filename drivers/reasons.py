"""What operating system and TLS say of a connection, in both languages."""

import errno
import os
import re
import socket
import ssl
from typing import Final

from config.text import Text
from drivers.errors import LinkError

_CHINESE: Final = {
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被对方复位",
    errno.ECONNABORTED: "连接已中止",
    errno.EPIPE: "连接已断开",
    errno.ETIMEDOUT: "连接超时",
    errno.EHOSTUNREACH: "没有到该主机的路由",
    errno.EHOSTDOWN: "该主机不在线",
    errno.ENETUNREACH: "网络不可达",
    errno.ENETDOWN: "网络未启用",
    errno.EADDRINUSE: "地址已被占用",
    errno.EADDRNOTAVAIL: "本机没有该地址",
    errno.EMSGSIZE: "报文过长",
    errno.ENOENT: "文件或设备不存在",
    errno.ENXIO: "没有该设备",
    errno.ENODEV: "没有该设备",
    errno.ENOTTY: "不是串口",
    errno.EACCES: "没有权限",
    errno.EPERM: "操作不被允许",
    errno.EBUSY: "设备正被占用",
    errno.EINVAL: "参数无效",
    errno.EIO: "输入输出错误",
    errno.EISDIR: "是目录而不是文件",
    errno.EMFILE: "打开的文件过多",
    errno.ENOBUFS: "缓冲区不足",
    errno.ENOSPC: "磁盘空间不足",
}

_CERTIFICATE: Final = {  # X509_V_ERR_* of OpenSSL
    9: "证书尚未生效",
    10: "证书已过期",
    18: "证书是自签名的",
    19: "证书链中的根证书是自签名的，不受信任",
    20: "证书的颁发者不受信任",
    21: "证书的颁发者不受信任",
    23: "证书已被吊销",
    62: "证书上的主机名不符",
    64: "证书上的 IP 地址不符",
}
_BARE: Final[dict[type[BaseException], int]] = {
    ConnectionRefusedError: errno.ECONNREFUSED,
    ConnectionResetError: errno.ECONNRESET,
    ConnectionAbortedError: errno.ECONNABORTED,
    BrokenPipeError: errno.EPIPE,
}
"""asyncio raises some of them without a number."""
_NAMES: Final = {
    socket.EAI_NONAME: "没有该主机名",
    socket.EAI_AGAIN: "域名服务器没有应答",
    socket.EAI_NODATA: "该主机名没有地址",
}
_NUMBER: Final = re.compile(r"\[Errno (-?\d+)\]|\((\d+), '")
"""asyncio tells of all addresses that it tried in one text; pyserial puts what termios says into its own."""


def of_system(error: BaseException) -> Text:
    """Why a connection, a port or a file cannot be used; what is not known stands in both as it is said."""
    english = str(error) or type(error).__name__
    match error:
        case ssl.SSLCertVerificationError():
            english = error.verify_message or english
            return Text(_CERTIFICATE.get(error.verify_code, f"证书校验失败：{english}"), english)
        case ssl.SSLError():
            return Text(f"TLS 错误：{error.reason or english}", english)
        case socket.gaierror():
            said = error.strerror or english
            return Text(_NAMES.get(error.errno or 0, f"无法解析主机名：{said}"), said)
        case TimeoutError() if not error.args:
            return Text("超时", "timed out")
    number = _number(error, english)
    if number in _CHINESE:
        return Text(_CHINESE[number], os.strerror(number).lower())
    return Text(english, english)


def unreachable(place: object, error: OSError, limit_s: float) -> LinkError:
    """For who did not get a connection to `place` within `limit_s`; asyncio's TimeoutError is an OSError."""
    if isinstance(error, TimeoutError) and not error.args:
        return LinkError(
            f"{place} 在 {limit_s:g} s 内未接受连接",
            f"{place} did not accept a connection within {limit_s:g} s",
        )
    why = of_system(error)
    return LinkError(f"{place} 无法连接：{why.zh}", f"{place} cannot be reached: {why.en}")


def _number(error: BaseException, said: str) -> int:
    """0 for none; termios raises errors of its own, which are no OSError."""
    if isinstance(number := getattr(error, "errno", None) or next(iter(error.args), None), int):
        return number
    if type(error) in _BARE:
        return _BARE[type(error)]
    found = _NUMBER.search(said)
    return int(found[1] or found[2]) if found else 0
