/** Phones of grid workers and inspectors: every form works without this file; it shows the sending and the place. */
import htmx from "htmx.org";
import { listenForComparisons } from "../compare";
import { sortNear } from "../field/near";
import { fillPlaces, findNearest } from "../field/places";
import { showSending } from "../field/sending";
import { sendWaiting } from "../field/waiting";
import { listenForTroubles } from "../toast";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;

listenForTroubles();
showSending();
listenForComparisons();
fillPlaces();
findNearest();
sortNear();
void sendWaiting();
