/** The desk: pages work without this file; it makes them quicker under the hand. */
import htmx from "htmx.org";
import { listenForChoices } from "../choose";
import { enhanceSelects } from "../combobox";
import { listenForComparisons } from "../compare";
import { listenForDialogs } from "../dialog";
import { drawWhatIsThere } from "../lazy";
import { listenForMatrix, openMatrix } from "../matrix";
import { listenForMenus } from "../menu";
import { listenForRedactions } from "../redact";
import { listenForPicks, refreshPicks } from "../picks";
import { listenForRows } from "../rows";
import { listenForSending } from "../sending";
import { listenForTroubles } from "../toast";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0; // a shared office computer keeps no pages of the last clerk
// A refused form comes back with its errors in it.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true, error: false },
  { code: "[45]..", swap: false, error: true },
];

listenForDialogs();
listenForMenus();
listenForMatrix(); // before the rows: its arrows walk cells
listenForRows();
listenForPicks(); // after the rows: it reads where they have moved to
listenForTroubles();
listenForComparisons();
listenForRedactions();
listenForChoices();
listenForSending();
improve(document);
document.addEventListener("htmx:afterSwap", (event) => improve(event.target as ParentNode));

function improve(root: ParentNode): void {
  drawWhatIsThere(root);
  enhanceSelects(root);
  openMatrix(root);
  refreshPicks();
}
