/** 即知即改: what was fixed on the spot waits on the phone until the server has said that it is safe there. */
import { locate, type Place } from "../place";
import { emptyEntry, type Entry, type Shot } from "../portal/entry";
import { part, skew } from "../portal/page";
import { prepare } from "../portal/photos";
import type { Queue } from "../portal/queue";
import type { Store } from "../portal/store";
import { uuid7 } from "../portal/uuid7";

type Role = "before" | "after";
const ROLES: readonly Role[] = ["before", "after"];

export class QuickFix {
  private place: Place | null = null;
  private readonly skew = skew();

  constructor(
    private readonly form: HTMLFormElement,
    private readonly store: Store,
    private readonly queue: Queue,
  ) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    for (const role of ROLES) this.input(role).addEventListener("change", () => this.tell(role));
    void this.find();
  }

  private input(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }

  private value(name: string): string {
    const field = this.form.elements.namedItem(name) as { value: string } | null;
    return field?.value.trim() ?? "";
  }

  private tell(role: Role): void {
    const hint = part(role, this.form);
    const taken = Boolean(this.input(role).files?.length);
    hint.textContent = hint.dataset[taken ? "taken" : "none"] ?? "";
    hint.classList.toggle("met", taken);
  }

  private async find(): Promise<void> {
    const line = part("place", this.form);
    line.textContent = line.dataset["wait"] ?? "";
    try {
      this.place = await locate();
      line.textContent = line.dataset["done"] ?? "";
      line.classList.add("met");
    } catch {
      line.textContent = line.dataset["fail"] ?? "";
    }
  }

  private async send(): Promise<void> {
    const category = this.value("category");
    if (!category) return this.hear("noCategory");
    if (!this.place && !this.value("address") && !this.value("site")) return this.hear("noPlace");
    const entry = emptyEntry(uuid7());
    try {
      for (const role of ROLES) if (!(await this.keep(entry, role))) return this.hear("badPhoto");
      this.fill(entry, category);
      await this.store.put(entry);
    } catch {
      return this.hear("full");
    }
    this.hear("");
    this.form.reset();
    for (const role of ROLES) this.tell(role);
    this.queue.push();
  }

  private async keep(entry: Entry, role: Role): Promise<boolean> {
    const file = this.input(role).files?.[0];
    if (!file) return true;
    const ready = await prepare(file, role, Number(this.form.dataset["maxMb"]) * 1024 * 1024);
    if (typeof ready === "string") return false;
    if (entry.shots.some((shot) => shot.sha256 === ready.shot.sha256)) return true;
    entry.shots.push(ready.shot);
    await this.store.keepBytes(entry.id, ready.shot.sha256, ready.bytes);
    return true;
  }

  private fill(entry: Entry, category: string): void {
    const chosen = this.form.querySelector<HTMLInputElement>("input[name=category]:checked");
    entry.title = chosen?.parentElement?.textContent?.trim() ?? category;
    entry.url = this.form.dataset["quickfix"] ?? "";
    entry.stage = "waiting";
    entry.body = JSON.stringify({
      id: entry.id,
      category,
      site: this.value("site") || null,
      lat: this.place?.lat ?? null,
      lon: this.place?.lon ?? null,
      address: this.value("address"),
      text: this.value("text"),
      fixed_at: new Date(Date.now() + this.skew).toISOString(),
      photos: entry.shots.map(declared),
    });
  }

  private hear(what: "" | "noCategory" | "noPlace" | "badPhoto" | "full"): void {
    const line = part("said", this.form);
    line.textContent = what ? (this.form.dataset[what] ?? "") : "";
    line.hidden = !what;
  }
}

function declared(shot: Shot): Partial<Shot> {
  return { sha256: shot.sha256, role: shot.role, taken_at: shot.taken_at, lat: shot.lat, lon: shot.lon };
}

/** What this phone sent, and how far each of them is. */
export async function drawSent(store: Store, queue: Queue): Promise<void> {
  const box = document.querySelector<HTMLElement>("[data-part=sent-box]");
  if (!box) return;
  const list = part("sent", box);
  const entries = (await store.entries()).slice(0, 10);
  box.hidden = !entries.length;
  list.replaceChildren(...entries.map((entry) => line(entry, list, store, queue)));
}

function line(entry: Entry, list: HTMLElement, store: Store, queue: Queue): HTMLElement {
  const state = entry.stage === "waiting" ? (queue.going?.id === entry.id ? "way" : "phone") : entry.stage;
  const row = document.createElement("div");
  row.className = "task";
  const name = document.createElement("span");
  name.className = "task__name";
  name.textContent = [entry.title, entry.receipt?.number].filter(Boolean).join(" · ");
  const note = document.createElement("span");
  note.className = state === "refused" ? "task__note overdue" : "task__note";
  note.textContent = `${list.dataset[state] ?? ""}${entry.problem ? ` ${entry.problem}` : ""}`;
  row.append(name, note);
  if (entry.stage === "refused") row.append(forget(entry, list, store, queue));
  return row;
}

function forget(entry: Entry, list: HTMLElement, store: Store, queue: Queue): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--bare";
  button.textContent = list.dataset["forget"] ?? "";
  button.addEventListener("click", () => void store.remove(entry.id).then(() => drawSent(store, queue)));
  return button;
}
