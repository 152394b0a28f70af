"""Words of linking accounts with residents and companies."""

from config.text import Text

LINKED = Text("本人档案", "Is")
LINK = Text("关联档案", "Link")
LINK_OF = Text("用户 {user} 的本人档案", "Who user {user} is")
PERSON = Text("人员：姓名、手机后四位或编号", "Person: name, last four digits of the phone, or id")
COMPANY = Text("单位：名称、信用代码或编号", "Company: name, credit code, or id")
NOT_ONE = Text(
    "“{typed}”找到 {count} 条档案，请改填档案编号",
    "“{typed}” finds {count} records; give the id of one",
)
