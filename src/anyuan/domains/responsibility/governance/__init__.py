"""How a unit rules itself and is looked after (points 1 to 3): regulations, meetings, leaders' inspections, visits.

Words: regulation 规章制度, one that every school of a sort must have 应有制度; decision of a meeting 议定事项; leaders'
inspection 领导带队检查; visit of a supervisor 督查; drawn at random 双随机; order to answer 督办; bulletin 通报.
"""
