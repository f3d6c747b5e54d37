"""Compounds, shops, deliberations, a team and windows of the demo city: few rows of each, by the real actions.

Everything here draws from dice of its own, so that the rest of the city stays what it was.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from chuangcheng.cases.window_work import hand_to_superior, receive_voice
from chuangcheng.demo.found import Cast
from chuangcheng.demo.plan import Plan, inside, words
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock, ids
from chuangcheng.kernel.actor import Actor
from chuangcheng.people.models import Post
from chuangcheng.sites.compounds import actions as compounds
from chuangcheng.sites.compounds.models import Committee, Compound, Property, Renewal
from chuangcheng.sites.models import Site
from chuangcheng.sites.shops import actions as shops
from chuangcheng.sites.shops import rectification
from chuangcheng.sites.shops.models import Shop, ShopCheck
from chuangcheng.sites.teams import actions as teams
from chuangcheng.sites.windows.selectors import WINDOW_KINDS

SHOPS, MORE_COMPOUNDS, CHECKED = 300, 6, 120
#: Of a compound with a site, half the side of its boundary in degrees.
SIDE = 0.0009


class Registers:
    """Founds the registers and schedules what happens to them."""

    def __init__(self, stage: Stage, plan: Plan, cast: Cast) -> None:
        self.stage, self.plan, self.cast = stage, plan, cast
        self.rng = random.Random(f"registers/{stage.end:%Y%m%d}")
        self.texts: dict[str, Any] = words()["registers"]
        self.office = cast.named["office"]
        self.compounds: list[Compound] = []
        self.shops: list[Shop] = []

    def schedule(self) -> None:
        """Found at once, in the days before the first scene; then the scenes."""
        with clock.at(self.stage.start - timedelta(days=20)), ids.seeded(self.rng):
            self._compounds()
            self._shops()
        self.at(0.9, self._grade)
        for shop in self.rng.sample(self.shops, CHECKED):
            # The demo ends at half past eight: so many days before it, at some hour of the working day.
            days = self.rng.randrange(1, 60) - self.rng.uniform(0.05, 0.38)
            self.at(days, lambda shop=shop: self._check(shop))  # type: ignore[misc]
        self.at(30, self._team)
        for days in (20.7, 11.8, 5.9, 2.7, 1.8, 0.9, 0.7):
            self.at(days, lambda: self._voice("praise"))
        self.at(3.7, lambda: self._voice("complaint"))
        self.at(0.8, lambda: self._voice("complaint", up=True))

    def at(self, days: float, scene: Callable[[], object]) -> None:
        """Let ``scene`` happen so many days before the end, with these dice."""
        self.stage.before(days, scene, self.rng)

    def _compounds(self) -> None:
        homes = [site for site in self.cast.sites if site.kind_code == "residential_compound"]
        for number, site in enumerate(homes, 1):
            self.compounds.append(self._compound(number, site.name, site.lat, site.lon, site))
        for number in range(len(homes) + 1, len(homes) + 1 + MORE_COMPOUNDS):
            lon, lat = inside(self.plan.grids[(number * 53) % len(self.plan.grids)], self.rng)
            name = self.rng.choice(words()["communities"]) + self.rng.choice(self.texts["compounds"])
            self.compounds.append(self._compound(number, f"{name}（{number}号）", lat, lon, None))

    def _compound(self, number: int, name: str, lat: float, lon: float, site: Site | None) -> Compound:
        rng = self.rng
        year = rng.randrange(1983, 2022)
        kind = rng.choices(["company", "community", "owners", "none"], [62, 16, 8, 14])[0]
        committee = rng.choices(["yes", "preparing", "no"], [48, 14, 38])[0]
        points = rng.randrange(2, 9)
        ring = [[lon - SIDE, lat - SIDE], [lon + SIDE, lat - SIDE], [lon + SIDE, lat + SIDE], [lon - SIDE, lat + SIDE],
                [lon - SIDE, lat - SIDE]]  # fmt: skip
        given = compounds.CompoundInput(
            code=f"XQ{number:03d}", name=name, lat=lat, lon=lon, site=site, property_kind=Property(kind),
            boundary={"type": "Polygon", "coordinates": [ring]}, committee=Committee(committee),
            property_company=rng.choice(self.texts["companies"]) if kind == "company" else "",
            committee_until=(self.stage.end + timedelta(days=rng.randrange(60, 900))).date(),
            households=rng.randrange(60, 1800), year_built=year, bin_points=points, bins=points * rng.randrange(2, 5),
            renewal=Renewal.NONE if year > 2000 else Renewal(rng.choice(["planned", "under_way", "done"])),
            address=site.address if site else "",
        )  # fmt: skip
        return compounds.save_compound(actor=self.office, given=given)

    def _shops(self) -> None:
        for number in range(1, SHOPS + 1):
            # A fifth stands in the community of the logins, so that whoever looks finds some.
            grid = self.plan.grids[
                self.rng.randrange(5) if number % 5 == 0 else self.rng.randrange(len(self.plan.grids))
            ]
            lon, lat = inside(grid, self.rng)
            trade, suffix = self.rng.choice(self.texts["trades"])
            front = self.rng.choice(self.texts["fronts"]) + self.rng.choice(words()["surnames"])
            signed = self.stage.start - timedelta(days=self.rng.randrange(21, 300))
            given = shops.ShopInput(
                code=f"MD{number:05d}", name=f"{front}{suffix}", trade=trade, road=self.rng.choice(words()["roads"]),
                door=f"{self.rng.randrange(1, 260)}号", lat=lat, lon=lon,
                front_metres=Decimal(self.rng.randrange(25, 140)) / 10,
                signed_on=signed.date() if self.rng.random() < 0.88 else None, sheet_no=f"2026-{number:05d}",
            )  # fmt: skip
            self.shops.append(shops.save_shop(actor=self.office, given=given))

    def _grade(self) -> None:
        for row in self.compounds:
            grade = self.rng.choices(["met", "improve", "weak"], [55, 30, 15])[0]
            reason = {
                "met": "对照标准逐项达标。",
                "improve": "楼道堆物和投放点保洁需提升。",
                "weak": "无人管理，脏乱反复。",
            }[grade]
            compounds.grade_compound(actor=self.office, compound_id=row.pk, grade=grade, reason=reason)

    def _check(self, shop: Shop) -> None:
        code = shop.division.code
        worker = self.rng.choice(self.cast.of("grid", f"SQ{code}") or self.cast.of("street", f"JD{code[:9]}"))
        hygiene, order = self.rng.random() < 0.86, self.rng.random() < 0.86
        failed = not (hygiene and order)
        note = self.rng.choice(self.texts["notes"]) if failed else ""
        given = shops.ShopCheckInput(id=ids.new_id(), shop_id=shop.pk, note=note, hygiene=hygiene, order=order)
        check = shops.check_shop(actor=worker, given=given)
        if failed:
            self._remind(shop, check, worker)

    def _remind(self, shop: Shop, check: ShopCheck, worker: Actor) -> None:
        row = rectification.remind_shop(actor=worker, check_id=check.pk)
        left = (self.stage.end - clock.now()).total_seconds() / 86400
        street = self.cast.of("street", f"JD{shop.division.code[:9]}")[0]
        stubborn = self.rng.random() < 0.35
        if not stubborn:
            self.at(left - 2, lambda: rectification.settle_rectification(actor=worker, rectification_id=row.pk))
            return
        due = (clock.now() + timedelta(days=5)).date()
        self.at(left - 2, lambda: rectification.serve_notice(
            actor=street, rectification_id=row.pk, demand=self.texts["demand"], due_on=due))  # fmt: skip
        if self.rng.random() < 0.6:
            self.at(left - 4, lambda: rectification.settle_rectification(actor=worker, rectification_id=row.pk))
            return
        body = self.cast.units["BM09"]
        self.at(left - 7, lambda: rectification.hand_over(actor=street, rectification_id=row.pk, unit=body))
        self.at(left - 15, lambda: rectification.note_penalty(
            actor=street, rectification_id=row.pk, document_number=f"云城罚〔{clock.now().year}〕{row.number[-3:]}号",
            document_on=clock.today().date()))  # fmt: skip

    def _team(self) -> None:
        spot = next(site for site in self.cast.sites if site.kind_code == "farmers_market")
        actors = self.cast.of("department", spot.unit.code)
        today = clock.today().date()
        posts = Post.objects.select_related("unit", "person")
        given = teams.TeamInput(
            name=f"{spot.name}整治专班", lead_unit=spot.unit, since=today, until=today + timedelta(days=60), site=spot,
            goal="市场周边占道经营和垃圾满溢每周不超过 2 起", units=(self.cast.units["BM09"],),
            leader=posts.filter(pk__in=[one.post_id for one in actors[:1]]).first(),
        )  # fmt: skip
        teams.set_up_team(actor=self.office, given=given)

    def _voice(self, tone: str, *, up: bool = False) -> None:
        site = self.rng.choice([site for site in self.cast.sites if site.kind_code in WINDOW_KINDS][:3])
        text = self.rng.choice(self.texts["praises" if tone == "praise" else "complaints"])
        aspect = "barrier_free" if "无障碍" in text or "坡道" in text else "waiting" if "排" in text else "manner"
        _voice, report = receive_voice(voice_id=ids.new_id(), site=site, tone=tone, aspect=aspect, text=text)
        if up and report is not None:
            hand_to_superior(actor=self.office, report_id=report.pk)


def paper(rng: random.Random) -> bytes:
    """A drawn sheet with lines and a scrawl: the scan of a signature that nobody made."""
    image = Image.new("RGB", (240, 320), (250, 249, 244))
    draw = ImageDraw.Draw(image)
    for y in range(40, 240, 18):
        draw.line((24, y, 216 - rng.randrange(60), y), fill=(120, 120, 124))
    points = [(120 + step * 9, 270 + rng.randrange(-14, 14)) for step in range(9)]
    draw.line(points, fill=(30, 40, 120), width=3)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=70)
    return file.getvalue()
