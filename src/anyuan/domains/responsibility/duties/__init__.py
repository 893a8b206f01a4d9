"""Points 1–3: who answers for what, and who has signed for it.

The duty network 责任网络 says who holds which seat (`Seat`); duty lists 责任清单 say what a post has to do
(`DutyList`, its versions and holders); responsibility letters 责任书 are issued down the tree in a `Round`,
each `Letter` with a text that never changes and two signatures. `verifying` finds what was changed by hand.
"""
