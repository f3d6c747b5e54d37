/**
 * The ledger as a grid that is edited like a spreadsheet. Tabulator keeps the rows and columns; marking, keys, the
 * clipboard and saving are ours, since every edit is an action that the server may refuse.
 */
import {
  EditModule, FormatModule, FrozenColumnsModule, InteractionModule, MoveColumnsModule, ResizeColumnsModule, Tabulator,
} from "tabulator-tables";
import type { CellComponent, ColumnDefinition, RowComponent } from "tabulator-tables";
import "tabulator-tables/dist/css/tabulator_simple.min.css";
import { readTable, toText } from "./clipboard";
import { Steps, send } from "./edits";
import type { Column, Edit, Outcome, Row } from "./edits";
import { editorOf } from "./editor";
import type { Writing } from "./editor";
import { listenForKeys } from "./keys";
import { Kept } from "./layout";
import { Report, fill } from "./report";
import type { Words } from "./report";
import { Selection } from "./selection";

Tabulator.registerModule([
  EditModule, FormatModule, FrozenColumnsModule, InteractionModule, MoveColumnsModule, ResizeColumnsModule,
]);

interface Head {
  columns: Column[];
  may_edit: boolean;
  may_add: boolean;
  count: number;
}

const FROZEN = 2;
const NEEDED = ["problem", "lead", "due_on"];

export async function draw(place: HTMLElement): Promise<void> {
  if (matchMedia("(max-width: 47.99rem)").matches) return; // the page leads to the list
  const { head, rows } = await read(place.dataset["ledger"] ?? "");
  const ledger = new Ledger(place, head, rows);
  await ledger.built;
  place.dataset["drawn"] = "done";
}

async function read(url: string): Promise<{ head: Head; rows: string[][] }> {
  const answer = await fetch(url, { headers: { Accept: "application/x-ndjson" } });
  if (!answer.ok) throw new Error(`ledger: ${answer.status}`);
  const [first = "{}", ...parts] = (await answer.text()).trim().split("\n");
  return { head: JSON.parse(first) as Head, rows: parts.flatMap((part) => JSON.parse(part) as string[][]) };
}

