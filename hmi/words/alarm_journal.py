"""Words of the search in the alarm journal."""

from config.text import Text

DEVICE = Text("设备编号或名称", "Device number or name")
TYPE = Text("设备类型", "Device type")
ALARM = Text("报警名称", "Alarm")
SINCE = Text("从", "From")
UNTIL = Text("到", "To")
LEVEL = Text("级别", "Priority")
TRANSITION = Text("变化", "Transition")
PERSON = Text("人员", "Person")
ZONE = Text("区域", "Zone")
CLASS = Text("类别", "Class")
MODE = Text("模式", "Mode")
ANNUNCIATED = Text("仅已提示", "Annunciated only")
SEARCH = Text("查询", "Search")
CLEAR = Text("清除条件", "Clear")
FOUND = Text("共 {count} 条", "{count} entries")
FOUND_MORE = Text("超过 {count} 条", "More than {count} entries")
EXPORT = Text("导出 Excel", "Export to Excel")
EXPORT_LIMIT = Text(
    "最多导出最新的 {most} 条；请缩小范围以导出其余记录",
    "At most the newest {most} entries; narrow the search for the rest",
)
EXPORTED = Text("已导出 {count} 条", "{count} entries exported")
EXPORTED_CUT = Text(
    "已导出最新的 {count} 条，更早的未导出；请缩小范围",
    "The newest {count} entries were exported, older ones were not; narrow the search",
)
FILE_NAME = Text("报警日志", "alarm-journal")
SOURCE_TIME = Text("发生时间", "Source time")
SYSTEM_TIME = Text("记录时间", "System time")
NUMBER = Text("编号", "Number")
DEVICE_NAME = Text("设备名称", "Device")
STATION = Text("终端", "Station")
YES = Text("是", "Yes")
NO = Text("否", "No")
SOUNDED = Text("已提示", "Annunciated")
NO_SUCH_ALARM = Text(
    "没有名称含“{named}”的报警；请检查写法或留空",
    'No alarm has "{named}" in its name; check the spelling or leave it empty',
)
TOO_MANY_ALARMS = Text(
    "有 {count} 种报警的名称含“{named}”，最多可同时查询 {most} 种；请写得更具体",
    '{count} kinds of alarms have "{named}" in their name, {most} can be sought at once; be more exact',
)
TOO_MANY_DEVICES = Text(
    "符合条件的设备有 {count} 台，最多可同时查询 {most} 台；请写得更具体或选择设备类型",
    "{count} devices match, {most} can be sought at once; be more exact or choose a type",
)
NO_TIME = Text("“{time}”不是时间", '"{time}" is no time')
ALL = Text("全部", "All")
IN_JOURNAL = Text("在日志中查看", "In the journal")
