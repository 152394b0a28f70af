"""Words of the pages on which an administrator keeps master data."""

from config.text import Text

ADD = Text("新建", "Add")
ADD_BELOW = Text("新建下级", "Add below")
EDIT = Text("修改", "Edit")
REMOVE = Text("删除", "Remove")
REMOVE_IT = Text("删除“{name}”？", "Remove “{name}”?")
UP = Text("上移", "Move up")
DOWN = Text("下移", "Move down")
CODE = Text("代码", "Code")
CODE_HINT = Text("写入记录后不再改变", "Stands in records and never changes")
LABEL_ZH = Text("中文名称", "Chinese label")
LABEL_EN = Text("英文名称", "English label")
ABOVE = Text("上级", "Above it")
TOP = Text("（顶层）", "(top)")
ORIGIN = Text("来源", "Origin")
SHIPPED = Text("随软件", "Shipped")
OWN = Text("自建", "Own")
