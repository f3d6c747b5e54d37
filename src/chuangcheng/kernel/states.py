"""State tables: one readable table a life cycle; buttons, guards, API errors and the docs' diagram derive from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused


@dataclass(frozen=True, slots=True)
class State:
    """One state; ``final`` means that nobody owes anything any more."""

    code: str
    label: Label
    final: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """From ``sources`` to ``target`` (None keeps the state), by holders of ``permission`` who fill ``needs``."""

    name: str
    sources: tuple[str, ...]
    target: str | None
    permission: str
    label: Label
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class StateTable:
    """A life cycle. ``states[0]`` is the initial state."""

    name: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    _by_name: dict[str, Move] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        codes = {state.code for state in self.states}
        for move in self.moves:
            unknown = ({*move.sources} | ({move.target} if move.target else set())) - codes
            if unknown:
                raise ValueError(f"{self.name}: move {move.name} names unknown states {sorted(unknown)}")
            if move.name in self._by_name:
                raise ValueError(f"{self.name}: move {move.name} stands twice")
            self._by_name[move.name] = move

    @property
    def initial(self) -> str:
        """The code of the state in which a life begins."""
        return self.states[0].code

    def state(self, code: str) -> State:
        """The state of that code; KeyError if the table has none."""
        for state in self.states:
            if state.code == code:
                return state
        raise KeyError(code)

    def move(self, name: str) -> Move:
        """The move of that name; KeyError if the table has none."""
        return self._by_name[name]

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The moves possible in ``state``, in the table's order (the buttons of a page)."""
        return tuple(move for move in self.moves if state in move.sources)

    def next(self, state: str, name: str, **given: object) -> str:
        """The state after ``name``; raises ``state.move_refused`` or ``state.missing``."""
        move = self.move(name)
        if state not in move.sources:
            raise Refused("state.move_refused", state=self.state(state).label, move=move.label)
        missing = [need for need in move.needs if given.get(need) in (None, "", (), [])]
        if missing:
            raise Refused("state.missing", move=move.label, missing="、".join(missing))
        return move.target or state

    def open_states(self) -> tuple[str, ...]:
        """Codes of the states that are not final."""
        return tuple(state.code for state in self.states if not state.final)

    def unreachable(self) -> set[str]:
        """Codes no sequence of moves reaches from the initial state; a sound table has none."""
        reached = {self.initial}
        while True:
            more = {m.target for m in self.moves if m.target and reached & {*m.sources}} - reached
            if not more:
                return {state.code for state in self.states} - reached
            reached |= more

    def choices(self) -> list[tuple[str, str]]:
        """``(code, 中文)`` pairs for forms and models."""
        return [(state.code, state.label.zh) for state in self.states]

    def mermaid(self) -> str:
        """The diagram for the docs."""
        lines = ["stateDiagram-v2", f"  [*] --> {self.initial}"]
        lines += [
            f"  {source} --> {move.target or source}: {move.label.zh}" for move in self.moves for source in move.sources
        ]
        lines += [f"  {state.code} --> [*]" for state in self.states if state.final]
        return "\n".join(lines)
