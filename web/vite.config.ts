import { defineConfig } from "vitest/config";

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
    rollupOptions: { input: ["index.html", "room.html", "audit.html"] },
  },
  test: { include: ["test/**/*.test.ts"] },
});
