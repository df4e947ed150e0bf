import { defineConfig } from "vite";

/** One file under a name that never changes, with all it needs inside, so that any page can embed it. */
export default defineConfig({
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2022",
    // All of these know light-dark(), nesting and popovers.
    cssTarget: ["chrome123", "firefox125", "safari17.5"],
    lib: { entry: "src/widgets/index.ts", formats: ["es"], fileName: () => "widgets.js" },
  },
});
