"""Points 5 and 8: drills 应急演练, in their first form: planned, held, evaluated, with what was found.

Two rules count them from the pack: at least one a quarter for every site, and (switchable) monthly
evacuation drills by the 2014 guide. A problem found in a drill opens a hazard.
"""
