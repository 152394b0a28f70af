"""Words of the pages where operators' stations and classes of alarms are defined."""

from config.text import Text

CLASSES = Text("报警类别", "Alarm classes")
CLASSES_HINT = Text(
    "同一类别的报警共用确认、锁定、搁置、处置清单和工单规则。随程序提供的类别可以改成本站自己的。",
    "Alarms of one class share how they are acknowledged, latched, shelved, answered, and who gets a work "
    "order. A class that comes with the program may be replaced by the site's own.",
)
NEW_CLASS = Text("新建报警类别", "New alarm class")
STATIONS = Text("值班台", "Stations")
STATIONS_HINT = Text(
    "每个值班台负责哪些区域的报警；没有值班台负责或无人值守的区域，在所有值班台发声。",
    "Which zones each station answers for; what no attended station answers for sounds on all.",
)
NEW_STATION = Text("新建值班台", "New station")
ID = Text("代号", "Id")
NAME = Text("名称", "Name")
ORIGIN = Text("来源", "Defined by")
SHIPPED = Text("随程序提供", "the program")
OWN = Text("本站", "this site")
RULES = Text("规则", "Policy")
ZONES = Text("负责区域", "Zones")
WHOLE = Text("全园区", "the whole site")
BASICS = Text("基本", "Basics")
STEPS = Text("处置清单 {count} 项", "checklist of {count}")
REMOVE = Text("删除", "Remove")
RESTORE = Text("恢复随程序提供的定义", "Back to what the program comes with")
NO_ENTRY = Text("版本 {version} 中没有 {name}", "Version {version} has no {name}")
TAKEN = Text("代号 {name} 已有，请另取一个", "the id {name} is taken: choose another")
NOTHING = Text("没有", "None")
