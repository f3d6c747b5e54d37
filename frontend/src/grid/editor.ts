/** The field in which one cell is written: Enter and Tab take it over and go on, Esc leaves the cell as it was. */
import type { CellComponent } from "tabulator-tables";
import type { Column } from "./edits";

export interface Writing {
  /** What was typed to begin with; null: the cell's text stays and is marked. */
  typed: string | null;
  moved(down: number, right: number): void;
  closed(): void;
}

type Take = (value: string) => void;

export function editorOf(column: Column, writing: Writing) {
  return (cell: CellComponent, rendered: (run: () => void) => void, take: Take, cancel: Take): HTMLElement => {
    const before = String(cell.getValue() ?? "");
    const field = fieldOf(column);
    field.value = writing.typed ?? before;
    let over = false;
    const end = (run: Take, value: string) => {
      if (over) return;
      over = true;
      run(value);
      writing.closed();
    };
    const keep = () => end(field.value === before ? cancel : take, field.value);
    field.addEventListener("blur", keep);
    field.addEventListener("keydown", (event) => {
      const key = event as KeyboardEvent;
      key.stopPropagation();
      if (key.isComposing) return;
      if (key.key === "Escape") end(cancel, before);
      else if (key.key === "Enter" && key.altKey && field instanceof HTMLTextAreaElement) {
        field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
      } else if (key.key === "Enter" || key.key === "Tab") {
        key.preventDefault();
        keep();
        const way = key.shiftKey ? -1 : 1;
        writing.moved(key.key === "Enter" ? way : 0, key.key === "Tab" ? way : 0);
      }
    });
    rendered(() => {
      field.focus({ preventScroll: true });
      if (writing.typed === null && !(field instanceof HTMLSelectElement)) field.select();
    });
    return field;
  };
}

function fieldOf(column: Column): HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  if (column.key === "source") {
    const select = document.createElement("select");
    for (const choice of column.choices) select.append(new Option(choice, choice));
    return named(select, column);
  }
  if (!column.choices.length && column.kind === "text") return named(document.createElement("textarea"), column);
  const input = document.createElement("input");
  input.autocomplete = "off";
  if (column.kind === "day") input.placeholder = "2026-09-30";
  if (column.choices.length) {
    const id = `ledger-choices-${column.key}`;
    input.setAttribute("list", id);
    if (!document.getElementById(id)) {
      const list = document.createElement("datalist");
      list.id = id;
      list.append(...column.choices.map((choice) => new Option(choice, choice)));
      document.body.append(list);
    }
  }
  return named(input, column);
}

function named<F extends HTMLElement>(field: F, column: Column): F {
  field.className = "ledger__field";
  field.setAttribute("aria-label", column.label);
  return field;
}
