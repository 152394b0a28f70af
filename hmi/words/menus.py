"""Words of the navigation and of the page that arranges it."""

from config.text import Text

MENU = Text("菜单", "Menu")
NAVIGATION = Text("导航", "Navigation")
TO_CONTENT = Text("跳到内容", "Skip to the content")
ESTATE = Text("房产", "Estate")
RESIDENTS = Text("住户", "Residents")
COMPANIES = Text("企业", "Companies")
VEHICLES = Text("车辆", "Vehicles")
DATA = Text("基础数据", "Master data")
ACCESS = Text("用户与权限", "Users and access")
SYSTEM = Text("运行维护", "Operation")
ACCOUNT = Text("账号与帮助", "Account and help")

ADD_LINK = Text("新建链接", "Add a link")
ADD_SECTION = Text("新建分组", "Add a section")
EDIT_ENTRY = Text("修改菜单项 {path}", "Edit menu entry {path}")
RELABEL = Text("改名", "Rename")
LINK = Text("链接", "Link")
LINK_HINT = Text(
    "本站页面（如 /audit）或以 https:// 开头的网址", "A page of this site, as /audit, or an https:// address"
)
LABEL_HINT = Text("留空则用随软件的名称", "Leave empty for the label that it comes with")
SECTION = Text("分组", "Section")
LOOSE = Text("（不分组，在最上面）", "(none, at the top)")
WHO_SEES = Text("可见角色", "Seen by")
WHO_HINT = Text(
    "不选则所有人可见；没有权限的页面始终不显示", "None for all; a page without permission is never shown"
)
EVERYBODY = Text("所有人", "Everybody")
HIDDEN = Text("隐藏", "Hidden")
SHOWN = Text("显示", "Shown")
RESET = Text("还原", "Reset")
EMPTY_SECTION = Text("此分组没有菜单项，不会显示", "Nothing stands here, so it is not shown")
PERMISSION_WINS = Text(
    "菜单只决定显示什么、怎样排列；能打开什么由角色的权限决定。",
    "The menu says what is shown, and in what order; the permissions of roles decide what may be opened.",
)
