/** Boxes in a table and the bar below it. Space ticks the row under the hand, Shift takes all rows in between. */
type Box = HTMLInputElement;

let anchor: Box | null = null; // where a stretch begins: the box that was ticked last

export function listenForPicks(): void {
  document.addEventListener("click", (event) => {
    const box = boxOf(event.target as Element);
    if (!box || event.target !== box) return;
    if (event.shiftKey) stretch(box, box.checked);
    anchor = box;
    refreshPicks();
  });
  document.addEventListener("change", (event) => {
    const all = event.target as Box;
    if (all.form?.id !== "picks") return;
    if (all.name === "every") refreshPicks();
    if (all.name !== "all") return;
    for (const box of boxes()) box.checked = all.checked;
    refreshPicks();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = document.activeElement?.closest("tr");
    const box = row && row.querySelector<Box>(".pick input");
    if (!box) return;
    if (event.key === "x" || (event.key === " " && document.activeElement !== box)) tick(event, box);
    else if (event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) extend(event.key, box);
  });
}

/** Says how many rows are chosen, and which moves their states allow. */
export function refreshPicks(): void {
  const bar = document.querySelector<HTMLFormElement>("form#picks");
  if (!bar) return;
  const chosen = boxes().filter((box) => box.checked);
  const every = (bar.elements.namedItem("every") as Box | null)?.checked ?? false;
  const all = bar.elements.namedItem("all") as Box;
  all.checked = chosen.length > 0 && chosen.length === boxes().length;
  all.indeterminate = chosen.length > 0 && !all.checked;
  const count = bar.querySelector<HTMLElement>(".picks__count");
  if (count) count.textContent = chosen.length ? (count.dataset.said ?? "").replace("{n}", String(chosen.length)) : "";
  for (const button of bar.querySelectorAll<HTMLButtonElement>("button[data-from]")) {
    const from = (button.dataset.from ?? "").split(" ");
    const able = chosen.filter((box) => from.includes(box.dataset.state ?? "")).length;
    button.disabled = !every && chosen.length > 0 && !able;
    const number = button.querySelector(".picks__number");
    if (number) number.textContent = !every && able && able < chosen.length ? String(able) : "";
  }
}

function tick(event: KeyboardEvent, box: Box): void {
  event.preventDefault(); // the page would scroll
  if (event.shiftKey) stretch(box, true);
  else box.checked = !box.checked;
  anchor = box;
  refreshPicks();
}

/** The row that was left and the one that was reached; rows.ts has moved the focus already. */
function extend(key: string, box: Box): void {
  const listed = boxes();
  const here = listed.indexOf(box);
  const left = listed[here + (key === "ArrowDown" ? -1 : 1)];
  if (left) left.checked = true;
  box.checked = true;
  anchor = box;
  refreshPicks();
}

function stretch(box: Box, checked: boolean): void {
  const listed = boxes();
  const from = anchor ? listed.indexOf(anchor) : -1;
  const here = listed.indexOf(box);
  const [low, high] = from < 0 ? [here, here] : [Math.min(from, here), Math.max(from, here)];
  for (const each of listed.slice(low, high + 1)) each.checked = checked;
}

function boxes(): Box[] {
  return [...document.querySelectorAll<Box>(".pick input[name=ids]")];
}

function boxOf(element: Element): Box | null {
  return element.closest<Box>(".pick input[name=ids]");
}
