"""Words of the help."""

from config.text import Text

HELP = Text("帮助", "Help")
ALL_HELP = Text("全部帮助", "All help")
HELP_HERE = Text("本页帮助", "Help on this page")
