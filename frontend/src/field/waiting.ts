/** What waits on this phone for this post is sent from every page of the field. */
import { Queue } from "../portal/queue";
import { openStore } from "../portal/store";
import { forgetOnLeaving, openKept } from "./kept";
import { drawSent, QuickFix } from "./quickfix";
import { Verifying } from "./verify";

export async function sendWaiting(): Promise<void> {
  const line = document.querySelector<HTMLElement>("[data-part=strip]");
  const post = line?.dataset["post"];
  if (!line || !post) return;
  // A phone that two people share keeps what is whose apart: it goes out under the post that wrote it.
  const store = await openStore(`chuangcheng-field-${post}`);
  const queue: Queue = new Queue(store, () => void show(), `field-queue-${post}`);
  const show = async (): Promise<void> => {
    const waiting = (await store.entries()).filter((entry) => entry.stage === "waiting").length;
    line.textContent = waiting ? (line.dataset["waiting"] ?? "").replace("{n}", String(waiting)) : "";
    line.hidden = !waiting;
    await drawSent(store, queue);
    await verifying?.draw();
  };
  const list = document.querySelector<HTMLElement>("[data-verifying]");
  const verifying = list ? new Verifying(list, store, queue, await openKept(post)) : null;
  forgetOnLeaving(post);
  const form = document.querySelector<HTMLFormElement>("form[data-quickfix]");
  if (form) new QuickFix(form, store, queue);
  await show();
  void verifying?.start();
  queue.start();
}
