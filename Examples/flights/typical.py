"""An aggregate function: a delay that is typical, whatever the few very late flights do."""

from clutch import udaf


@udaf
class typical:
    """The middle one of all delays, in minutes: a delay is counted, not kept, so a state stays small."""

    def create_state(self) -> dict[int, int]:
        return {}

    def accumulate(self, state: dict[int, int], delay: int) -> None:
        state[delay] = state.get(delay, 0) + 1

    def merge(self, state: dict[int, int], other: dict[int, int]) -> None:
        for delay, flights in other.items():
            state[delay] = state.get(delay, 0) + flights

    def finish(self, state: dict[int, int]) -> int | None:
        middle = sum(state.values()) // 2
        for delay in sorted(state):
            middle -= state[delay]
            if middle < 0:
                return delay
        return None
