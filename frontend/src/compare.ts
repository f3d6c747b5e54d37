/** The picture before laid over the one after, with a border that follows the slider. Hidden without a script. */
export function listenForComparisons(): void {
  for (const box of document.querySelectorAll<HTMLDetailsElement>("[data-compare]")) {
    box.hidden = false;
    box.addEventListener("toggle", () => load(box));
    const slide = box.querySelector<HTMLInputElement>("input");
    slide?.addEventListener("input", () => cut(box, Number(slide.value)));
  }
}

/** The large pictures are fetched when somebody wants to compare, not before. */
function load(box: HTMLDetailsElement): void {
  if (!box.open) return;
  for (const image of box.querySelectorAll<HTMLImageElement>("img[data-src]")) {
    image.src = image.dataset["src"] ?? "";
    delete image.dataset["src"];
  }
}

function cut(box: HTMLElement, percent: number): void {
  box.querySelector<HTMLElement>(".compare__frame")?.style.setProperty("--cut", `${percent}%`);
}
