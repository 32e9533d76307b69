import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { antStyles } from "./dev/antStyles.ts";
import { output } from "./dev/chunks.ts";
import { recordedPortal } from "./dev/recordedPortal.ts";

/** Puts each file that shrinks beside itself, compressed: the portal sends that one. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir = "" }, bundle) {
      for (const name of Object.keys(bundle).filter((each) => /\.(js|css|svg)$/.test(each))) {
        const file = join(dir, name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

const portal = process.env.BACHANG_PORTAL;
const proxied = portal ? { target: portal, ws: true, changeOrigin: false } : undefined;

/**
 * `vite` serves recorded data; `BACHANG_PORTAL=http://127.0.0.1:8080 vite` the real portal.
 * The nonce placeholder in index.html is replaced by the portal with each answer.
 */
export default defineConfig(({ command }) => ({
  plugins: [react(), antStyles(command), compressed(), ...(command === "serve" && !portal ? [recordedPortal()] : [])],
  resolve: { alias: { "#": new URL("./src", import.meta.url).pathname } },
  html: command === "build" ? { cspNonce: "__CSP_NONCE__" } : {},
  server: { host: "127.0.0.1", port: 5173, ...(proxied ? { proxy: { "/api": proxied } } : {}) },
  build: {
    outDir: "../src/bachang/portal/static",
    emptyOutDir: true,
    manifest: true,
    target: "es2024",
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1600,
    // The page has to name each script by itself: the first one would wait for one it is merged with.
    rolldownOptions: { output, experimental: { chunkOptimization: { mergeCommonChunks: false } } },
  },
  test: { environment: "node", include: ["test/**/*.test.{ts,tsx}"] },
}));
