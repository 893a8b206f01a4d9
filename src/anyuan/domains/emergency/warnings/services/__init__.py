"""Every write, by who does it: bringing warnings in, weighing them, answering them, the sources."""
