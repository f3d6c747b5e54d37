import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Every file in `src/entries/` is an entry of that name; a new door only adds its file. */
const folder = new URL("src/entries/", import.meta.url);
const entries = readdirSync(folder).map((file) => fileURLToPath(new URL(file, folder)));

export default defineConfig({
  base: "/static/build/",
  build: {
    outDir: "../src/chuangcheng/web/static/build",
    emptyOutDir: true,
    manifest: "manifest.json", // read by chuangcheng.web.assets
    target: "es2022",
    // Inlined assets would be data: addresses, which the page's policy refuses for scripts and workers.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200, // the map and chart chunks, loaded only where a page draws one
    // htmx holds an eval that `allowEval: false` never reaches, and the page's policy would refuse.
    rolldownOptions: { input: entries, checks: { eval: false } },
  },
  css: { preprocessorOptions: { scss: { quietDeps: true } } },
  worker: { format: "es" },
});
