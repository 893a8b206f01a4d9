"""Points 6 and 12: who and what protects a school, as registers: guards, protective gear, security devices.

Words: a *guard* 保安员 stands at a post; *gear* 防护器材 is counted against the standard of its place; a
*device* 安防设备 is a camera, a recorder, a one-key alarm or an access control. Identity numbers are not kept:
a guard is known by name and day of birth, a certificate by its number.
"""
