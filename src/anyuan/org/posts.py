"""Which posts a person holds today, and the actor each makes."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.org.actor import Actor
from anyuan.org.models import Person, Post
from anyuan.org.permissions import GRANTS, Role


def posts_in_force(person: Person) -> QuerySet[Post]:
    """Posts of today, the highest unit first; readable from the person's own rows in any scope."""
    today = timezone.localdate()
    return (
        Post.raw.filter(person=person, since__lte=today, unit__state="active")
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .select_related("unit")
        .order_by("unit_id", "role", "id")
    )


def actor_of(post: Post) -> Actor:
    """The actor a post makes; `post.unit` and `post.person` are read."""
    return Actor(
        name=post.person.name,
        units=subtree(post.unit_id),
        permissions=GRANTS[Role(post.role)],
        unit_key=post.unit_id,
        role=post.role,
        person_id=post.person_id,
        post_id=post.pk,
    )
