"""Who and where: units, people, posts, permissions, and the actor of a request."""
