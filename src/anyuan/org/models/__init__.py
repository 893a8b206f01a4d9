from anyuan.org.models.person import Person, Post
from anyuan.org.models.unit import Installation, Profile, Stage, Unit

__all__ = ["Installation", "Person", "Post", "Profile", "Stage", "Unit"]
