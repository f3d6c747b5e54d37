/** Sends a report and its photos through the public API; every step may be repeated. */

export interface Photo {
  file: File;
  sha256: string;
}

export interface Report {
  id: string;
  text: string;
  category?: string;
  lat?: number;
  lon?: number;
  address?: string;
  observed_at: string;
  contact?: { name: string; phone: string };
  photos: { sha256: string; role: "near" }[];
}

export interface Receipt {
  id: string;
  number: string;
  url: string;
  receipt_code: string;
  missing_photos: string[];
}

interface Problem {
  detail?: string;
  errors?: { field: string; message: string }[];
}

/** What the server said no to, in its own words; without words the network failed. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export async function sendReport(report: Report, language: string): Promise<Receipt> {
  const answer = await ask("/api/v1/reports", "POST", JSON.stringify(report), "application/json", language);
  return (await answer.json()) as Receipt;
}

export async function sendPhoto(id: string, photo: Photo, language: string): Promise<void> {
  await ask(`/api/v1/reports/${id}/photos/${photo.sha256}`, "PUT", photo.file, "application/octet-stream", language);
}

async function ask(url: string, method: string, body: BodyInit, type: string, language: string): Promise<Response> {
  const headers = { "Content-Type": type, "Accept-Language": language };
  let answer: Response;
  try {
    answer = await fetch(url, { method, body, headers, credentials: "omit" });
  } catch {
    throw new Refusal("", 0);
  }
  if (!answer.ok) throw new Refusal(await wordsOf(answer), answer.status);
  return answer;
}

async function wordsOf(answer: Response): Promise<string> {
  try {
    const problem = (await answer.json()) as Problem;
    const fields = (problem.errors ?? []).map((error) => error.message);
    return [problem.detail ?? "", ...fields].filter(Boolean).join(" ");
  } catch {
    return `${answer.status}`;
  }
}
