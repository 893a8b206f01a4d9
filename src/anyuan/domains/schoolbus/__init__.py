"""Point 7: school buses: who runs them, what may drive on a day, routes, trips, sharing between districts.

Words: a *trip* 趟次 is a route on a day with a bus, a driver and an attendant 照管员, each of them *fit* 可以上路
on that day; a *rider* 乘车学生 is known by the school's own number; a trip ends only after everybody who boarded
has left and the attendant has walked through the empty bus 清车. An *offer* 余座 of one school is *shared* 共享
with a school of another district after both education offices agreed, under a temporary permit.
"""
