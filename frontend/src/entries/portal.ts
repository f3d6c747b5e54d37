/** The citizens' pages. Whatever waits on this phone is sent from any of them. */
import { Cards } from "../portal/cards";
import { ReportForm } from "../portal/form";
import { part, say } from "../portal/page";
import { Queue } from "../portal/queue";
import { openStore, type Store } from "../portal/store";

async function start(): Promise<void> {
  const store = await openStore();
  const list = document.querySelector<HTMLElement>("[data-part=cards]");
  const queue: Queue = new Queue(store, () => void refresh());
  const push = (): void => queue.push();
  const cards = list ? new Cards(list, store, () => queue.going, push, list.dataset["all"] !== undefined) : null;
  const refresh = async (): Promise<void> => {
    await Promise.all([cards?.draw(), strip(store)]);
    tabs?.postMessage("");
  };
  const form = document.querySelector<HTMLFormElement>("form[data-report]");
  if (form && cards) await new ReportForm(form, store, cards, push).start();
  if (tabs) tabs.onmessage = () => void Promise.all([cards?.draw(), strip(store)]);
  for (const change of ["online", "offline"]) addEventListener(change, () => void cards?.draw());
  list?.addEventListener("drawn", (event) => {
    const empty = document.querySelector<HTMLElement>("[data-part=nothing]");
    if (empty) empty.hidden = (event as CustomEvent<number>).detail > 0;
  });
  await Promise.all([cards?.draw(), strip(store), fillCodes(store)]);
  queue.start();
}

/** Other tabs of ours show the same list. */
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("portal") : null;

/** The line on top of every page: what has not left the phone yet. */
async function strip(store: Store): Promise<void> {
  const waiting = (await store.entries()).filter((entry) => entry.stage === "waiting").length;
  const line = part("strip");
  line.textContent = waiting ? say("waiting", { n: waiting }) : "";
  line.hidden = !waiting;
}

/** Who reported from this phone need not copy the code of the receipt. */
async function fillCodes(store: Store): Promise<void> {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-holder]")) {
    const entry = await store.entry(form.dataset["holder"] ?? "");
    const field = form.elements.namedItem("code") as HTMLInputElement | null;
    if (field && !field.value && entry?.receipt) field.value = entry.receipt.code;
  }
}

void start();

// Only a help for the next visit; whoever has none (WeChat on iPhones) misses nothing else.
if (navigator.serviceWorker && isSecureContext) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => undefined));
}
