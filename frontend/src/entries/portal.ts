/** The citizens' pages. */
import { startReport } from "../portal/report";

const form = document.querySelector<HTMLFormElement>("form[data-report]");
if (form) startReport(form);
