"""Who does something: a value that travels from the door to the history row."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting from a post.

    ``label`` names the post ("河东街道 · 网格员"), never the person: it is written into history,
    which is kept for ever, while a person's name lives in a row that can be erased.
    """

    person_id: UUID | None
    post_id: UUID | None
    label: str

    @property
    def is_system(self) -> bool:
        """True for the system itself and for anonymous citizens: nobody with a post."""
        return self.post_id is None


SYSTEM = Actor(person_id=None, post_id=None, label="系统")
CITIZEN = Actor(person_id=None, post_id=None, label="市民")
