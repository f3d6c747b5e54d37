/** "Receive pushes in this browser": asks the browser, subscribes, and hands the subscription to the server. */
import { say } from "../toast";

const part = document.querySelector<HTMLElement>("[data-push-key]");
if (part && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) offer(part);

function offer(place: HTMLElement): void {
  const button = place.querySelector<HTMLButtonElement>("[data-push-ask]");
  if (!button) return;
  hide(place.querySelector("[data-push-none]"));
  if (Notification.permission === "denied") {
    show(place.querySelector("[data-push-denied]"));
    return;
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    subscribe(place)
      .catch(() => say(document.body.dataset["failed"] ?? "", true))
      .finally(() => (button.disabled = false));
  });
}

async function subscribe(place: HTMLElement): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") {
    show(place.querySelector("[data-push-denied]"));
    return;
  }
  const worker = await navigator.serviceWorker.register(place.dataset["pushWorker"] ?? "");
  await navigator.serviceWorker.ready;
  const key = bytes(place.dataset["pushKey"] ?? "");
  const known = await worker.pushManager.getSubscription();
  const subscription = known ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const told = subscription.toJSON();
  const answer = await fetch(place.dataset["pushKeep"] ?? "", {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": place.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "",
    },
    body: JSON.stringify({ endpoint: told.endpoint, p256dh: told.keys?.["p256dh"], auth: told.keys?.["auth"] }),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  location.reload();
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function show(element: HTMLElement | null): void {
  if (element) element.hidden = false;
}

function hide(element: HTMLElement | null): void {
  if (element) element.hidden = true;
}
