"""Headings that people use for one another, whatever the table. A column may add its own."""

GROUPS: tuple[tuple[str, ...], ...] = (
    ("姓名", "名字", "名称", "name", "fullname"),
    ("业主", "业主姓名", "产权人", "房主", "户主", "owner", "ownername"),
    ("租户", "租客", "承租人", "租户姓名", "tenant"),
    (
        "手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "联系方式", "移动电话",
        "phone", "phonenumber", "mobile", "mobilephone", "tel", "telephone", "cell",
    ),
    ("身份证", "身份证号", "身份证号码", "证件号", "证件号码", "idnumber", "idcard", "identitycard"),
    ("房号", "房屋", "房间", "房间号", "门牌号", "房屋编号", "house", "room", "unitno", "flat"),
    ("楼栋", "楼号", "栋", "幢", "楼宇", "building"),
    ("单元", "单元号", "unit"),
    ("楼层", "层", "floor"),
    ("面积", "建筑面积", "房屋面积", "area", "floorarea"),
    ("车牌", "车牌号", "车牌号码", "plate", "plateno", "licenceplate", "licenseplate"),
    ("邮箱", "电子邮箱", "电子邮件", "email", "mail"),
    ("地址", "住址", "联系地址", "address"),
    ("公司", "单位", "单位名称", "公司名称", "企业名称", "company"),
    ("性别", "sex", "gender"),
    ("备注", "说明", "附注", "remark", "remarks", "note", "notes", "comment"),
    ("编号", "编码", "代码", "number", "no", "code"),
    ("日期", "date"),
    ("金额", "amount"),
)  # fmt: skip

ALIKE: dict[str, tuple[str, ...]] = {word: group for group in GROUPS for word in group}
"""A heading (plain, see `layout.plain`) to all that mean the same."""
