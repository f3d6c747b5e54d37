/** Maps, charts and the grid load their library only where one stands on the page. */
export function drawWhatIsThere(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-map]:not([data-drawn])")) {
    element.dataset["drawn"] = "";
    import("./map").then((map) => map.draw(element)).catch(() => failed(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-chart]:not([data-drawn])")) {
    element.dataset["drawn"] = "";
    import("./chart").then((chart) => chart.draw(element)).catch(() => failed(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-ledger]:not([data-drawn])")) {
    element.dataset["drawn"] = "";
    import("./grid/ledger").then((grid) => grid.draw(element)).catch(() => failed(element));
  }
}

function failed(element: HTMLElement): void {
  const text = document.createElement("p");
  text.className = "map__failed";
  text.textContent = element.dataset["failed"] ?? "";
  element.replaceChildren(text);
}
