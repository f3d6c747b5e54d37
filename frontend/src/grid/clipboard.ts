/** What a spreadsheet puts on the clipboard, as rows of cells, and the way back. No style or script of it survives. */

/** The table in the clipboard's HTML if there is one, else its text. */
export function readTable(html: string, text: string): string[][] {
  return fromHtml(html) ?? fromText(text);
}

/** Tab-separated text as Excel writes it: a cell with a tab, a quote or a line break stands in quotes. */
export function fromText(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text.charAt(at + 1) === '"') cell += text.charAt(++at);
      else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === "\t" || letter === "\n") {
      rows.at(-1)?.push(cell);
      cell = "";
      if (letter === "\n") rows.push([]);
    } else if (letter !== "\r") cell += letter;
  }
  rows.at(-1)?.push(cell);
  const last = rows.at(-1);
  if (rows.length > 1 && last?.length === 1 && last[0] === "") rows.pop(); // Excel ends with a line break
  return rows;
}

function fromHtml(html: string): string[][] | null {
  if (!html.includes("<t")) return null;
  const table = new DOMParser().parseFromString(bare(html), "text/html").querySelector("table");
  if (!table) return null;
  const rows: string[][] = [];
  [...table.rows].forEach((row, number) => {
    const into = (rows[number] ??= []);
    let column = 0;
    for (const cell of row.cells) {
      while (into[column] !== undefined) column++; // taken by a merged cell above
      const said = wordsOf(cell);
      for (let down = 0; down < cell.rowSpan; down++) {
        // A merged cell counts once across, and in every row that it spans downwards.
        for (let right = 0; right < cell.colSpan; right++) {
          (rows[number + down] ??= [])[column + right] = right ? "" : said;
        }
      }
      column += cell.colSpan;
    }
  });
  return rows.slice(0, table.rows.length).map((row) => Array.from(row, (cell) => cell ?? ""));
}

/** Without styles: the page's policy would refuse each of them, thousands in a large range, and none is wanted. */
function bare(html: string): string {
  const plain = html.replace(/<style\b[\s\S]*?<\/style>/gi, "");
  return plain.replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, ""));
}

function wordsOf(cell: HTMLElement): string {
  for (const line of cell.querySelectorAll("br")) line.replaceWith("\uE000");
  // The source of the HTML is wrapped where Excel likes; only a <br> is a line break of the cell.
  return (cell.textContent ?? "").replace(/\s+/g, " ").replace(/ ?\uE000 ?/g, "\n").trim();
}

/** Rows of cells as a spreadsheet reads them. */
export function toText(rows: string[][]): string {
  const quote = (cell: string) => (/[\t\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(quote).join("\t")).join("\n");
}
