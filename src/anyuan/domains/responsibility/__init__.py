"""Points 1, 2 and 3: who answers for what, and whether they did it.

Small apps: `duties` (the network of duties, lists of duties, responsibility letters), `governance`
(rules and regulations, meetings, leaders' inspections, supervision visits), `appraisal` (考核).
"""
