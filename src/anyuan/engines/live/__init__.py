"""The live channel: something happened, and the pages that show it hear of it at once.

A service says what happened and whom it concerns (`services.publish`); each server process hears of it by
LISTEN/NOTIFY (`hub`) and passes it on to its open pages (`stream`, server-sent events). An event carries no
personal data: the page asks for what it may see. Everything works without it, only later.
"""
