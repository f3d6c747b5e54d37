"""Small drawn pictures: a street corner before and after. Drawn, so that nobody's photo is needed."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw

SIZE = (320, 240)
_SKIES = ((188, 208, 222), (205, 214, 220), (176, 199, 216), (219, 221, 214))
_WALLS = ((196, 186, 170), (170, 160, 150), (205, 196, 182), (160, 168, 172))
_BAGS = ((60, 60, 64), (52, 84, 60), (150, 110, 60), (90, 90, 120), (180, 60, 50))


def picture(rng: random.Random, kind: str) -> bytes:
    """A JPEG of a street corner: ``before`` with rubbish, ``after`` without. Every picture differs."""
    image = Image.new("RGB", SIZE, rng.choice(_SKIES))
    draw = ImageDraw.Draw(image)
    horizon = rng.randrange(90, 130)
    left = 0
    while left < SIZE[0]:
        width = rng.randrange(40, 110)
        draw.rectangle((left, rng.randrange(20, horizon - 20), left + width, horizon), fill=rng.choice(_WALLS))
        left += width + rng.randrange(0, 14)
    draw.rectangle((0, horizon, SIZE[0], SIZE[1]), fill=(128, 128, 126))
    kerb = horizon + rng.randrange(25, 50)
    draw.rectangle((0, horizon, SIZE[0], kerb), fill=(178, 174, 166))
    for _ in range(rng.randrange(2, 6)):
        x = rng.randrange(SIZE[0])
        draw.ellipse((x, horizon - 40, x + 36, horizon + 6), fill=(84, 120 + rng.randrange(30), 76))
    if kind == "before":
        for _ in range(rng.randrange(5, 16)):
            x, y = rng.randrange(30, 270), rng.randrange(kerb - 15, 225)
            draw.ellipse((x, y, x + rng.randrange(14, 44), y + rng.randrange(10, 30)), fill=rng.choice(_BAGS))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()
