"""Words of the pages of the configuration."""

from config.applied import Event
from config.text import Text

CONFIGURATION = Text("配置", "Configuration")
SETTINGS = Text("设置", "Settings")
MODULES = Text("模块", "Modules")
FILES = Text("站点文件", "Site files")
SECRETS = Text("密钥", "Secrets")
VERSIONS = Text("版本", "Versions")

IN_FORCE = Text("运行中：版本 {version}", "In force: version {version}")
IN_FORCE_MARK = Text("运行中", "In force")
ON_TRIAL = Text(
    "版本 {version} 正在试用：等待所有进程以它正常运行，否则自动恢复版本 {before}",
    "Version {version} is on trial until every process has it; else version {before} comes back by itself",
)
EVENTS = {
    Event.APPLIED: Text("{time} 由 {user} 投入使用", "put in force by {user}, {time}"),
    Event.KEPT: Text("{time} 所有进程已采用", "every process has it, {time}"),
    Event.RETURNED: Text("{time} 已自动退回", "returned from by itself, {time}"),
}
NUMBER = Text("版本", "Version")
WHEN = Text("时间", "Saved")
WHO = Text("编写者", "Author")
WHY = Text("原因", "Reason")
ORIGIN = Text("来源", "From")
ORIGINS = {"files": Text("文件", "files"), "screen": Text("屏幕", "screen")}
DIFFERENCES = Text("与上一版本的差异", "Differences to the one before")
FIRST = Text("第一个版本", "The first version")
SOME_DIFFERENCES = Text("{count} 处差异", "{count} differences")
AND_MORE = Text("另有 {count} 处", "and {count} more")
NOTHING = Text("（无）", "(none)")
OLDER = Text("更早的版本", "Older versions")
NEWEST = Text("最新的版本", "The newest")
EDIT_IT = Text("以此修改", "Edit from it")
PUT_IN_FORCE = Text("投入使用", "Put in force")
GO_BACK = Text("恢复此版本", "Go back to it")
PUT_IT = Text("将版本 {version} 投入使用？", "Put version {version} in force?")
PUT_HINT = Text(
    "有差异的部分会重新启动几秒；如有进程未能正常运行，会自动恢复版本 {running}。",
    "What differs starts anew for a few seconds; if a process does not come up, version {running} is back.",
)

EDITING = Text("在版本 {version} 的基础上修改", "Edited from version {version}")
CHECK = Text("检查", "Check")
CHECK_FIRST = Text(
    "修改后先检查；保存之前不会改变任何东西。", "Check what you changed; nothing changes before it is saved."
)
TROUBLES = Text(
    "有 {count} 处问题，请按字段旁的说明修改：", "{count} problems; correct them as each field says:"
)
NO_DIFFERENCE = Text("与版本 {version} 没有差异", "Nothing differs from version {version}")
WOULD_CHANGE = Text("将改变 {count} 处", "{count} changes")
RESTARTS = Text("投入使用后将自动重新启动：{names}", "Starts anew once in force: {names}")
NO_RESTART = Text("投入使用后无须重新启动", "Nothing has to start anew")
NEW_ADDRESS = Text("{page} 的新地址：{address}", "New address of {page}: {address}")
REASON = Text("修改原因", "Reason")
SAVE_VERSION = Text("保存为新版本", "Save as a new version")
SAVE_AND_APPLY = Text("保存并投入使用", "Save and put in force")
TWO_PERSONS = Text(
    "本站要求双人确认：保存后由另一位管理员投入使用。", "Two persons: another administrator puts it in force."
)
RANGE = Text("{low} 至 {high}", "{low} to {high}")
AT_LEAST = Text("至少 {low}", "at least {low}")
DEFAULT = Text("默认 {value}", "default {value}")
RESTARTS_MARK = Text("修改后重新启动：{names}", "starts anew: {names}")
ONLY_FILES = Text("只能在站点文件中修改", "set in the site's files only")
DAYS = Text("天", "days")
HOURS = Text("小时", "hours")
SECONDS = Text("秒", "s")

MODULES_HINT = Text(
    "停用的模块没有菜单、页面、接口和任务，其命令会被拒绝并说明原因；数据保留，重新启用后即可使用。",
    "A module that is off has no menus, pages, routes or jobs, and its commands are refused with the reason; "
    "its data stay, and are there again when it is on.",
)
CORE = Text("基本模块，不能停用", "Needed by everything; always on")
NEEDS = Text("需要：{names}", "Needs: {names}")
PRIVILEGES = Text("设置权限：角色", "Privileges: roles")
FIRST_DATA = Text("初始数据：导入", "First data: import")

FILES_HINT = Text(
    "设备、测点、报警和限值写在这些文件中。注释不随版本保存。",
    "Devices, points, alarms and limits stand in these files. Comments are not part of a version.",
)
NEW_FILE = Text("新文件", "New file")
FILE_NAME = Text("名称，如 profiles/pump.toml", "Name, such as profiles/pump.toml")

SECRET = Text("密钥", "Secret")
STATE = Text("状态", "State")
SET_BY = Text("{time} 由 {user} 设置", "set on {time} by {user}")
SET_ON_SERVER = Text("{time} 在服务器上设置", "set on {time}, on the server")
NOT_SET = Text("未设置", "not set")
GIVEN = Text("由环境变量 {name} 给出", "given by the environment variable {name}")
REPLACE = Text("设置", "Set")
REMOVE = Text("删除", "Remove")
REMOVE_IT = Text("删除“{name}”？删除后无法找回。", "Remove the {name}? It cannot be brought back.")
NEW_VALUE = Text("新的值", "New value")
WRITE_ONLY = Text(
    "密钥只写不读：设置后任何人都看不到，只能替换或删除。",
    "Secrets are written, never read: nobody sees one again; it can be replaced or removed.",
)
STORED = Text("已保存，相关进程正在重新启动", "Stored; the processes that use it start anew")
MODULE_OFF = Text("模块“{name}”已停用", "The module “{name}” is switched off")
MODULE_OFF_HINT = Text(
    "数据保留；系统管理员可在“配置”的“模块”中启用。",
    "Its data stay; a system administrator switches it on under Configuration, Modules.",
)
