"""Words of what the control room sees and hears of alarms."""

from typing import Final

from config.text import Text

# --- lists
ACTIVE = Text("活动", "Active")
SHELVED = Text("已搁置", "Shelved")
SUPPRESSED = Text("设计抑制", "Suppressed")
OUT_OF_SERVICE = Text("退出服务", "Out of service")
UNACKNOWLEDGED = Text("未确认", "Unacknowledged")
ACKNOWLEDGED = Text("已确认", "Acknowledged")
RETURNED = Text("已恢复未确认", "Returned")
LATCHED = Text("已锁定", "Latched")
CLASS = Text("类别", "Class")
ALL_CLASSES = Text("全部类别", "All classes")
ALL_SUBSYSTEMS = Text("全部子系统", "All subsystems")
ALL_PRIORITIES = Text("全部级别", "All priorities")
TEXT = Text("查找设备、报警", "Find device or alarm")
CLEAR = Text("清除筛选", "Clear filters")
THIS_STATION = Text("本台 {count}", "This station {count}")
WHOLE_SITE = Text("全园区 {count}", "Whole site {count}")
SELECT_PAGE = Text("选中本页", "Select the page")
SELECT = Text("选中 {name}", "Select {name}")
MEMBERS = Text("{count} 条由此引起", "{count} explained by it")
DEVICES_BEHIND = Text("其下 {count} 台设备", "devices behind it: {count}")
OCCURRED_TIMES = Text("上次确认后发生 {count} 次", "occurred {count} times since it was acknowledged")
FIRST_OUT = Text("首出", "First out")
FIRST_OUT_HINT = Text("本组中最先发生", "The first of its group")
SILENCED = Text("已消音", "Silenced")
UNTIL = Text("至 {time}", "until {time}")
ONE_SHOT = Text("恢复即止", "one shot")
NO_END = Text("未定结束", "no end set")
WORK_ORDER = Text("工单 {order}", "order {order}")
EMPTY: Final[dict[str, Text]] = {
    "active": Text("没有活动的报警", "No active alarms"),
    "shelved": Text("没有搁置的报警", "Nothing is shelved"),
    "suppressed": Text("没有被设计抑制的报警", "Nothing is suppressed by design"),
    "out-of-service": Text("没有退出服务的报警", "Nothing is out of service"),
}
MARKS: Final[dict[str, Text]] = {
    "test": Text("测试中", "TEST"),
    "drill": Text("演练中", "DRILL"),
    "works": Text("施工中", "WORKS"),
}
WHY = Text("原因与期限", "Reason and end")
SELECTED = Text("已选 {count}", "{count} selected")

# --- acts
ACK_PAGE = Text("确认本页 (⇧A)", "Acknowledge page (⇧A)")
SILENCE = Text("消音 (M)", "Silence (M)")
SILENCE_THESE = Text("消音所选", "Silence selected")
SHELVE = Text("搁置", "Shelve")
SHELVE_KEY = Text("搁置 (S)", "Shelve (S)")
UNSHELVE = Text("取消搁置", "Unshelve")
TAKE_OUT = Text("退出服务", "Out of service")
PUT_BACK = Text("恢复服务", "Back in service")
RESET = Text("复位", "Reset")
FOR_HOW_LONG = Text("时长", "For how long")
ONE_SHOT_FIELD = Text("报警恢复即结束（单次）", "Until it returns, if that is sooner (one shot)")
ORDER = Text("工单号", "Work order")
DONE_COUNT = Text("{act}：完成 {done} 条", "{act}: {done} done")
FAILED_COUNT = Text("{act}：完成 {done} 条，{failed} 条未成", "{act}: {done} done, {failed} not")
NOTHING = Text("没有选中可{act}的报警", "Nothing that can be done with: {act}")
NO_SHELVING = Text(
    "所选报警的类别不允许搁置；需要时请设置测试或施工模式",
    "The class of these alarms may not be shelved; set a test or works mode if need be",
)
SILENCED_COUNT = Text(
    "已消音 {count} 条，10 分钟后未确认则再次发声", "{count} silenced; heard again in 10 min"
)
NOTHING_SOUNDS = Text("本台没有正在发声的报警", "Nothing sounds at this station")
UNTIL_PUT_BACK = Text("直到恢复服务", "Until it is put back")
DURATIONS: Final[dict[str, Text]] = {
    "900": Text("15 分钟", "15 minutes"),
    "1800": Text("30 分钟", "30 minutes"),
    "3600": Text("1 小时", "1 hour"),
    "7200": Text("2 小时", "2 hours"),
    "14400": Text("4 小时", "4 hours"),
    "28800": Text("8 小时", "8 hours"),
    "43200": Text("12 小时", "12 hours"),
    "86400": Text("1 天", "1 day"),
    "259200": Text("3 天", "3 days"),
    "604800": Text("7 天", "7 days"),
}
"""By seconds."""

# --- keys
KEYS = Text("快捷键", "Keys")
KEY_LINES: Final[dict[str, Text]] = {
    "A": Text("确认所选报警", "acknowledge the selected alarms"),
    "⇧A": Text("确认本页报警，可填备注", "acknowledge the page, with a note"),
    "M": Text("消音：所选的，未选时为本台", "silence the selected, or else this station"),
    "S": Text("搁置所选报警", "shelve the selected alarms"),
    "/": Text("查找", "find"),
    "?": Text("显示本表", "this sheet"),
    "⇧ + 单击 / click": Text("选中连续的多条", "select a range"),
}

