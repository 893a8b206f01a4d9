"""Point 17: hazards 隐患, found, graded, assigned, rectified, verified by another person, closed.

A general hazard the school closes itself; a major one is listed for supervision 挂牌督办 by the level
above, and only that level closes it. Deadlines and escalation days are pack numbers. Hazards come from
checks and drills (event `finding.raised`), from people, and from anyone through a place's code.
"""
