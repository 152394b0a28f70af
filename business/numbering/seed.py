"""The rules that the program brings along. Another module adds its own here."""

from dataclasses import dataclass

from business.numbering.pattern import Reset
from config.text import Text


@dataclass(frozen=True, slots=True)
class ShippedRule:
    name: str
    label: Text
    pattern: str
    reset: Reset
    per_project: bool = False


SEED: tuple[ShippedRule, ...] = (
    ShippedRule("work_order", Text("工单", "Work order"), "WO{yyyy}{MM}{dd}-{seq:4}", Reset.DAILY),
    ShippedRule("complaint", Text("投诉", "Complaint"), "TS{yyyy}{MM}{dd}-{seq:4}", Reset.DAILY),
    ShippedRule("bill", Text("账单", "Bill"), "ZD{yyyy}{MM}-{seq:6}", Reset.MONTHLY),
    ShippedRule("receipt", Text("收据", "Receipt"), "SJ{yyyy}-{seq:6}", Reset.YEARLY),
    ShippedRule("voucher", Text("凭证", "Voucher"), "PZ{yyyy}{MM}-{seq:4}", Reset.MONTHLY),
    ShippedRule("contract", Text("合同", "Contract"), "HT{yyyy}-{seq:4}", Reset.YEARLY),
    ShippedRule("asset", Text("资产", "Asset"), "ZC{seq:6}", Reset.NEVER),
    ShippedRule(
        "visitor_pass", Text("访客通行证", "Visitor's pass"), "FK{yyyy}{MM}{dd}-{seq:4}", Reset.DAILY
    ),
)
