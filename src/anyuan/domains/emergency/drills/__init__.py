"""应急演练 (points 8 and 9): the term's programme proposed from the duties, the calendar, the run sheet with
its moments, roll call, evaluation, report, and what the levels above see of it.

Words: a *programme* is the plan of a term; a *sheet* the steps of one kind of drill; a *mark* one tap with its
moment; a *guide* somebody who stands at a stair or exit; a *visit* a level above that stood by.
"""
