"""The cycle of the title: its status, the phases of each year with what they demand, and freezes."""

from __future__ import annotations

from django.db import models

from chuangcheng.cycle.states import COVERS, CYCLE, FREEZE
from chuangcheng.framework.models import Edition
from chuangcheng.history.models import Chained
from chuangcheng.kernel.cycles import PHASES, Span
from chuangcheng.people.models import Person, Unit

_KINDS = [(code, label.zh) for code, label in PHASES.items()]


class Cycle(Chained):
    """One cycle of three years. ``state`` is the city's status; since when and what it was before, history tells."""

    name = models.CharField(max_length=60)
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="cycles")
    starts_on = models.DateField()
    years = models.PositiveSmallIntegerField(default=3)
    state = models.CharField(max_length=10, choices=CYCLE.choices(), default=CYCLE.initial)
    since_on = models.DateField()  # of the present status

    def __str__(self) -> str:
        return self.name


class Phase(Chained):
    """A phase of a year, with its goal."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="phases")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=_KINDS)
    from_on = models.DateField()
    to_on = models.DateField()
    goal = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "year", "kind"], name="cycle_phase_once")]
        ordering = ["from_on", "to_on", "id"]

    @property
    def span(self) -> Span:
        """Its days."""
        return Span(str(self.pk), self.year, self.kind, self.from_on, self.to_on)


class Demand(Chained):
    """What a phase demands. With a ``figure`` (:mod:`.figures`) it is done when the figure says so, else when somebody
    ticks it with a note."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="demands")
    place = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=200)
    figure = models.CharField(max_length=24, blank=True)
    owner = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["place", "id"]


class Freeze(Chained):
    """Days, both included, in which what it ``covers`` cannot be changed unless the office lifts it with a reason."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="freezes")
    name = models.CharField(max_length=80)
    from_on = models.DateField()
    to_on = models.DateField()
    covers = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=FREEZE.choices(), default=FREEZE.initial)
    lifted_on = models.DateField(null=True, blank=True)
    lifted_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["from_on", "id"]

    @property
    def covered(self) -> str:
        """What it covers, in Chinese; codes stand in :data:`.states.COVERS`."""
        return "、".join(COVERS[code].zh for code in self.covers)
