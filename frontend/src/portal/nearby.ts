/** "Is it one of these?": open cases near by, before one more report of the same goes out. Never in the way: no answer
 * within a moment means nothing to show. */
import { copyOf, momentText, part, say, show } from "./page";
import type { Place } from "../place";

export interface Near {
  id: string;
  category: { code: string; name: string } | null;
  metres: number;
  filed_at: string;
  people: number;
}

const PATIENCE = 2_500;
const DAY = 86_400_000;

export async function near(place: Place, category: string): Promise<Near[]> {
  const query = new URLSearchParams({ lat: place.lat.toFixed(5), lon: place.lon.toFixed(5), category });
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(`/api/v1/nearby?${query.toString()}`, {
      credentials: "omit",
      headers: { "Accept-Language": document.documentElement.lang },
      signal,
    });
    return answer.ok ? ((await answer.json()) as { items: Near[] }).items : [];
  } catch {
    return [];
  }
}

/** The choice of the citizen: the case that it is, null for none of them. */
export function choose(cases: Near[], skew: number): Promise<Near | null> {
  const box = show("nearby", true);
  const list = part("near-list");
  return new Promise((resolve) => {
    const done = (one: Near | null): void => {
      box.hidden = true;
      resolve(one);
    };
    list.replaceChildren(...cases.map((one) => card(one, skew, () => done(one))));
    part("near-none").onclick = () => done(null);
    box.focus();
    box.scrollIntoView({ block: "start" });
  });
}

function card(one: Near, skew: number, chosen: () => void): HTMLElement {
  const item = copyOf("near");
  part("near-name", item).textContent = one.category?.name ?? say("someTrouble");
  const days = Math.floor((Date.now() + skew - Date.parse(one.filed_at)) / DAY);
  const age = days < 1 ? say("today") : say("daysAgo", { days });
  const facts = [say("away", { metres: one.metres }), age, say("people", { n: one.people })];
  const line = part("near-facts", item);
  line.textContent = facts.join(" · ");
  line.title = momentText(one.filed_at);
  part("near-same", item).addEventListener("click", chosen);
  return item;
}
