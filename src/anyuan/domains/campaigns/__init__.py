"""Special campaigns 专项整治 (point 16).

A campaign has a period, key links 重点环节 and the units that take part. Each unit has one task for each
link, and the task is done by what the unit recorded anyway in the period (report once): an inspection made
for a monthly rule, a drill, a bus inspection. Tasks are rows of their own and no duties of the obligations
engine, because a duty has one kind of record and its rule holds by the unit's facts, while a link accepts
several kinds and a campaign's units are chosen; the matching of facets is the engine's (`FITS_TAGS`).
Problems are the hazards of the period whose category belongs to a link (`engines.cases.findings`).
"""
