"""Warnings 预警 (points 5 and 8): weather and air, from outside or by hand; a person decides, schools answer.

Words: signal 预警信号 with kind and colour; to be weighed 待研判; passed on 下发; a school's response 反馈, which
acknowledges 收到 and says what was done of each measure 措施; suspension order 停课通知; ended 已解除.
CAP is the international format of warnings, version 1.2; `cap/` reads and writes it and knows nothing else.
"""
