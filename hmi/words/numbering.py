"""Words of the page of numbering rules."""

from config.text import Text

NUMBERING = Text("编号规则", "Numbering")
ADD_RULE = Text("新建编号规则", "Add a numbering rule")
EDIT_RULE = Text("修改编号规则 {rule}", "Edit numbering rule {rule}")
RULE = Text("用于", "For")
PATTERN = Text("编号格式", "Pattern")
PATTERN_HINT = Text(
    "字段：{fields}；{sequence} 为 4 位流水号", "Fields: {fields}; {sequence} is the count with 4 digits"
)
RESET = Text("重新计数", "Begins anew")
SCOPE = Text("范围", "Scope")
PER_PROJECT = Text("按项目编号", "Per project")
GLOBAL = Text("全局", "Global")
EXAMPLE = Text("示例", "Example")
EXAMPLES = Text("示例：{numbers}", "Examples: {numbers}")
FROM_NEXT = Text(
    "从下一个编号起生效；已发出的编号不变，也不会重复",
    "From the next number on; numbers already given stay and do not come again",
)
