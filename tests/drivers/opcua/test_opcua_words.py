"""What a server answers stands with its standard name, and in Chinese before it."""

import pytest

from drivers.opcua.wire import Refused, status_text


@pytest.mark.parametrize(
    ("status", "zh", "en"),
    [
        (0x801F0000, "用户没有权限 BadUserAccessDenied (0x801F0000)", "BadUserAccessDenied (0x801F0000)"),
        (0x80210000, "用户名或口令被拒绝 BadIdentityTokenRejected", "BadIdentityTokenRejected"),
        (0x80340000, "没有该节点 BadNodeIdUnknown", "BadNodeIdUnknown"),
        (0x80440000, "BadMonitoredItemFilterUnsupported (0x80440000)", "BadMonitoredItemFilterUnsupported"),
    ],
)
def test_a_status_is_said_in_both(status: int, zh: str, en: str) -> None:
    assert status_text(status).zh.startswith(zh)
    assert status_text(status).en.startswith(en)
    assert Refused(status, "Read").why.zh.startswith(f"Read：{zh}")
