"""Point 5: emergency plans 应急预案.

A *plan* is a unit's plan of one kind; its *versions* are written, reviewed and published, and never
change afterwards. A version has sections, roles with named people, response levels with measures, and
action cards. Schools read the published plans of the offices above them.
"""
