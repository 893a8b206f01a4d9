"""Point 4: the risks of each school, listed, graded in four colours, controlled and looked after.

A risk point 风险点 is a place or thing that can hurt people. It is graded (LEC, matrix, or judged directly),
approved by another person of the school, red and orange ones confirmed by the level above; its controls
are checked as often as its colour asks; what happened since proposes that it be graded anew.
"""
