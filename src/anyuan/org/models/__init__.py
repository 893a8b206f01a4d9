from anyuan.org.models.person import Person, Post
from anyuan.org.models.signin import SignInFailures
from anyuan.org.models.token import ApiToken
from anyuan.org.models.unit import Installation, Profile, Stage, Unit

__all__ = [
    "ApiToken",
    "Installation",
    "Person",
    "Post",
    "Profile",
    "SignInFailures",
    "Stage",
    "Unit",
]
