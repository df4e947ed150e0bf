import { defineConfig } from "vitest/config";

import { WORKER, offline } from "./vite.offline.ts";

/** The pages; `vite.widgets.config.ts` builds the embeddable widgets into the same folder. */
export default defineConfig({
  build: {
    outDir: "dist",
    target: "es2022",
    // All of these know light-dark(), nesting and popovers.
    cssTarget: ["chrome123", "firefox125", "safari17.5"],
    // Pictures as files of our own: the content security policy knows no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html", room: "room.html", audit: "audit.html", tutor: "tutor.html", [WORKER]: "src/offline/worker.ts" },
      // A service worker has one address for ever, and looks after what is below that.
      output: { entryFileNames: ({ name }) => (name === WORKER ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
  plugins: [offline()],
  test: { include: ["test/**/*.test.ts"] },
});
