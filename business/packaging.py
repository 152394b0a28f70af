"""Which modules of the program this site has (S1-4.10): what is off offers nothing and keeps its data.

Everything goes by permissions: a command, a page and a route demand one, and the part before its dot tells
the module.
"""

from collections.abc import Mapping
from types import MappingProxyType

from actors.said import said
from config.packaging import SITE_MODULES, SiteModule

PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "plant": (
            "plant", "system", "point", "alarm", "alarm-definition", "alarm-order", "device", "subsystem",
            "linkage", "camera", "duty", "notify",
        ),
        "access": ("access", "scope", "user"),
        "audit": ("audit",),
        "configuration": ("configuration", "menu", "webhook"),
        "jobs": ("job",),
        "backup": ("backup",),
        "master-data": ("dictionary", "numbering", "organisation"),
        "property": (
            "house", "area", "building", "unit", "floor", "person", "ownership", "stay", "payer",
            "house_state", "consent", "duplicate", "review", "privacy",
        ),
        "companies": ("company", "merchant", "contractor"),
        "vehicles": ("vehicle", "parking_space"),
        "pets": ("pet",),
        "keys": ("key",),
        "utility-accounts": ("utility_account",),
        "printing": ("printing",),
    }
)  # fmt: skip
"""Module -> the first parts of its permissions. Every permission belongs to one; a test holds that."""
_MODULE_OF = {part: module for module, parts in PARTS.items() for part in parts}


class Packaging:
    """The modules of one site."""

    def __init__(self, off: frozenset[str] = frozenset()) -> None:
        """`off` are names in `config.packaging`."""
        self._off = frozenset(one for one in off if one in SITE_MODULES and not SITE_MODULES[one].core)

    def off(self, permission: str) -> SiteModule | None:
        """The module that is switched off and to which the permission belongs; None when it is on."""
        module = _MODULE_OF.get(permission.partition(".")[0], "")
        return SITE_MODULES[module] if module in self._off else None

    def has(self, module: str) -> bool:
        return module not in self._off

    def refusal(self, permission: str) -> str | None:
        """Why nothing is done with the permission; None when its module is on."""
        module = self.off(permission)
        if module is None:
            return None
        return said(
            f"模块“{module.label.zh}”已停用；数据保留，请系统管理员在“配置”中启用后再试",
            f"the module {module.label.en!r} is switched off; its data stay, and a system administrator "
            "switches it on under Configuration",
        )


WHOLE = Packaging()
"""Of a site that has everything."""
