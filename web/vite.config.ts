import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { recordedPortal } from "./dev/recordedPortal.ts";

const portal = process.env.BACHANG_PORTAL;
const proxied = portal ? { target: portal, ws: true, changeOrigin: false } : undefined;

/**
 * `vite` serves recorded data; `BACHANG_PORTAL=http://127.0.0.1:8080 vite` the real portal.
 * The nonce placeholder in index.html is replaced by the portal with each answer.
 */
export default defineConfig(({ command }) => ({
  plugins: [react(), ...(command === "serve" && !portal ? [recordedPortal()] : [])],
  resolve: { alias: { "#": new URL("./src", import.meta.url).pathname } },
  html: command === "build" ? { cspNonce: "__CSP_NONCE__" } : {},
  server: { host: "127.0.0.1", port: 5173, ...(proxied ? { proxy: { "/api": proxied } } : {}) },
  build: {
    outDir: "../src/bachang/portal/static",
    emptyOutDir: true,
    manifest: true,
    target: "es2024",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
  },
  test: { environment: "node", include: ["test/**/*.test.{ts,tsx}"] },
}));
