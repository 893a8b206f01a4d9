"""Point 7, closed campus 封闭管理: who comes in and goes out at the gate, and when.

Entries (visitors, parents, workers, deliveries, vehicles) are booked by the person visited, by the
visitor through the school's code, or registered by the guard; pupils who leave early go out with the
person whom the class teacher confirmed. Names are deleted after the pack's number of days; what stays is
the gate's day: counts, and who checked them. Temperatures are asked only where the school has switched
the epidemic checks on; no identity numbers, no faces.
"""
