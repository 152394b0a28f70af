"""The modules of the program: which a site may switch off, and which need one another (S1-4.10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from config.text import Text


@dataclass(frozen=True, slots=True)
class SiteModule:
    label: Text
    about: Text
    needs: tuple[str, ...] = ()
    """What must be on for this one to be."""
    core: bool = False
    """It cannot be switched off: nothing works, or nobody is accountable, without it."""


SITE_MODULES: Mapping[str, SiteModule] = MappingProxyType(
    {
        "plant": SiteModule(
            Text("实时监控", "Real-time supervision"),
            Text("采集、报警、操作、历史", "Acquisition, alarms, operation, history"),
            core=True,
        ),
        "access": SiteModule(
            Text("用户与权限", "Users and access"),
            Text("登录、角色、范围", "Log-in, roles, scopes"),
            core=True,
        ),
        "audit": SiteModule(
            Text("审计", "Audit"), Text("谁在何时做了什么", "Who did what and when"), core=True
        ),
        "configuration": SiteModule(
            Text("配置", "Configuration"), Text("设置、版本、密钥", "Settings, versions, secrets"), core=True
        ),
        "jobs": SiteModule(
            Text("任务", "Jobs"), Text("定时任务与运行记录", "Schedules and their runs"), core=True
        ),
        "backup": SiteModule(Text("备份", "Backups"), Text("备份与还原", "Backup and restore"), core=True),
        "master-data": SiteModule(
            Text("基础数据", "Master data"),
            Text("字典、编号、组织机构", "Dictionaries, numbering, organisation"),
            core=True,
        ),
        "property": SiteModule(
            Text("房产与住户", "Houses and residents"),
            Text("房屋、楼栋、人员、产权、居住、缴费人", "Houses, people, ownership, stays, payers"),
        ),
        "companies": SiteModule(
            Text("单位与商户", "Companies and merchants"),
            Text("入驻单位、商户、合作单位", "Companies, merchants, contractors"),
            needs=("property",),
        ),
        "vehicles": SiteModule(
            Text("车辆与车位", "Vehicles and parking"),
            Text("车辆、车位", "Vehicles and parking spaces"),
            needs=("property",),
        ),
        "pets": SiteModule(
            Text("宠物", "Pets"), Text("宠物登记", "The register of pets"), needs=("property",)
        ),
        "keys": SiteModule(
            Text("钥匙", "Keys"), Text("钥匙登记", "The register of keys"), needs=("property",)
        ),
        "utility-accounts": SiteModule(
            Text("水电气账户", "Utility accounts"),
            Text("房屋的水、电、气账户", "Water, power and gas accounts of houses"),
            needs=("property",),
        ),
        "printing": SiteModule(
            Text("打印", "Printing"), Text("打印模板与打印", "Print templates and printing")
        ),
    }
)
"""In the order in which a screen lists them."""


def lacking(off: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Modules that are on though what they need is off -> what they lack."""
    switched_off = set(off)
    return {
        name: missing
        for name, module in SITE_MODULES.items()
        if name not in switched_off and (missing := tuple(sorted(switched_off & set(module.needs))))
    }
