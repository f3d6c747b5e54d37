/**
 * The matrix of duties. Arrows walk the cells, a click or Space gives a cell the next kind, 1 2 3 set lead, support and
 * territory, 0 takes the duty away, Ctrl+Z takes the last press back. The server answers with the cell as it stands.
 */
import htmx from "htmx.org";

const NEXT: Record<string, string> = { "": "lead", lead: "support", support: "territory", territory: "" };
const KEYS: Record<string, string> = {
  "1": "lead", "2": "support", "3": "territory", "0": "", Delete: "", Backspace: "",
};
const busy = new Set<string>(); // cells whose answer is on its way

export function listenForMatrix(): void {
  document.addEventListener("click", (event) => {
    const cell = cellOf(event.target as Element);
    if (!cell) return;
    enter(cell);
    change(cell, next(cell));
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && takeBack()) event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = cellOf(document.activeElement);
    if (cell && press(cell, event.key)) {
      event.preventDefault();
      event.stopImmediatePropagation(); // other tables' keys
    }
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("form[data-undo]") && undo(form)) event.preventDefault();
  });
}

/** The first cell can be reached by Tab; from there the arrows walk. */
export function openMatrix(root: ParentNode): void {
  const first = root.querySelector<HTMLElement>("[data-matrix] tr[data-standard] td");
  if (first && !root.querySelector("[data-matrix] td[tabindex]")) first.tabIndex = 0;
}

function press(cell: HTMLTableCellElement, key: string): boolean {
  if (key in KEYS) change(cell, KEYS[key] ?? "");
  else if (key === " " || key === "Enter") change(cell, next(cell));
  else {
    const to = neighbour(cell, key);
    if (!to) return false;
    enter(to);
  }
  return true;
}

/** A standard has one lead: where another unit leads, the first press makes this one support. */
function next(cell: HTMLTableCellElement): string {
  const was = cell.dataset["kind"] ?? "";
  const led = [...(cell.parentElement as HTMLTableRowElement).cells].some(
    (other) => other !== cell && other.dataset["kind"] === "lead",
  );
  return was === "" && led ? "support" : (NEXT[was] ?? "");
}

function neighbour(cell: HTMLTableCellElement, key: string): HTMLTableCellElement | null {
  const across = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
  const down = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
  const rows = [...document.querySelectorAll<HTMLTableRowElement>("[data-matrix] tr[data-standard]")];
  const at = rows.indexOf(cell.parentElement as HTMLTableRowElement);
  const cells = rows[at + down]?.cells;
  if (key === "Home") return (cells?.[1] as HTMLTableCellElement | undefined) ?? null;
  if (key === "End") return (cells?.[cells.length - 1] as HTMLTableCellElement | undefined) ?? null;
  if (!across && !down) return null;
  const index = cell.cellIndex + across;
  return index > 0 && cells && index < cells.length ? (cells[index] as HTMLTableCellElement) : cell;
}

function enter(cell: HTMLElement): void {
  for (const other of document.querySelectorAll("[data-matrix] td[tabindex]")) other.removeAttribute("tabindex");
  cell.tabIndex = 0;
  cell.focus({ preventScroll: false });
}

function change(cell: HTMLTableCellElement, to: string): void {
  const was = cell.dataset["kind"] ?? "";
  const url = cell.closest<HTMLElement>("[data-matrix]")?.dataset["matrix"];
  if (url && was !== to) send(cell, url, { was, to });
}

/** Whether the form speaks of a cell that is on this page, so that no new page is needed. */
function undo(form: HTMLFormElement): boolean {
  const cell = find(form.dataset["standard"] ?? "", form.dataset["unit"] ?? "");
  if (cell) send(cell, form.action, {});
  return cell !== null;
}

function takeBack(): boolean {
  const form = document.querySelector<HTMLFormElement>("#matrix-said form[data-undo]");
  return form !== null && undo(form);
}

function send(cell: HTMLTableCellElement, url: string, more: Record<string, string>): void {
  const [standard, unit] = place(cell);
  const key = standard + unit;
  if (busy.has(key)) return;
  busy.add(key);
  cell.setAttribute("aria-busy", "true");
  const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const had = document.activeElement === cell;
  const row = cell.parentElement as HTMLTableRowElement;
  const ticked = box(row)?.checked ?? false; // the row's head comes anew with the answer
  const values = { standard, unit, csrfmiddlewaretoken: token, ...more };
  const done = htmx.ajax("post", url, { source: cell, target: cell, swap: "outerHTML", values });
  void done.finally(() => {
    busy.delete(key);
    const now = find(standard, unit);
    now?.removeAttribute("aria-busy"); // after a refusal the cell is still the old one
    if (now && had) enter(now);
    const fresh = box(row);
    if (fresh) fresh.checked = ticked;
  });
}

function box(row: HTMLTableRowElement): HTMLInputElement | null {
  return row.querySelector<HTMLInputElement>("input[name=ids]");
}

function place(cell: HTMLTableCellElement): [string, string] {
  const row = cell.parentElement as HTMLTableRowElement;
  const heads = cell.closest("table")?.querySelectorAll<HTMLElement>("th[data-unit]");
  return [row.dataset["standard"] ?? "", heads?.[cell.cellIndex - 1]?.dataset["unit"] ?? ""];
}

function find(standard: string, unit: string): HTMLTableCellElement | null {
  const row = document.querySelector<HTMLTableRowElement>(`[data-matrix] tr[data-standard="${CSS.escape(standard)}"]`);
  const heads = [...document.querySelectorAll<HTMLElement>("[data-matrix] th[data-unit]")];
  const at = heads.findIndex((head) => head.dataset["unit"] === unit);
  return row && at >= 0 ? ((row.cells[at + 1] as HTMLTableCellElement | undefined) ?? null) : null;
}

function cellOf(element: Element | null): HTMLTableCellElement | null {
  return element?.closest<HTMLTableCellElement>("[data-matrix] tr[data-standard] td") ?? null;
}
