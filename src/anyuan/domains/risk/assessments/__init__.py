"""Point 4: a firm from outside assesses schools, sees only what it is hired for, and is followed to the end.

The assessment belongs to who hires (a school, a district, the city); each school in scope has its own
part, which it reads and answers. The firm's people hold a post at just these schools, with an end.
"""
