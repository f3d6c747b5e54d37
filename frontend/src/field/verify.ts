/**
 * Verification on the spot: what waits, the nearest on top; the photos to judge by; a verdict that waits on the phone
 * until the server has taken it. The list last seen is kept, so all of it works where there is no net.
 */
import { locate, type Place } from "../place";
import { momentText, part, skew } from "../portal/page";
import type { Queue } from "../portal/queue";
import type { Store } from "../portal/store";
import type { Kept } from "./kept";
import { awayText, metres } from "./near";
import { keepShell } from "./shell";
import { Verdict, verdictOn } from "./verdict";

interface Picture {
  url: string;
  grade: string;
  taken_at: string;
}

export interface Waiting {
  id: string;
  number: string;
  words: string;
  category: string;
  address: string;
  lat: number | null;
  lon: number | null;
  unit: string;
  handled_at: string;
  due_at: string;
  before: Picture[];
  after: Picture[];
  url: string;
}

export interface Seen {
  as_of: string;
  camera_pass: string;
  cases: Waiting[];
}

/** So many cases have their photos kept: a morning's walk, about 20 MB. */
const PHOTOS_OF = 20;
const HOUR = 3_600_000;

export class Verifying {
  private seen: Seen | null = null;
  private place: Place | null = null;
  private round = 0;
  private readonly skew = skew();
  private readonly verdict: Verdict;
  private readonly shown: string[] = [];

  constructor(
    private readonly root: HTMLElement,
    private readonly store: Store,
    queue: Queue,
    private readonly kept: Kept,
  ) {
    this.verdict = new Verdict(part("one", root), store, queue, this.skew, () => this.back());
    addEventListener("popstate", () => void this.show());
    addEventListener("online", () => void this.refresh());
    part("back", root).addEventListener("click", (event) => {
      event.preventDefault(); // the list is here, with a net or without
      this.back();
    });
    part("again", root).addEventListener("click", () => void this.refresh());
  }

  async start(): Promise<void> {
    this.seen = (await this.kept.get<Seen>("list")) ?? null;
    await this.show();
    await this.refresh();
    void keepShell();
    await this.find();
  }

  private back(): void {
    history.replaceState(null, "", location.pathname);
    void this.show().then(() => scrollTo(0, 0)); // where it says what waits to be sent
  }

  private async find(): Promise<void> {
    try {
      this.place = await locate();
      await this.draw();
      await this.refresh(); // of more than the list holds, the near ones
    } catch {
      this.say("noPlace");
    }
  }

