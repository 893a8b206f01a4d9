"""Roll call 清点 and reunification 交接 (point 8): who is expected, who is there, who is missing, who took which child.

A school keeps its *classes* 班级 (with numbers alone, or with the *pupils* 学生 by name). A *roll call* freezes who is
expected when it starts: pupils by class, staff, and whoever else is on site; each of these is a *group*. A teacher
sends a *sheet* for a group: what was tapped are *marks*, all others not spoken of yet are present. The last word about
a person holds; sheets and marks are never rewritten. A *handover* gives a pupil to a named guardian, once.

Names stay at the school: whoever does not take roll calls (`rollcall.take`) sees totals of a school, nothing below.
"""
