"""How the product starts: settings, URL root, ASGI entry, embedded database, the command line."""
