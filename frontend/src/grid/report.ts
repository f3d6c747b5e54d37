/** What became of edits: the sentence in the status line, and a line for each row that was not saved. */
import type { Edit, Outcome } from "./edits";

export type Words = Record<string, string>;

export function fill(text: string | undefined, value: string | number): string {
  return (text ?? "").replace("{}", String(value));
}

export class Report {
  private readonly status: HTMLElement | null;
  private readonly list: HTMLElement | null;

  constructor(
    place: HTMLElement,
    private readonly words: Words,
    private readonly insist: (edit: Edit) => void,
    private readonly find: (id: string) => { number: number; names: Record<string, string> },
  ) {
    this.status = place.querySelector("[data-ledger-status]");
    this.list = place.querySelector("[data-ledger-report]");
  }

  say(text: string | undefined, isBad = false): void {
    if (!this.status) return;
    this.status.textContent = text ?? "";
    this.status.classList.toggle("overdue", isBad);
  }

  begin(): void {
    this.list?.replaceChildren();
    if (this.list) this.list.hidden = true;
    this.say(this.words["saving"]);
  }

  /** How many rows were saved; those that were not stand below with their reasons. */
  end(saved: number, refused: number): void {
    const said = [fill(this.words["report"], saved), refused ? fill(this.words["refused"], refused) : ""];
    this.say(saved === 1 && !refused ? this.words["saved"] : said.filter(Boolean).join("，"), refused > 0);
  }

  add(edit: Edit, outcome: Outcome): void {
    if (!this.list) return;
    const { number, names } = this.find(edit.id);
    const line = document.createElement("li");
    line.append(`${fill(this.words["row"], number)} ${outcome.row?.[3] ?? ""}：${outcome.said}`);
    for (const [key, theirs] of Object.entries(outcome.others)) {
      const mine = edit.cells[key]?.[1] ?? "";
      const both = document.createElement("p");
      both.append(`${names[key] ?? key} `, fill(this.words["theirs"], theirs), "；", fill(this.words["yours"], mine), " ");
      const again = Object.assign(document.createElement("button"), { type: "button", className: "btn" });
      again.textContent = this.words["take"] ?? "";
      again.addEventListener("click", () => {
        line.remove();
        this.insist({ id: edit.id, kind: "changed", cells: { [key]: [theirs, mine] } });
      });
      both.append(again);
      line.append(both);
    }
    this.list.append(line);
    this.list.hidden = false;
  }
}
