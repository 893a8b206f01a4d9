"""Writing: drafting and sending, running an alert, answering it."""
