"""The code on the screen of a training session: a signed address that opens its sign-in, while it is open. Where the
session says so it holds the moment at which it was shown and is good for some minutes: a photo of it in a chat is of no
use later."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer

from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.library.models import Training
from chuangcheng.library.states import OPEN, TRAINING

_SIGNER = Signer(salt="chuangcheng.library.sign_in")
#: So long before the beginning and after the end one may sign in.
AROUND = timedelta(minutes=30)
#: So many seconds the clocks of two servers may differ.
_SKEW = 5


def code_of(training: Training) -> str:
    """What stands in the address now; nobody can make one for another session or another moment."""
    shown = f".{int(clock.now().timestamp())}" if training.code_minutes else ""
    return _SIGNER.sign(f"{training.pk.hex}{shown}")


def check_fresh(training: Training, code: str) -> None:
    """Refused: ``training.stale_code`` where the session's code changes and this one was shown too long ago (or has no
    moment, being made before that was settled)."""
    if not training.code_minutes:
        return
    _key, _dot, shown = _read(code).partition(".")
    age = clock.now().timestamp() - int(shown or 0)
    if not -_SKEW <= age <= training.code_minutes * 60:
        raise Refused("training.stale_code", minutes=training.code_minutes)


def _read(code: str) -> str:
    try:
        return _SIGNER.unsign(code)
    except BadSignature as error:
        raise Refused("training.bad_code") from error


def training_of(code: str) -> Training:
    """The session of a genuine code, fresh or not. Refused: ``training.bad_code``."""
    try:
        key = UUID(hex=_read(code).partition(".")[0])
    except ValueError as error:
        raise Refused("training.bad_code") from error
    training = Training.objects.select_related("unit").filter(pk=key).first()
    if training is None:
        raise Refused("training.bad_code")
    return training


def window(training: Training) -> tuple[datetime, datetime]:
    """From when to when one may sign in."""
    return training.starts_at - AROUND, training.ends_at + AROUND


def check_open(training: Training) -> None:
    """Refused: ``training.no_sign_in``, ``training.not_open``."""
    if training.state not in OPEN:
        raise Refused("training.no_sign_in", state=TRAINING.state(training.state).label)
    first, last = window(training)
    if not first <= clock.now() <= last:
        said = [f"{moment.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}" for moment in (first, last)]
        raise Refused("training.not_open", first=said[0], last=said[1])
