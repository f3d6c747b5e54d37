"""The code on the screen of a training session: a signed address that opens its sign-in, while it is open."""

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


def code_of(training: Training) -> str:
    """What stands in the address; nobody can make one for another session."""
    return _SIGNER.sign(training.pk.hex)


def training_of(code: str) -> Training:
    """The session of a genuine code. Refused: ``training.bad_code``."""
    try:
        key = UUID(hex=_SIGNER.unsign(code))
    except (BadSignature, ValueError) as error:
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
