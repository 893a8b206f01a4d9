"""Mass alert 紧急通知 (points 5 and 8): who is told, who has seen it, who is safe, who needs help.

An *alert* is drafted, checked with the number of people it reaches, and sent; a real one of a city or district
that reaches many needs a second person, or the given word where one is alone. Each person has one *receipt* with
the last *reply*; ways out of the product are *deliveries*, sent by the worker at least once, and only to who has
not answered in the product.
"""
