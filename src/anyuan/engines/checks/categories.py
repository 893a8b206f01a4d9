"""The first level of the category tree of hazards: what an item of a checklist is about."""

from __future__ import annotations

from django.db import models


class Category(models.TextChoices):
    """The first level of the category tree for schools."""

    FIRE = "01", "消防"
    BUILDING = "02", "校舍建筑"
    UTILITIES = "03", "用电用气用水"
    FOOD = "04", "食品与饮水"
    TRAFFIC = "05", "校车与交通"
    LABORATORY = "06", "实验室与危化品"
    EQUIPMENT = "07", "特种设备"
    SECURITY = "08", "治安安防"
    SPORTS = "09", "体育设施与活动"
    DORMITORY = "10", "宿舍"
    CROWDING = "11", "拥挤踩踏"
    CONSTRUCTION = "12", "在建工程与施工"
    HEALTH = "13", "卫生防疫"
    MIND = "14", "心理与欺凌"
    NATURE = "15", "自然灾害与水域"
    SURROUNDINGS = "16", "周边环境"
    NETWORK = "17", "网络与数据"
    MANAGEMENT = "18", "管理资料"
    OTHER = "19", "其他"
