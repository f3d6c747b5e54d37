/** Edits on their way to the server, and the steps that can be undone. */

export interface Column {
  key: string;
  label: string;
  width: number;
  edited: boolean;
  kind: string;
  choices: string[];
}

/** A row as the grid holds it: its id, whether it is late, whether the server knows it, and its cells by key. */
export interface Row {
  [key: string]: string;
}

export type Kind = "changed" | "new" | "missing";

/** One row's change: what was seen in each cell and what it shall say. */
export interface Edit {
  id: string;
  kind: Kind;
  cells: Record<string, [seen: string, wanted: string]>;
}

export interface Outcome {
  id: string;
  code: string;
  said: string;
  others: Record<string, string>;
  row: string[] | null;
}

const AT_ONCE = 25; // rows of one request: a paste shows how it goes on

/** Send edits in pieces, telling of each as it is answered. Throws when the network fails. */
export async function send(
  edits: Edit[],
  to: { url: string; token: string },
  told: (outcomes: Outcome[], edits: Edit[]) => void,
): Promise<void> {
  for (let at = 0; at < edits.length; at += AT_ONCE) {
    const part = edits.slice(at, at + AT_ONCE);
    const answer = await fetch(to.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": to.token },
      body: JSON.stringify({ rows: part }),
    });
    if (!answer.ok) throw new Error(`save: ${answer.status}`);
    told(((await answer.json()) as { rows: Outcome[] }).rows, part);
  }
}

/** What was done, for going back and forth. A step that the server refuses on the way back is dropped. */
export class Steps {
  private done: Edit[][] = [];
  private undone: Edit[][] = [];

  add(step: Edit[]): void {
    if (!step.length) return;
    this.done.push(step);
    this.undone = [];
  }

  /** The edits that take the last step back. */
  back(): Edit[] {
    return this.done.pop()?.map(reverse) ?? [];
  }

  /** The edits that take the last undone step again. */
  forth(): Edit[] {
    return this.undone.pop()?.map(reverse) ?? [];
  }

  /** What was taken back can be taken again, and the other way round. */
  keep(step: Edit[], wasBack: boolean): void {
    if (step.length) (wasBack ? this.undone : this.done).push(step);
  }
}

function reverse(edit: Edit): Edit {
  if (edit.kind === "new") return { ...edit, kind: "missing" };
  // A row that was taken back is void for good: taken again, it is a new one.
  if (edit.kind === "missing") return { ...edit, id: crypto.randomUUID(), kind: "new" };
  const cells = Object.entries(edit.cells).map(([key, [seen, wanted]]) => [key, [wanted, seen]]);
  return { ...edit, cells: Object.fromEntries(cells) as Edit["cells"] };
}
