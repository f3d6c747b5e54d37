/** A button that makes a choice in a drop-down of the page: `data-choose` names it, `data-value` what to choose. */
export function listenForChoices(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-choose]");
    const select = button && document.querySelector<HTMLSelectElement>(`select[name="${button.dataset["choose"]}"]`);
    if (!select) return;
    select.value = button.dataset["value"] ?? "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
