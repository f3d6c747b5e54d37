/** The reports of this phone, each with its state of sending and, once safe, the receipt that proves what was sent. */
import type { Entry, Shot } from "./entry";
import { copyOf, momentText, part, say } from "./page";
import type { Going } from "./queue";
import type { Store } from "./store";

type State = "phone" | "way" | "safe" | "refused";

export class Cards {
  private one: string | null = null;
  private drawing = Promise.resolve();

  constructor(
    private readonly list: HTMLElement,
    private readonly store: Store,
    private readonly going: () => Going | null,
    private readonly push: () => void,
    /** Whether all are shown (the page of one's own reports) or only the one just sent. */
    private readonly all: boolean,
  ) {}

  only(id: string | null): void {
    this.one = id;
  }

  /** Draw afresh what is stored; one drawing at a time, in order. */
  draw(): Promise<void> {
    this.drawing = this.drawing.then(() => this.drawNow());
    return this.drawing;
  }

  private async drawNow(): Promise<void> {
    const entries = (await this.store.entries()).filter(
      (entry) => entry.stage !== "draft" && (this.all || entry.id === this.one),
    );
    const shown = new Map(Array.from(this.list.children, (card) => [(card as HTMLElement).dataset["id"], card]));
    const cards = entries.map((entry) => this.fill((shown.get(entry.id) as HTMLElement) ?? this.fresh(entry), entry));
    for (const [id, card] of shown) if (!entries.some((entry) => entry.id === id)) card.remove();
    cards.forEach((card, index) => {
      if (this.list.children[index] !== card) this.list.insertBefore(card, this.list.children[index] ?? null);
    });
    this.list.dispatchEvent(new CustomEvent("drawn", { detail: entries.length }));
  }

  private fresh(entry: Entry): HTMLElement {
    const card = copyOf("card");
    card.dataset["id"] = entry.id;
    part("retry", card).addEventListener("click", () => this.push());
    part("copy", card).addEventListener("click", () => void this.copy(entry.id, part("copy", card)));
    part("forget", card).addEventListener("click", () => void this.forget(entry.id));
    part<HTMLAnchorElement>("mend", card).href = `${part<HTMLAnchorElement>("mend", card).pathname}?mend=${entry.id}`;
    return card;
  }

  private fill(card: HTMLElement, entry: Entry): HTMLElement {
    const going = this.going();
    const here = going?.id === entry.id ? going : null;
    const state = stateOf(entry, here);
    card.dataset["state"] = state;
    part("title", card).textContent = entry.kind === "watch" ? say("meToo", { what: entry.title }) : entry.title;
    set(part("made", card), momentText(entry.made_at));
    set(part("state", card), sentence(entry, state, here));
    const { receipt } = entry;
    part("ticket", card).hidden = !receipt;
    if (receipt) {
      set(part("number", card), receipt.number);
      set(part("code", card), receipt.code);
      part("code-box", card).hidden = !receipt.code;
      part<HTMLAnchorElement>("follow", card).href = receipt.path;
    }
    part("follow", card).hidden = !receipt;
    part("copy", card).hidden = !receipt;
    part("retry", card).hidden = entry.stage !== "waiting" || here !== null;
    part("mend", card).hidden = entry.stage !== "refused" || entry.kind === "watch";
    part("forget", card).hidden = entry.stage === "waiting" || !this.all;
    this.fillHashes(card, entry);
    return card;
  }

  private fillHashes(card: HTMLElement, entry: Entry): void {
    part("proof", card).hidden = !entry.shots.length;
    part("proof-count", card).textContent = say("photosSafe", {
      n: entry.shots.filter((shot) => shot.safe_at).length,
      of: entry.shots.length,
    });
    part("hashes", card).replaceChildren(...entry.shots.map(hashLine));
  }

  private async copy(id: string, button: HTMLElement): Promise<void> {
    const entry = await this.store.entry(id);
    if (!entry) return;
    const done = await navigator.clipboard?.writeText(proofOf(entry)).then(
      () => true,
      () => false,
    );
    button.textContent = say(done ? "copied" : "notCopied");
  }

  private async forget(id: string): Promise<void> {
    if (!confirm(say("sure"))) return;
    await this.store.remove(id);
    await this.draw();
  }
}

function stateOf(entry: Entry, here: Going | null): State {
  if (entry.stage === "safe" || entry.stage === "refused") return entry.stage;
  return here ? "way" : "phone";
}

function sentence(entry: Entry, state: State, here: Going | null): string {
  if (state === "way") {
    if (here?.video) return say("sendingVideo");
    return here?.photo ? say("sendingPhoto", { n: here.photo, of: here.of }) : say("sending");
  }
  if (state === "refused") return `${say("refused")} ${entry.problem}`;
  if (state === "safe") {
    return entry.shots.some((shot) => shot.refused) ? say("safeWithout") : say(entry.kind === "watch" ? "joined" : "safe");
  }
  const what = say(entry.receipt ? "photosOnPhone" : "onPhone");
  return navigator.onLine ? `${what} ${entry.problem}`.trim() : `${what} ${say("offline")}`;
}

/** Screen readers speak of a line that changes: only touch it when it does. */
function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function hashLine(shot: Shot): HTMLElement {
  const line = copyOf("hash");
  part("hash-role", line).textContent = say(shot.role);
  part("hash-state", line).textContent = shot.refused
    ? `${say("photoRefused")} ${shot.refused}`
    : shot.safe_at
      ? say("photoSafe", { at: momentText(shot.safe_at) })
      : say("photoHere");
  part("hash-value", line).textContent = shot.sha256;
  return line;
}

/** The receipt in words, for whoever keeps it elsewhere. */
function proofOf(entry: Entry): string {
  const { receipt } = entry;
  const lines = [
    entry.title,
    `${say("number")} ${receipt?.number ?? ""}`,
    ...(receipt?.code ? [`${say("code")} ${receipt.code}`] : []),
    `${say("receivedAt")} ${receipt ? momentText(receipt.received_at) : ""}`,
    location.origin + (receipt?.path ?? ""),
    ...entry.shots.map((shot) => `${say(shot.role)} SHA-256 ${shot.sha256} ${shot.safe_at ? "✓" : "…"}`),
  ];
  return lines.join("\n");
}
