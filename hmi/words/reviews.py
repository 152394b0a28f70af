"""Words of the pages of submissions."""

from typing import Final

from business.reviews.model import State
from config.text import Text

REVIEWS = Text("待审提交", "Reviews")
REVIEWS_COUNT = Text("待审提交（{count}）", "Reviews ({count})")
MINE = Text("我的提交", "My submissions")
PROPOSE = Text("提交修改", "Propose a change")
PROPOSE_NEW = Text("提交新建{what}", "Propose a new {what}")
PROPOSED_HINT = Text(
    "提交后由管理人员审核，通过前不会改动档案。",
    "It is reviewed by the office; nothing changes before it is accepted.",
)
NOTE = Text("说明", "Note")
SUBMITTER = Text("提交人", "Submitted by")
SUBMITTED = Text("提交时间", "Submitted")
WHAT = Text("内容", "What")
NEW = Text("新建{what}", "New {what}")
REVIEWER = Text("审核人", "Reviewed by")
REASON = Text("退回原因", "Why it is returned")
FIELD = Text("字段", "Field")
BEFORE = Text("提交时", "As submitted from")
NOW = Text("现在", "Now")
PROPOSED = Text("提交为", "Proposed")
ACCEPT = Text("通过", "Accept")
RETURN = Text("退回", "Return")
WITHDRAW = Text("撤回", "Withdraw")
NOTHING = Text("没有提交", "There are no submissions")
STALE = Text(
    "档案在提交之后被修改过，请逐项核对“现在”与“提交为”再通过。",
    "The record was changed since this was submitted: compare “now” with “proposed” before you accept.",
)
GONE = Text("档案已不存在，只能退回。", "The record is gone: this can only be returned.")
STATES: Final[dict[State, Text]] = {
    State.WAITING: Text("待审", "Waiting"),
    State.ACCEPTED: Text("已通过", "Accepted"),
    State.RETURNED: Text("已退回", "Returned"),
    State.WITHDRAWN: Text("已撤回", "Withdrawn"),
}
