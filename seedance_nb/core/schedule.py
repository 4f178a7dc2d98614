"""When to poll next, when to try again, when to give up: numbers in, seconds out.

Nothing here sleeps or reads a clock. `jitter` is a number in [0, 1) that the caller draws.
"""

from __future__ import annotations

FIRST_POLL = 2.0
SHORTEST = 0.25
LONGEST = 8.0  # what EvoLink's own client waits between two looks at a video task
LONGEST_AFTER_FAILURES = 60.0
LONGEST_HINT = 300.0
GIVE_UP = 24 * 3600.0  # results are kept for 24 hours, so a task is not followed longer
SUBMIT_WINDOW = 60.0  # how long a server that cannot be reached is tried for a paid request
BUSY_WINDOW = 900.0  # how long one that says "busy" is


def next_poll(
    polls: int,
    *,
    estimated_time: float | None = None,
    elapsed: float = 0.0,
    jitter: float = 0.5,
) -> float:
    """Seconds until the next look at a task.

    The wait grows from two seconds to a twentieth of the estimated time (at most eight seconds),
    and a task that is far past its estimate is asked at the longest interval. Where the server
    asked to be left alone, see `backoff`.

    Args:
        polls: How many looks there were already.
        estimated_time: Seconds the service expects the whole task to take, from its create answer.
        elapsed: Seconds since the task was made.
        jitter: In [0, 1); spreads jobs that were made together by ±10 %.
    """
    if not estimated_time or elapsed > 2 * estimated_time:
        longest = LONGEST
    else:
        longest = min(max(estimated_time / 20, SHORTEST), LONGEST)
    wait = min(FIRST_POLL * 1.5 ** min(polls, 20), longest)
    return max(SHORTEST, wait * (0.9 + 0.2 * jitter))


def backoff(failures: int, *, retry_after: float | None = None, jitter: float = 0.5) -> float:
    """Seconds until an exchange that failed `failures` times in a row is tried again."""
    if retry_after is not None:
        return min(max(retry_after, SHORTEST), LONGEST_HINT)
    return min(2.0 ** min(max(failures, 1) - 1, 10), LONGEST_AFTER_FAILURES) * (0.75 + 0.5 * jitter)


def may_resubmit(waited: float, *, busy: bool) -> bool:
    """Whether a paid request that was surely not accepted is tried once more.

    Args:
        waited: Seconds since the first attempt.
        busy: Whether the server answered "too many" (429, 503) rather than nothing at all.
    """
    return waited < (BUSY_WINDOW if busy else SUBMIT_WINDOW)


def is_over(elapsed: float) -> bool:
    """Whether a task is too old to be followed further."""
    return elapsed > GIVE_UP


def expected_progress(
    elapsed: float, *, estimated_time: float | None, observed: float = 0.0
) -> float | None:
    """Percent that a bar shows between two polls; None where nothing is known.

    Never below what the service reported, and at most half of the way ahead of it; never 100
    before it is done.
    """
    if not estimated_time:
        return min(observed, 99.0) if observed else None
    share = elapsed / estimated_time
    guess = 90 * share if share < 1 else 90 + 9 * (1 - 1 / share)
    if observed:
        guess = min(guess, (observed + 100) / 2)
    return min(max(guess, observed), 99.0)
