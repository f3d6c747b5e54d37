/** What the phone keeps of one report until the server has said that it is safe there, and as a receipt after that. */
import type { Place } from "../place";

/** A photo, or the one video, by its hash. `safe_at` is the server's acknowledgement, `refused` its words if it will never take it. */
export interface Shot {
  sha256: string;
  role: "near" | "far" | "before" | "after" | "evidence" | "video";
  size: number;
  type: string;
  in_camera: boolean;
  taken_at: string | null;
  lat: number | null;
  lon: number | null;
  safe_at: string | null;
  refused: string;
}

/** What the server answered: with number and code a citizen can follow, withdraw and object. */
export interface Receipt {
  number: string;
  code: string;
  path: string;
  received_at: string;
}

export interface Words {
  text: string;
  category: string;
  address: string;
  name: string;
  phone: string;
  /** Whether it is a complaint about staff or a unit; nothing until somebody has said so. */
  complaint?: "" | "yes" | "no";
}

export type Stage = "draft" | "waiting" | "safe" | "refused";

export interface Entry {
  id: string;
  kind: "report" | "watch";
  stage: Stage;
  /** Of a "me too": the draft that it stands for, kept until the server has taken the wish. */
  draft: string;
  /** A few words for the list; the rest is wiped once it is safe. */
  title: string;
  words: Words;
  place: Place | null;
  shots: Shot[];
  /** Where and what goes out, letter for letter the same each time; empty while a draft. */
  url: string;
  body: string;
  made_at: string;
  sent_at: string | null;
  receipt: Receipt | null;
  tries: number;
  /** Not before this moment (ms): our own patience, and `held` if the server asked for it. */
  next_at: number;
  held: boolean;
  problem: string;
}

export function emptyEntry(id: string): Entry {
  return {
    id,
    kind: "report",
    stage: "draft",
    draft: "",
    title: "",
    words: { text: "", category: "", address: "", name: "", phone: "" },
    place: null,
    shots: [],
    url: "",
    body: "",
    made_at: new Date().toISOString(),
    sent_at: null,
    receipt: null,
    tries: 0,
    next_at: 0,
    held: false,
    problem: "",
  };
}

/** Whether every photo is either acknowledged or refused for good. */
export function complete(entry: Entry): boolean {
  return entry.receipt !== null && entry.shots.every((shot) => shot.safe_at || shot.refused);
}

/** A draft in which nobody wrote anything yet. */
export function blank(entry: Entry): boolean {
  return !entry.shots.length && !Object.values(entry.words).some(Boolean);
}
