"""Every write of regulations, meetings, leaders' inspections and visits."""
