"""Incidents 突发事件 (point 8): reported in under a minute, received, handled, closed, with what was learnt.

Words: first, follow-up and final report 初报、续报、终报; level Ⅰ–Ⅳ 等级; duty desk 值班室 (of the district or the
city), which receives 接报; must be reported 须上报; timeline 事件记录, which nobody can rewrite; injured 伤者.
"""
