"""The dictionaries that the program brings along (B07, S1-1.7). A code that has shipped never changes.

Another module adds its own here: entries that are missing in a database are written at the next start.
"""

from dataclasses import dataclass

from business.dictionaries.model import Colour
from config.text import Text


@dataclass(frozen=True, slots=True)
class ShippedEntry:
    code: str
    label: Text
    colour: Colour = Colour.NONE
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Shipped:
    name: str
    label: Text
    entries: tuple[ShippedEntry, ...]
    """Whatever stands above another comes before it."""


def _of(name: str, zh: str, en: str, *entries: str) -> Shipped:
    """Entries are written 'code 中文 English [@colour] [^parent]', words of a label joined by '_'."""
    return Shipped(name, Text(zh, en), tuple(_entry(line) for line in entries))


def _entry(line: str) -> ShippedEntry:
    code, zh, en, *rest = line.split()
    marks = {one[0]: one[1:] for one in rest}
    label = Text(zh.replace("_", " "), en.replace("_", " "))
    return ShippedEntry(code, label, Colour(marks.get("@", "")), marks.get("^", ""))


SEED: tuple[Shipped, ...] = (
    _of(
        "house_type", "房屋类型", "House type",
        "flat 住宅 Flat", "villa 别墅 Villa", "shop 商铺 Shop", "office 办公 Office",
        "warehouse 仓库 Warehouse", "plant 厂房 Factory", "dormitory 宿舍 Dormitory",
        "apartment 公寓 Serviced_apartment", "garage 车库 Garage", "storage 储藏室 Storage_room",
        "public 公共用房 Common_premises",
    ),
    _of(
        "house_layout", "户型", "Layout",
        "single 单间 Single_room", "1-1 一室一厅 1_bedroom,_1_living_room",
        "2-1 两室一厅 2_bedrooms,_1_living_room", "2-2 两室两厅 2_bedrooms,_2_living_rooms",
        "3-1 三室一厅 3_bedrooms,_1_living_room", "3-2 三室两厅 3_bedrooms,_2_living_rooms",
        "4-2 四室两厅 4_bedrooms,_2_living_rooms", "5-2 五室两厅 5_bedrooms,_2_living_rooms",
        "duplex 复式 Duplex", "loft 跃层 Split_level", "open 开敞式 Open_plan",
    ),
    _of(
        "orientation", "朝向", "Orientation",
        "east 东 East", "south 南 South", "west 西 West", "north 北 North",
        "southeast 东南 South-east", "northeast 东北 North-east", "southwest 西南 South-west",
        "northwest 西北 North-west", "north-south 南北通透 North_and_south", "east-west 东西 East_and_west",
    ),
    _of(
        "decoration", "装修情况", "Decoration",
        "shell 毛坯 Bare_shell", "simple 简装 Simple", "medium 中装 Standard", "fine 精装 Fine",
        "luxury 豪装 Luxury",
    ),
    _of(
        "house_use", "房屋用途", "Use",
        "residence 住宅 Residence", "shop 商铺 Shop", "office 办公 Office", "garage 车库 Garage",
        "storage 仓储 Storage", "public 公共配套 Common_facility",
        "let 出租 Let", "internal-sale 内销 Internal_sale", "vacant 空置 Vacant", "own 自用 Own_use",
    ),
    _of(
        "house_status", "房屋状态", "House status",
        "unsold 未售 Unsold @grey", "sold 已售 Sold @blue", "delivered 已交付 Handed_over @teal",
        "decorating 装修中 Being_decorated @orange", "occupied 入住 Occupied @green",
        "let 出租 Let @purple", "vacant 空置 Vacant @yellow",
    ),
    _of(
        "property_right", "产权类型", "Property right",
        "private 私有产权 Private", "shared 共有产权 Shared", "state 国有产权 State-owned",
        "collective 集体产权 Collective", "developer 开发商持有 Held_by_the_developer",
        "use-only 使用权 Right_of_use", "civil-defence 人防 Civil_defence",
    ),
    _of(
        "person_category", "人员类别", "Person category",
        "owner 业主 Owner", "tenant 租户 Tenant", "family 家庭成员 Family_member", "staff 员工 Staff",
        "other 其他 Other",
    ),
    _of(
        "household_relation", "与户主关系", "Relation to the head of household",
        "head 户主 Head_of_household", "spouse 配偶 Spouse", "child 子女 Child", "parent 父母 Parent",
        "parent-in-law 岳父母或公婆 Parent-in-law", "grandparent 祖父母 Grandparent",
        "grandchild 孙子女 Grandchild", "sibling 兄弟姐妹 Brother_or_sister",
        "co-tenant 合租人 Flatmate", "housekeeper 保姆 Housekeeper", "other 其他 Other",
    ),
    _of(
        "consent_purpose", "同意事项", "What people consent to",
        "processing 处理个人信息 Processing_of_personal_information",
        "photo 登记照片 A_photograph", "face 人脸识别通行 Passing_by_face",
        "marketing 活动与营销信息 News_and_offers", "third-party 向第三方提供 Handing_on_to_others",
    ),
    _of(
        "consent_state", "同意状态", "Given or withdrawn", "given 同意 Given", "withdrawn 撤回 Withdrawn",
    ),
    _of(
        "consent_way", "同意方式", "How consent was given",
        "paper 书面 In_writing", "spoken 口头 By_word_of_mouth", "online 线上 Online",
        "guardian 监护人代为 By_a_guardian",
    ),
    _of(
        "certificate_kind", "证件类型", "Kind of certificate",
        "id-card 居民身份证 Resident_identity_card", "household-register 户口簿 Household_register",
        "passport 护照 Passport", "hk-macao-permit 港澳居民来往内地通行证 Hong_Kong_and_Macao_permit",
        "taiwan-permit 台湾居民来往大陆通行证 Taiwan_permit",
        "residence-permit 外国人永久居留证 Foreigner's_residence_permit",
        "officer 军官证 Officer's_card", "soldier 士兵证 Soldier's_card",
        "business-licence 营业执照 Business_licence", "other 其他 Other",
    ),
    _of(
        "vehicle_class", "车辆类型", "Vehicle class",
        "small 小型车 Small_car", "medium 中型车 Medium_vehicle", "large 大型车 Large_vehicle",
        "new-energy 新能源车 New-energy_car", "truck 货车 Lorry", "motorcycle 摩托车 Motorcycle",
        "electric-bicycle 电动自行车 Electric_bicycle", "bicycle 自行车 Bicycle", "special 特种车 Special",
    ),
    _of(
        "vehicle_colour", "车辆颜色", "Vehicle colour",
        "white 白色 White", "black 黑色 Black", "silver 银色 Silver", "grey 灰色 Grey", "red 红色 Red",
        "blue 蓝色 Blue", "green 绿色 Green", "yellow 黄色 Yellow", "brown 棕色 Brown", "other 其他 Other",
    ),
    _of(
        "parking_space_kind", "车位类型", "Kind of parking space",
        "owned 产权车位 Owned", "leased 租赁车位 Leased", "public 公共车位 Common",
        "temporary 临时车位 Short-stay", "civil-defence 人防车位 Civil-defence",
        "mechanical 机械车位 Mechanical", "charging 充电车位 Charging", "accessible 无障碍车位 Accessible",
    ),
    _of(
        "pet_kind", "宠物类型", "Kind of pet",
        "dog 犬 Dog", "cat 猫 Cat", "bird 鸟 Bird", "other 其他 Other",
    ),
    _of(
        "pet_breed", "宠物品种", "Breed",
        "dog 犬 Dog", "cat 猫 Cat",
        "poodle 贵宾犬 Poodle ^dog", "golden-retriever 金毛寻回犬 Golden_retriever ^dog",
        "labrador 拉布拉多犬 Labrador ^dog", "corgi 柯基犬 Corgi ^dog", "shiba 柴犬 Shiba ^dog",
        "husky 哈士奇 Husky ^dog", "village-dog 中华田园犬 Chinese_village_dog ^dog",
        "dog-other 其他犬 Other_dog ^dog",
        "british-shorthair 英国短毛猫 British_shorthair ^cat",
        "american-shorthair 美国短毛猫 American_shorthair ^cat", "ragdoll 布偶猫 Ragdoll ^cat",
        "siamese 暹罗猫 Siamese ^cat", "village-cat 中华田园猫 Chinese_village_cat ^cat",
        "cat-other 其他猫 Other_cat ^cat", "other 其他 Other",
    ),
    _of(
        "company_kind", "单位类型", "Kind of company",
        "owner 业主单位 Owner", "tenant 租赁单位 Tenant", "supplier 供应商 Supplier",
        "contractor 合作单位 Contractor", "authority 政府部门 Authority",
        "property 物业公司 Property_company", "other 其他 Other",
    ),
    _of(
        "contractor_kind", "合作单位类型", "Kind of contractor",
        "developer 开发商 Developer", "builder 承建商 Builder", "agent 代理商 Agent",
        "decorator 装修公司 Decorator", "maintenance 维保单位 Maintenance", "cleaning 保洁单位 Cleaning",
        "security 保安单位 Security", "greening 绿化单位 Greening", "other 其他 Other",
    ),
    _of(
        "utility_kind", "公用事业类型", "Kind of utility",
        "water 自来水 Water", "hot-water 热水 Hot_water", "reclaimed-water 中水 Reclaimed_water",
        "electricity 电 Electricity", "gas 燃气 Gas", "heating 供暖 Heating", "cooling 供冷 Cooling",
        "telephone 电话 Telephone", "broadband 宽带 Broadband", "television 有线电视 Cable_television",
    ),
    _of(
        "key_kind", "钥匙类型", "Kind of key",
        "entrance 入户门 Front_door", "unit 单元门 Stairway_door", "mailbox 信箱 Letter_box",
        "storage 储藏室 Storage_room", "garage 车库 Garage", "meter 表箱 Meter_box",
        "equipment 设备间 Equipment_room", "card 门禁卡 Access_card", "other 其他 Other",
    ),
    _of(
        "fee_kind", "费用类型", "Kind of fee",
        "property 物业费 Property_fee", "water 水费 Water", "electricity 电费 Electricity", "gas 燃气费 Gas",
        "heating 供暖费 Heating", "share 公摊费 Shared_costs", "parking 停车费 Parking", "rent 租金 Rent",
        "deposit 押金 Deposit", "repair 维修费 Repair", "service 服务费 Service", "other 其他 Other",
    ),
    _of(
        "trade", "业态", "Trade",
        "catering 餐饮 Catering", "retail 零售 Retail", "supermarket 超市 Supermarket",
        "pharmacy 药店 Pharmacy", "beauty 美容美发 Hairdressing_and_beauty", "education 教育培训 Education",
        "fitness 健身 Fitness", "bank 银行 Bank", "parcel 快递 Parcels", "laundry 洗衣 Laundry",
        "agency 中介 Agency", "other 其他 Other",
    ),
    _of("gender", "性别", "Gender", "male 男 Male", "female 女 Female", "unknown 未说明 Not_stated"),
    _of(
        "customer_level", "客户等级", "Customer level",
        "normal 普通 Normal @grey", "important 重要 Important @blue", "vip 贵宾 VIP @purple",
        "attention 重点关注 Needs_attention @orange",
    ),
)  # fmt: skip
