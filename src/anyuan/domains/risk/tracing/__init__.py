"""Point 4, 责任倒查: from an incident back to who answered for what, and what was done, before it.

Words: a *trace* is one look back; its *items* are the evidence, collected by the system as things stood
at the moment of the incident and frozen; a *finding* says of one person or unit how the duty was done;
*serving* a finding lets them read it and object before it is decided.
"""