class Ledger {
  readonly built: Promise<void>;
  private readonly table: Tabulator;
  private readonly marked: Selection;
  private readonly sheet: HTMLElement;
  private readonly words: Words;
  private readonly report: Report;
  private readonly kept: Kept;
  private readonly steps = new Steps();
  private readonly columns: Map<string, Column>;
  private readonly writing: Writing;
  private waiting = Promise.resolve();
  private unsaved = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly head: Head,
    rows: string[][],
  ) {
    this.sheet = place.querySelector<HTMLElement>(".ledger__sheet") as HTMLElement;
    this.words = JSON.parse(document.getElementById("ledger-words")?.textContent ?? "{}") as Words;
    this.columns = new Map(head.columns.map((column) => [column.key, column]));
    this.kept = new Kept(`ledger:${place.dataset["post"] ?? ""}`);
    this.writing = {
      typed: null,
      moved: (down, right) => this.marked.move(down, right, false),
      closed: () => this.sheet.focus({ preventScroll: true }),
    };
    this.table = new Tabulator(this.sheet, {
      height: "calc(100vh - 20rem)",
      data: rows.map((row) => this.named(row)),
      columns: this.kept.arranged(head.columns).map((column, number) => this.definition(column, number)),
      columnDefaults: { resizable: "header" },
      editTriggerEvent: "dblclick",
      movableColumns: true,
      rowFormatter: (row) => this.dress(row),
    });
    this.marked = new Selection(this.table, this.sheet);
    const names = Object.fromEntries(head.columns.map((column) => [column.key, column.label]));
    this.report = new Report(place, this.words, (edit) => this.save([edit]), (id) => {
      const row = this.table.getRow(id);
      return { number: row ? Number(row.getPosition()) : 0, names };
    });
    this.built = new Promise((resolve) => this.table.on("tableBuilt", () => resolve(this.ready())));
  }

  private ready(): void {
    this.sheet.setAttribute("aria-label", this.words["label"] ?? "");
    // What Tabulator leaves open for a screen reader: its heads stand in no row, its body takes the focus itself.
    this.sheet.querySelector(".tabulator-headers")?.setAttribute("role", "row");
    this.sheet.querySelector(".tabulator-tableholder")?.removeAttribute("tabindex");
    this.marked.refresh();
    this.count();
    this.kept.watch(this.table, this.place.querySelector("[data-ledger-columns]"), () => this.marked.refresh());
    this.table.on("cellEdited", (cell) => this.written(cell));
    this.table.on("cellMouseDown", (event, cell) => this.point(event as MouseEvent, cell));
    this.table.on("cellMouseEnter", (event, cell) => {
      if ((event as MouseEvent).buttons === 1) this.point(event as MouseEvent, cell, true);
    });
    this.table.on("renderComplete", () => this.marked.paint());
    this.sheet.querySelector(".tabulator-tableholder")?.addEventListener("scroll", () => {
      requestAnimationFrame(() => this.marked.paint());
    });
    const deeds = {
      edit: (typed: string | null) => this.edit(typed),
      clear: () => this.set(this.each(() => "")),
      fill: () => this.fillDown(),
      back: () => this.undo(),
      forth: () => this.redo(),
    };
    listenForKeys(this.sheet, this.marked, deeds);
    for (const button of this.place.querySelectorAll<HTMLElement>("[data-ledger-do]")) {
      const run = { add: () => this.add(), undo: deeds.back, redo: deeds.forth, fill: deeds.fill };
      button.addEventListener("click", () => {
        run[button.dataset["ledgerDo"] as keyof typeof run]();
        this.sheet.focus({ preventScroll: true });
      });
    }
    this.sheet.addEventListener("copy", (event) => this.copy(event));
    this.sheet.addEventListener("paste", (event) => this.paste(event));
    addEventListener("beforeunload", (event) => {
      if (this.unsaved) event.preventDefault();
    });
  }

  private definition(column: Column, number: number): ColumnDefinition {
    return {
      title: column.label,
      field: column.key,
      width: this.kept.width(column),
      visible: this.kept.isShown(column.key),
      frozen: number < FROZEN,
      cssClass: [column.edited ? "" : "is-quiet", column.kind === "share" ? "num" : ""].filter(Boolean).join(" "),
      ...(column.edited && this.head.may_edit ? { editor: editorOf(column, this.writing) } : {}),
    } as ColumnDefinition;
  }

  private named(row: string[]): Row {
    const [id = "", late = "", ...cells] = row;
    return { id, late, fresh: "", ...Object.fromEntries(this.head.columns.map(({ key }, at) => [key, cells[at] ?? ""])) };
  }

  private dress(row: RowComponent): void {
    const data = row.getData() as Row;
    row.getElement().classList.toggle("is-late", data["late"] === "1");
    row.getElement().classList.toggle("is-fresh", data["fresh"] === "1");
  }

  private count(): void {
    const place = this.place.querySelector("[data-ledger-count]");
    if (place) place.textContent = fill(this.words["count"], this.marked.rows.length);
  }

  private point(event: MouseEvent, cell: CellComponent, stretch = event.shiftKey): void {
    if ((event.target as Element).closest(".ledger__field")) return;
    if (document.activeElement !== this.sheet) this.sheet.focus({ preventScroll: true });
    event.preventDefault(); // no text selection: the cells are
    const row = Number(cell.getRow().getPosition()) - 1;
    this.marked.go(row, this.marked.columns.indexOf(cell.getField()), stretch);
  }

  private edit(typed: string | null): void {
    const { row, column } = this.marked.active;
    const key = this.marked.columns[column] ?? "";
    if (!this.columns.get(key)?.edited) return this.report.say(this.words["read_only"]);
    this.writing.typed = typed;
    this.marked.rows[row]?.getCell(key).edit(true);
    this.writing.typed = null;
  }

  /** An editor was left with another text. */
  private written(cell: CellComponent): void {
    const data = cell.getRow().getData() as Row;
    const [key, wanted] = [cell.getField(), String(cell.getValue() ?? "")];
    data[key] = String(cell.getOldValue() ?? "");
    this.set([{ row: cell.getRow(), key, wanted }]);
  }

  /** The marked cells that can be written, each with what it shall say. */
  private each(wanted: (row: number, column: number) => string | undefined): Wish[] {
    const { top, bottom, left, right } = this.marked.box;
    const wishes: Wish[] = [];
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const [key, value, at] = [this.marked.columns[column] ?? "", wanted(row, column), this.marked.rows[row]];
        if (at && value !== undefined) wishes.push({ row: at, key, wanted: value });
      }
    }
    return wishes;
  }

  private value(row: number, column: number): string {
    const data = this.marked.rows[row]?.getData() as Row | undefined;
    return data?.[this.marked.columns[column] ?? ""] ?? "";
  }

  private fillDown(): void {
    const { top, bottom } = this.marked.box;
    if (top === bottom) return this.report.say(this.words["fill"]);
    this.set(this.each((row, column) => (row === top ? undefined : this.value(top, column))));
  }

  private copy(event: ClipboardEvent): void {
    if (event.target !== this.sheet) return;
    const { top, bottom, left, right } = this.marked.box;
    const rows: string[][] = [];
    for (let row = top; row <= bottom; row++) {
      const cells: string[] = [];
      for (let column = left; column <= right; column++) cells.push(this.value(row, column));
      rows.push(cells);
    }
    event.clipboardData?.setData("text/plain", toText(rows));
    event.preventDefault();
  }

  private paste(event: ClipboardEvent): void {
    if (event.target !== this.sheet || !event.clipboardData || !this.head.may_edit) return;
    event.preventDefault();
    const data = readTable(event.clipboardData.getData("text/html"), event.clipboardData.getData("text/plain"));
    const { top, bottom, left, right } = this.marked.box;
    if (data.length === 1 && data[0]?.length === 1) {
      this.set(this.each(() => data[0]?.[0])); // one cell fills all that are marked
      return;
    }
    const more = top + data.length - this.marked.rows.length;
    if (more > 0 && this.head.may_add) this.add(more);
    const wide = Math.max(...data.map((row) => row.length));
    this.marked.spread({ top, left, bottom: Math.max(bottom, top + data.length - 1), right: left + wide - 1 });
    this.marked.spread({ top, left, bottom: top + data.length - 1, right: Math.max(right, left + wide - 1) });
    this.set(this.each((row, column) => data[row - top]?.[column - left]));
  }

  /** Empty rows at the end; a row becomes a task once it says what is needed. */
  private add(count = 1): void {
    const rows = Array.from({ length: count }, () => ({ ...this.named([crypto.randomUUID()]), fresh: "1" }));
    const top = this.marked.rows.length;
    void this.table.addData(rows as object[], false);
    this.marked.refresh();
    this.count();
    this.marked.go(top, Math.max(this.marked.columns.indexOf("problem"), 0));
  }

  private set(wishes: Wish[]): void {
    if (!this.head.may_edit) return this.report.say(this.words["read_only"]);
    const edits = new Map<string, Edit>();
    for (const { row, key, wanted } of wishes) {
      const data = row.getData() as Row;
      const seen = data[key] ?? "";
      if (!this.columns.get(key)?.edited || seen === wanted) continue;
      const id = data["id"] ?? "";
      const edit = edits.get(id) ?? { id, kind: data["fresh"] ? "new" : "changed", cells: {} };
      edit.cells[key] = [seen, wanted];
      edits.set(id, edit);
    }
    this.save([...edits.values()]);
  }

  private undo(): void {
    const edits = this.steps.back();
    if (!edits.length) return this.report.say(this.words["nothing"]);
    this.save(edits, "back");
  }

  private redo(): void {
    const edits = this.steps.forth();
    if (!edits.length) return this.report.say(this.words["nothing"]);
    this.save(edits, "forth");
  }

  /** Show edits at once, send them in their turn, and put back what is refused. */
  private save(edits: Edit[], way: "" | "back" | "forth" = ""): void {
    if (!edits.length) return;
    this.report.begin();
    const sent = edits.filter((edit) => this.show(edit));
    if (!sent.length) return;
    this.unsaved += sent.length;
    this.waiting = this.waiting.then(async () => {
      const done: Edit[] = [];
      let left = new Set(sent);
      let refused = edits.length - sent.length;
      try {
        await send(sent, { url: this.place.dataset["save"] ?? "", token: this.place.dataset["token"] ?? "" },
          (outcomes, part) => {
            part.forEach((edit, number) => {
              const outcome = outcomes[number] as Outcome;
              left.delete(edit);
              if (this.settle(edit, outcome)) done.push(edit);
              else refused++;
            });
            this.report.say(fill(this.words["report"], done.length));
          });
        this.report.end(done.length, refused);
      } catch {
        for (const edit of left) this.restore(edit);
        this.report.say(this.words["failed"], true);
      }
      this.unsaved -= sent.length;
      if (way) this.steps.keep(done, way === "back");
      else this.steps.add(done);
      this.marked.paint();
    });
  }

  /** Put the wanted texts into the row; whether it can be sent. */
  private show(edit: Edit): boolean {
    if (edit.kind === "missing") return true;
    let row = this.row(edit.id);
    if (!row) {
      void this.table.addData([{ ...this.named([edit.id]), fresh: "1" }] as object[], false);
      this.marked.refresh();
      row = this.row(edit.id);
    }
    const wanted = Object.fromEntries(Object.entries(edit.cells).map(([key, pair]) => [key, pair[1]]));
    void row?.update(wanted);
    if (edit.kind !== "new" || !row) return true;
    const data = row.getData() as Row;
    const lacking = NEEDED.filter((key) => !data[key]?.trim()).map((key) => this.columns.get(key)?.label ?? key);
    if (lacking.length) {
      const said = fill(this.words["missing"], lacking.join("、"));
      this.report.add(edit, { id: edit.id, code: "", said, others: {}, row: null });
      this.report.say(said, true);
      return false;
    }
    for (const [key, column] of this.columns) if (column.edited && data[key]) edit.cells[key] = ["", data[key]];
    return true;
  }

  /** What the server says of a row stands in it; whether it was taken. */
  private settle(edit: Edit, outcome: Outcome): boolean {
    const row = this.row(edit.id);
    if (outcome.code) {
      if (outcome.row || edit.kind === "changed") this.restore(edit);
      this.report.add(edit, outcome);
    }
    if (outcome.row && row) {
      const fresh = this.named(outcome.row);
      void row.update(fresh);
      row.reformat();
      if (!outcome.code && edit.kind === "changed") {
        for (const [key, pair] of Object.entries(edit.cells)) pair[1] = fresh[key] ?? "";
      }
    }
    for (const key of Object.keys(edit.cells)) {
      const cell = row?.getCell(key).getElement();
      cell?.classList.toggle("is-refused", Boolean(outcome.code));
      if (cell) cell.title = outcome.said;
    }
    return !outcome.code;
  }

  private restore(edit: Edit): void {
    if (edit.kind !== "changed") return;
    void this.row(edit.id)?.update(Object.fromEntries(Object.entries(edit.cells).map(([key, pair]) => [key, pair[0]])));
  }

  private row(id: string): RowComponent | null {
    return this.table.getRow(id) || null;
  }
}

interface Wish {
  row: RowComponent;
  key: string;
  wanted: string;
}

