"""Guessing a hazard's category from what a person wrote; a person can change it."""

from __future__ import annotations

from anyuan.domains.hazards.models import Category

WORDS: list[tuple[Category, str]] = [
    (Category.FIRE, "消防 灭火器 消火栓 疏散 安全出口 应急灯 烟感 喷淋 动火 电动车 防火"),
    (Category.FOOD, "食堂 食品 餐 留样 饮水 后厨 过期"),
    (Category.UTILITIES, "电线 配电 插座 漏电 燃气 锅炉房 水管 电器 线路"),
    (Category.TRAFFIC, "校车 车辆 停车 交通 接送"),
    (Category.LABORATORY, "实验 危化 试剂 药品"),
    (Category.EQUIPMENT, "电梯 锅炉 压力容器"),
    (Category.SECURITY, "保安 门卫 监控 摄像 报警 围墙 门禁 防刺 盾牌"),
    (Category.SPORTS, "操场 单杠 双杠 篮球架 足球门 器材 跑道"),
    (Category.DORMITORY, "宿舍 寝室"),
    (Category.CROWDING, "楼梯 拥挤 踩踏 走廊"),
    (Category.CONSTRUCTION, "施工 工地 脚手架 围挡"),
    (Category.BUILDING, "墙 屋顶 护栏 栏杆 门窗 玻璃 地砖 吊顶 瓷砖 渗水"),
    (Category.HEALTH, "卫生 消毒 传染 晨检"),
    (Category.NATURE, "河 池塘 水域 树 积水 山体"),
    (Category.SURROUNDINGS, "摊 校门口 周边 占道"),
    (Category.NETWORK, "网络 账号 数据 密码"),
    (Category.MANAGEMENT, "制度 台账 记录 责任书 预案"),
]


def guess_category(text: str) -> str:
    """The first category one of whose words the text holds; 其他 where none does."""
    for category, words in WORDS:
        if any(word in text for word in words.split()):
            return str(category.value)
    return str(Category.OTHER.value)