  /** The list from the server; without a net the one last seen stays, and says of when it is. */
  async refresh(): Promise<void> {
    const address = new URL(this.root.dataset["verifying"] ?? "", location.href);
    if (this.place) {
      address.searchParams.set("lat", this.place.lat.toFixed(5));
      address.searchParams.set("lon", this.place.lon.toFixed(5));
    }
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.redirected || !answer.ok) return this.say(answer.redirected ? "signIn" : "noNet");
      this.seen = (await answer.json()) as Seen;
      await this.kept.put("list", this.seen);
      this.say("");
    } catch {
      return this.say("noNet");
    }
    await this.draw();
    void this.keepPhotos();
  }

  private say(what: "" | "noNet" | "signIn" | "noPlace"): void {
    const line = part("told", this.root);
    const at = this.seen ? momentText(this.seen.as_of) : "—";
    line.textContent = (this.root.dataset[what || "asOf"] ?? "").replace("{at}", at);
    line.classList.toggle("overdue", what === "noNet" || what === "signIn");
  }

  private async keepPhotos(): Promise<void> {
    const mine = ++this.round;
    const wanted = this.sorted().slice(0, PHOTOS_OF).flatMap(judgedBy).map(({ url }) => url);
    await this.kept.only(["list", ...wanted]);
    for (const url of wanted) {
      if (mine !== this.round) return; // a newer list asks for others
      if (await this.kept.get(url)) continue;
      try {
        const answer = await fetch(url);
        if (answer.ok && !answer.redirected) await this.kept.put(url, await answer.arrayBuffer());
      } catch {
        return; // the line is gone; the next refresh goes on
      }
    }
  }

  private away(one: Waiting): number {
    return this.place && one.lat !== null && one.lon !== null
      ? metres(this.place, { lat: one.lat, lon: one.lon })
      : Infinity;
  }

  private sorted(): Waiting[] {
    const cases = [...(this.seen?.cases ?? [])];
    return this.place ? cases.sort((one, other) => this.away(one) - this.away(other) || 0) : cases;
  }

  async draw(): Promise<void> {
    const list = part("list", this.root);
    const entries = await this.store.entries();
    const open = this.sorted().filter((one) => verdictOn(one, entries)?.stage !== "safe");
    list.replaceChildren(...open.map((one) => this.row(one, verdictOn(one, entries)?.stage)));
    part("none", this.root).hidden = open.length > 0 || !this.seen;
  }

  private row(one: Waiting, state?: string): HTMLElement {
    const row = document.createElement("button");
    row.type = "button";
    row.className = "task";
    const away = this.away(one);
    const late = Date.parse(one.due_at) - (Date.now() + this.skew);
    row.append(
      span("task__name", [one.category, one.words].filter(Boolean).join(" · ")),
      span("task__note", [Number.isFinite(away) ? awayText(this.root, away) : "", one.address, one.unit].filter(Boolean).join(" · ")),
      span(late < 0 ? "task__note overdue" : "task__note", this.left(late)),
    );
    if (state === "waiting" || state === "refused") row.append(span("task__note tag", this.root.dataset[state] ?? ""));
    row.addEventListener("click", () => {
      history.pushState({ id: one.id }, "", `#${one.id}`);
      void this.show();
    });
    return row;
  }

  private left(late: number): string {
    const hours = Math.abs(late) / HOUR;
    const text = this.root.dataset[late < 0 ? "late" : "left"] ?? "";
    return text.replace("{n}", hours < 1 ? "<1" : String(Math.round(hours)));
  }

  /** The list, or the case that the address names. */
  private async show(): Promise<void> {
    for (const url of this.shown.splice(0)) URL.revokeObjectURL(url);
    const one = this.seen?.cases.find(({ id }) => location.hash === `#${id}`);
    part("all", this.root).hidden = Boolean(one);
    part("one", this.root).hidden = !one;
    if (!one) {
      this.verdict.leave();
      return this.draw();
    }
    const box = part("one", this.root);
    const away = this.away(one);
    part("title", box).textContent = one.category || one.number;
    part("number", box).textContent = [one.category ? one.number : "", one.unit, momentText(one.handled_at)].filter(Boolean).join(" · ");
    part("words", box).textContent = one.words;
    part("where", box).textContent = [one.address, Number.isFinite(away) ? awayText(this.root, away) : ""].filter(Boolean).join(" · ");
    await Promise.all([this.pictures("before", one.before), this.pictures("after", one.after)]);
    await this.verdict.about(one, this.seen?.camera_pass ?? "");
    scrollTo(0, 0);
  }

  private async pictures(name: "before" | "after", found: Picture[]): Promise<void> {
    const column = part(name, this.root);
    const figures = await Promise.all(found.map((picture) => this.figure(picture, column)));
    column.replaceChildren(...(figures.length ? figures : [span("photo__none", column.dataset["none"] ?? "")]));
  }

  private async figure(picture: Picture, column: HTMLElement): Promise<HTMLElement> {
    const figure = document.createElement("figure");
    figure.className = "photo";
    const image = document.createElement("img");
    const bytes = await this.kept.get<ArrayBuffer>(picture.url);
    image.src = bytes ? URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })) : picture.url;
    if (bytes) this.shown.push(image.src);
    image.alt = column.dataset["name"] ?? "";
    const said = document.createElement("figcaption");
    said.append(span("", column.dataset["name"] ?? ""), span("quiet", picture.taken_at ? momentText(picture.taken_at) : ""), span("tag", picture.grade));
    figure.append(image, said);
    return figure;
  }
}

/** The first of before and the last of after: what a verdict needs most. */
function judgedBy(one: Waiting): Picture[] {
  return [...one.before.slice(0, 1), ...one.after.slice(-1)];
}

function span(kind: string, text: string): HTMLElement {
  const made = document.createElement("span");
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}
