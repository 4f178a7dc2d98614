"""`generate` on the command line: from its words to what is printed and the exit code."""

from __future__ import annotations

import io
import json
import shlex
import sys
from typing import TYPE_CHECKING

from seedance_nb.core import fitting, options
from seedance_nb.core.errors import InvalidRequest, SeedanceError, WaitTimeout
from seedance_nb.core.spelling import wire
from seedance_nb.core.texts import say
from seedance_nb.runs import current as sessions
from seedance_nb.runs import explain, terminal
from seedance_nb.runs.asking import check_order
from seedance_nb.runs.budget import Consent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seedance_nb.core.options import Order
    from seedance_nb.runs.budget import Prospect
    from seedance_nb.runs.job import Job, Jobs

DONE, FAILED, BAD, UNCERTAIN, INTERRUPTED = 0, 1, 2, 3, 130


def generate(words: Sequence[str]) -> int:
    """Make a video, or several takes of it."""
    session = sessions.current()
    order = options.read_words(words)
    tell(*dict.fromkeys(line for one in order.requests for line in fitting.lines(one.files)))
    tell(*(say("magic.warning", text=text) for text in order.warnings))
    check_order(order, session.settings)
    line = f"seedance-nb generate {shlex.join(words)} -y"
    consent = Consent(order.yes, order.max_credits, line)
    if order.dry_run:
        prospect = session.foresee(
            order.requests, takes=order.takes, new=order.new, consent=consent
        )
        return _dry_run(order, prospect)
    asked = session.ask(
        order.requests,
        takes=order.takes,
        new=order.new,
        consent=consent,
        tell=(_silent if order.quiet else tell) if order.sweep else None,
        explain=order.explain,
    )
    if not order.quiet and not order.sweep:
        is_practice = session.backend == "simulator"
        tell(say("panel.practice", where=session.where) if is_practice else session.where)
    for job in asked:
        if job.origin in ("shown", "joined"):
            tell(say(f"cli.origin.{job.origin}", job=job.id))
    if order.wait is False:
        return _leave(asked, most=session.settings.max_active)
    return finish(asked, order)


def _silent(_: str) -> None:
    """Quiet is quiet."""


def _dry_run(order: Order, prospect: Prospect) -> int:
    """Print what would be sent: one body, or the list of those of a sweep."""
    bodies = [wire(request) for request in order.requests]
    print(json.dumps(bodies if order.sweep else bodies[0], indent=2, ensure_ascii=False))
    for request, fresh in zip(order.requests, prospect.fresh, strict=True):
        tell(say("cli.dry", digest=request.digest, count=fresh))
        if not fresh and prospect.refusal is None:
            tell(say("dry.all.here"))
    tell(*prospect.lines(order.takes))
    return DONE


def finish(asked: Jobs, order: Order | None = None) -> int:
    """Wait for jobs and print what came of them."""
    stream = io.StringIO() if order and order.quiet else sys.stderr
    timeout = order.timeout if order else None
    terminal.follow(asked, timeout=timeout, stream=stream, tell=tell)
    codes = [_outcome(job, order) for job in asked]
    if len(asked) > 1 and not (order and order.quiet):
        tell(terminal.summary(asked))
    tell(*terminal.ways_on(asked))
    if order and order.explain:
        tell(*(explain.text(job, explain.kept(job)) for job in asked))
    return _worst(codes)


def _outcome(job: Job, order: Order | None) -> int:
    if job.status == "completed" and job.video is not None:
        try:
            paths = [v.save(order.out) if order and order.out else v.path for v in job.videos]
        except SeedanceError as trouble:  # the copy: the file itself is safe
            print(job.video.path)
            tell(str(trouble))
            return FAILED
        for path in paths:
            print(path)
        return DONE
    timeout = order.timeout if order else None
    error = WaitTimeout(seconds=timeout, job=job.id) if job.active else job.error
    error = error or WaitTimeout("error.wait.unfollowed", job=job.id)
    tell(f"{job.id}: {error}")
    if not job.active:
        tell(say(f"cli.billed.{error.billed}" if job.backend == "live" else "cli.billed.practice"))
    if job.status == "uncertain":
        return UNCERTAIN
    return BAD if isinstance(error, InvalidRequest) else FAILED


def _leave(asked: Jobs, *, most: int) -> int:
    """Return as soon as the service has accepted what it takes at once."""
    terminal.wait_accepted(asked, most)
    for job in asked:
        print(job.id)
    tell(*terminal.ways_on(asked))
    return _worst(_outcome(job, None) for job in asked if job.error)


def _worst(codes: Iterable[int]) -> int:
    return max(codes, key=(DONE, BAD, FAILED, UNCERTAIN).index, default=DONE)


def tell(*texts_: str) -> None:
    """All that is not the result goes to stderr."""
    for text in texts_:
        print(text, file=sys.stderr, flush=True)
