"""Words of alarms: states, transitions, modes, verdicts, commands."""

from typing import Final

from actors.messages import AlarmState, Mode, Verdict
from config.rules import Severity
from config.text import Text

STATES: Final[dict[AlarmState, Text]] = {
    AlarmState.NORMAL: Text("正常", "Normal"),
    AlarmState.UNACKNOWLEDGED: Text("未确认", "Unacknowledged"),
    AlarmState.ACKNOWLEDGED: Text("已确认", "Acknowledged"),
    AlarmState.RETURNED: Text("已恢复未确认", "Returned, unacknowledged"),
    AlarmState.LATCHED: Text("已锁定未确认", "Latched, unacknowledged"),
    AlarmState.LATCHED_ACKNOWLEDGED: Text("已锁定待复位", "Latched, to be reset"),
    AlarmState.SHELVED: Text("已搁置", "Shelved"),
    AlarmState.SUPPRESSED: Text("设计抑制", "Suppressed by design"),
    AlarmState.OUT_OF_SERVICE: Text("退出服务", "Out of service"),
}
TRANSITIONS: Final[dict[str, Text]] = {
    "alarm_occurs": Text("发生", "Occurred"),
    "re_alarm": Text("再次提示", "Alarmed again"),
    "annunciate": Text("提示", "Annunciated"),
    "return_to_normal": Text("恢复", "Returned"),
    "acknowledge": Text("确认", "Acknowledged"),
    "auto_ack_rtn": Text("恢复后自动确认", "Return acknowledged by itself"),
    "silence": Text("消音", "Silenced"),
    "reset": Text("复位", "Reset"),
    "shelve": Text("搁置", "Shelved"),
    "unshelve": Text("取消搁置", "Unshelved"),
    "shelve_timeout": Text("搁置到期", "Shelf time over"),
    "suppress": Text("设计抑制", "Suppressed by design"),
    "unsuppress": Text("抑制解除", "No longer suppressed"),
    "remove_from_service": Text("退出服务", "Taken out of service"),
    "return_to_service": Text("恢复服务", "Put back in service"),
    "remove": Text("配置移除", "Removed by configuration"),
    "event_begins": Text("事件开始", "Event began"),
    "event_ends": Text("事件结束", "Event ended"),
    "response_step": Text("处置步骤", "Response step"),
    "verdict": Text("登记结论", "Verdict"),
    "device_acknowledged": Text("设备已确认", "Acknowledged at the device"),
    "device_not_acknowledged": Text("设备未确认", "Not acknowledged at the device"),
    "mode_begins": Text("进入状态", "Mode began"),
    "mode_ends": Text("退出状态", "Mode ended"),
}
MODES: Final[dict[Mode, Text]] = {
    Mode.TEST: Text("测试", "Test"),
    Mode.DRILL: Text("演练", "Drill"),
    Mode.WORKS: Text("施工", "Works"),
    Mode.SHELVED: Text("按类搁置", "Class shelved"),
}
VERDICTS: Final[dict[Verdict, Text]] = {
    Verdict.REAL: Text("真实", "Real"),
    Verdict.FALSE: Text("误报", "False"),
    Verdict.TEST: Text("测试", "Test"),
    Verdict.DRILL: Text("演练", "Drill"),
    Verdict.WORKS: Text("施工", "Works"),
}
SEVERITIES: Final[dict[Severity, Text]] = {
    Severity.MINOR: Text("轻微", "Minor"),
    Severity.MODERATE: Text("一般", "Moderate"),
    Severity.MAJOR: Text("严重", "Major"),
    Severity.SEVERE: Text("特别严重", "Severe"),
}
COMMANDS: Final[dict[str, Text]] = {
    "AcknowledgeAlarm": Text("确认报警", "Acknowledge an alarm"),
    "SilenceAlarm": Text("报警消音", "Silence an alarm"),
    "ResetAlarm": Text("复位报警", "Reset an alarm"),
    "ShelveAlarm": Text("搁置报警", "Shelve an alarm"),
    "UnshelveAlarm": Text("取消搁置报警", "Unshelve an alarm"),
    "RemoveFromService": Text("报警退出服务", "Take an alarm out of service"),
    "ReturnToService": Text("报警恢复服务", "Put an alarm back in service"),
    "TickStep": Text("完成处置步骤", "Tick a response step"),
    "RecordVerdict": Text("登记报警结论", "Record the verdict on an alarm"),
    "SetArea": Text("设置测试、演练、施工或按类搁置", "Set a test, drill or works mode, or shelve a class"),
    "EndArea": Text("结束测试、演练、施工或按类搁置", "End a mode or a shelf of a class"),
}