# --- sound and stations
STATION = Text("值班台", "Station")
STATIONS = Text("值班台与声音", "Station and sound")
SOUND_OFF = Text("声音未开启：点击此处开启报警声", "Sound is off: click here so that alarms can be heard")
SOUND_ON = Text("声音正常", "Sound is on")
SOUND_SILENT = Text("声音未开启", "Sound is off")
SOUNDS = Text("{count} 条正在发声", "{count} sounding")
SOUND_NAMES = Text("提示音", "Sounds")
SPEAK_TEST = Text("语音试听", "Speak")
SPOKEN_TEST = Text("园区管家语音测试", "This is a test of the spoken prompts of Steward")
SIT_HERE = Text("在此值班", "Sit here")
SITTING = Text("本机所在", "This browser")
ZONES = Text("负责区域", "Zones")
HEARD_HERE = Text("有人值守", "Attended")
NOT_ATTENDED = Text("无人值守：其区域在所有值班台发声", "Not attended: its zones sound on every station")
WHOLE = Text("全园区", "Whole site")
UNCHOSEN = Text("不选值班台", "No station")
NO_STATIONS = Text(
    "没有配置值班台；每个中控室画面都会听到全园区的报警。可在配置的 [[station]] 中设置。",
    "No stations are configured: every control-room page hears the whole site. Set them as [[station]].",
)

# --- strips
FLOOD = Text(
    "报警泛滥：10 分钟内 {count} 条。请先处理最紧急的，其余按根因成组",
    "Alarm flood: {count} in 10 minutes. Answer the most urgent first; the rest is grouped by cause",
)
IN_FORCE = Text(
    "{what}：{where} · {reason}（{by}，至 {until}）", "{what}: {where} · {reason} ({by}, until {until})"
)
MORE_AREAS = Text("另有 {count} 处", "{count} more")
LINKAGE_OFF = Text("联动已停止", "Linkage is off")
LINKAGE_OFF_HINT = Text(
    "没有收到联动服务的状态，预案不会执行；请人工处置", "Linkage is not heard: no plan runs; act by hand"
)
LINKAGE = Text("联动", "Linkage")
RUNNING_PLANS = Text("{count} 个预案运行中", "{count} plans running")
VERIFYING = Text("{name}：待核实", "{name}: to be verified")
OVERDUE = Text("已超时", "overdue")
HELD_BY_HAND = Text("{count} 点由人工保持", "{count} points held by hand")
NOTICE = Text("公告", "Notice")
CALLED_CAMERA = Text("预案调看", "Called by a plan")
SPOKEN = Text("播报", "Spoken")
DISMISS = Text("关闭", "Dismiss")
EVERYWHERE = Text("全园区", "The whole site")

# --- detail of an alarm
WHAT = Text("报警", "Alarm")
RATIONALISATION = Text("处置依据", "Rationalisation")
CAUSE = Text("可能原因", "Cause")
CONSEQUENCE = Text("后果", "Consequence")
ACTION = Text("处置", "Corrective action")
SEVERITY = Text("严重程度", "Severity")
RESPONSE_TIME = Text("处置时限", "Time to respond")
LEFT = Text("剩余 {left}", "{left} left")
OVER = Text("已超 {over}", "{over} over")
ROOT = Text("根因", "Root cause")
EXPLAINS = Text("由此引起", "Explains")
SUPPRESSIONS = Text("隐藏原因", "Hidden because")
HISTORY = Text("本报警的记录", "History of this alarm")
TREND = Text("趋势", "Trend")
CHECKLIST = Text("处置清单", "Checklist")
STEP_WITHIN = Text("{time} 内", "within {time}")
STEP_OVERDUE = Text("超时", "overdue")
STEP_DONE = Text("{by} {time} 完成", "done by {by} at {time}")
TICK = Text("完成", "Done")
CAMERA = Text("调看视频", "Camera")
TELEPHONE = Text("电话 {number}（请人工拨打）", "Telephone {number} (dial it yourself)")
VERDICT = Text("结论", "Verdict")
VERDICT_NEEDED = Text("复位前须登记结论", "A verdict is needed before it can be reset")
RECORD = Text("登记结论", "Record the verdict")
VERDICT_CAUSE = Text("原因", "Cause")
VERDICT_DONE = Text("处理情况", "What was done")
NOT_IN_ALARM = Text("当前没有报警", "Not in alarm now")
OCCURRED = Text("发生时间", "Occurred")
CONDITION = Text("报警条件", "Condition")
HOLDS = Text("仍然存在", "still holds")
IS_OVER = Text("已消失", "is over")
NOT_SAID = Text("未填写", "not given")

# --- modes
MODES = Text("测试、演练与施工", "Test, drill and works")
MODES_HINT = Text(
    "测试与施工期间，该范围的报警照常显示并标记，但不发声、不通知；演练期间照常发声并标记。到时自动结束，全程记入报警记录。",
    "In test and works, alarms of the part are shown and marked but neither sound nor notify; in a drill they"
    " sound, and are marked. A mode ends by itself, and the journal has all of it.",
)
SET_MODE = Text("设置", "Set")
MODE = Text("模式", "Mode")
PLACE = Text("范围", "Where")
DEVICE_FIELD = Text("只限设备编号（可不填）", "Only the device with this id (may be empty)")
UNTIL_HEAD = Text("到", "Until")
BY_WHOM = Text("设置人", "Set by")
END_NOW = Text("立即结束", "End now")
END_OF = Text("结束：{what}", "End: {what}")
NO_MODES = Text("没有处于测试、演练、施工或按类搁置的范围", "No part of the site is in a mode")
BEGAN = Text("开始", "Since")
