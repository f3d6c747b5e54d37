/** Kinds of trouble whose names are like what somebody wrote: shared pairs of characters, and everyday words for them. */
export interface Category {
  code: string;
  zh: string;
  /** Everyday words for it. */
  hints: string[];
}

/** Fewer shared pairs than this share of a name are chance. */
const ENOUGH = 0.45;
const MOST = 3;

export function suggest(text: string, categories: readonly Category[]): Category[] {
  const pairs = new Set(pairsOf(text));
  if (!pairs.size) return [];
  return categories
    .map((category) => ({ category, likeness: likeness(text, pairs, category) }))
    .filter(({ likeness }) => likeness >= ENOUGH)
    .sort((one, other) => other.likeness - one.likeness || (one.category.code < other.category.code ? -1 : 1))
    .slice(0, MOST)
    .map(({ category }) => category);
}

function likeness(text: string, pairs: Set<string>, { zh, hints }: Category): number {
  const said = hints.filter((hint) => text.includes(hint)).length;
  const own = pairsOf(zh.replace(/异常$/, ""));
  const shared = own.filter((pair) => pairs.has(pair)).length;
  return (said ? 1 + 0.1 * said : 0) + (own.length ? shared / own.length : 0);
}

function pairsOf(text: string): string[] {
  const marks = Array.from(text.normalize("NFKC").replace(/[\s\p{P}]/gu, ""));
  return marks.slice(1).map((mark, index) => marks[index] + mark);
}
