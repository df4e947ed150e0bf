/** Tells the service worker what the room's page loads, and which build that is. */

import type { Plugin, Rollup } from "vite";

export const WORKER = "offline";
const PAGE = "room.html";

export function offline(): Plugin {
  return {
    name: "lyceum-offline",
    apply: "build",
    generateBundle: {
      order: "post",
      async handler(_options, bundle) {
        const worker = bundle[`${WORKER}.js`];
        const page = bundle[PAGE];
        if (worker?.type !== "chunk" || page?.type !== "asset") this.error("there is no worker, or no room page");
        const files = [...loaded(bundle, page)].sort().map((name) => `/${name}`);
        const build = await digest(`${files.join()} ${String(page.source)} ${worker.code}`);
        worker.code = worker.code.replace("__FILES__", () => JSON.stringify(files)).replace("__BUILD__", () => `"${build}"`);
      },
    },
  };
}

/** All that the page names, and what that imports, at once or later. */
function loaded(bundle: Rollup.OutputBundle, page: Rollup.OutputAsset): Set<string> {
  const found = new Set<string>();
  const take = (name: string) => {
    const file = bundle[name];
    if (!file || found.has(name)) return;
    found.add(name);
    if (file.type === "chunk") [...file.imports, ...file.dynamicImports, ...(file.viteMetadata?.importedCss ?? [])].forEach(take);
  };
  for (const [, name] of String(page.source).matchAll(/"\/(assets\/[^"]+)"/g)) take(name!);
  return found;
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
