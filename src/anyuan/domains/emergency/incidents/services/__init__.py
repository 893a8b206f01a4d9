"""Every write, by who does it: reporting, commanding, written reports, people, the rescue card."""
