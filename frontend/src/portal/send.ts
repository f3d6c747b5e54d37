/** One step on the line to the public API. Every step may be repeated: the server knows ids and hashes. */

/** What the server says of a report after each step. */
export interface Answer {
  id: string;
  number: string;
  url: string;
  receipt_code?: string;
  received_at: string;
  missing_photos: string[];
  videos?: { sha256: string; state: string; reason: { code: string; label: string } | null }[];
}

/** Whether the server still waits for the bytes of that hash. */
export function waitsFor(said: Answer, sha256: string): boolean {
  return said.missing_photos.includes(sha256) || Boolean(said.videos?.some((one) => one.sha256 === sha256 && one.state === "declared"));
}

/** Why the server will never take the video of that hash; empty otherwise. */
export function refusalFor(said: Answer, sha256: string): string {
  return said.videos?.find((one) => one.sha256 === sha256)?.reason?.label ?? "";
}

interface Problem {
  code?: string;
  detail?: string;
  errors?: { field: string; code: string; message: string }[];
}

/** What the server said no to, in its own words; status 0: the line failed, nobody said anything. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code = "",
    /** Names of the fields that were refused. */
    readonly fields: readonly string[] = [],
    /** Seconds that the server asks us to wait. */
    readonly wait = 0,
  ) {
    super(message);
  }

  /** Worth trying again as it is. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500 || [408, 425, 429].includes(this.status);
  }
}

/** On a bad line bytes trickle; slower than this and a fresh try is better (bytes a millisecond). */
const SLOWEST = 4;

export async function post(url: string, body: string): Promise<Answer> {
  return read(await ask(url, "POST", body, "application/json", 30_000));
}

export async function put(url: string, bytes: ArrayBuffer): Promise<Answer> {
  return read(await ask(url, "PUT", bytes, "application/octet-stream", 30_000 + bytes.byteLength / SLOWEST));
}

async function ask(url: string, method: string, body: BodyInit, type: string, patience: number): Promise<Response> {
  const headers: Record<string, string> = {
    "Content-Type": type,
    Accept: "application/json",
    "Accept-Language": document.documentElement.lang,
  };
  // Pages of staff are signed in; the citizens' pages send no cookie at all.
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf]")?.content;
  if (token) headers["X-CSRFToken"] = token;
  const credentials = token ? "same-origin" : "omit";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  let answer: Response;
  try {
    answer = await fetch(url, { method, body, headers, credentials, cache: "no-store", signal: stop.signal });
  } catch {
    throw new Refusal("", 0);
  } finally {
    clearTimeout(timer);
  }
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

/** A hotel's or a carrier's sign-in page also answers 200: only our own words count as "safe". */
async function read(answer: Response): Promise<Answer> {
  try {
    const said = (await answer.json()) as Answer;
    if (typeof said.id === "string" && Array.isArray(said.missing_photos)) return said;
  } catch {
    // Half an answer is none.
  }
  throw new Refusal("", 0);
}

async function refusalOf(answer: Response): Promise<Refusal> {
  const wait = Number(answer.headers.get("Retry-After")) || 0;
  try {
    const problem = (await answer.json()) as Problem;
    const errors = problem.errors ?? [];
    const words = [problem.detail ?? "", ...errors.map((error) => error.message)].filter(Boolean).join(" ");
    return new Refusal(words, answer.status, problem.code ?? "", errors.map((error) => error.field), wait);
  } catch {
    // Not ours: something between us and the server spoke.
    return new Refusal("", answer.status >= 500 || answer.status === 429 ? answer.status : 0, "", [], wait);
  }
}
