import "virtual:ant.css";
import "@fontsource-variable/ibm-plex-sans/wght.css";
import "@fontsource/ibm-plex-mono/latin-400.css";
import "@fontsource/ibm-plex-mono/latin-600.css";
import "./theme/base.css";
import { createRoot } from "react-dom/client";
import { startLanguage } from "./language";
import { App } from "./shell/App";
import { known } from "./shell/queries";
import { routed } from "./shell/router";
import { nonce, stampStyles } from "./theme/nonce";

/** Longer than this nobody looks at an empty page: then it shows that it waits. */
const PATIENCE_MS = 400;

async function begin(): Promise<void> {
  stampStyles(nonce());
  await startLanguage();
  // Drawn once with all that it shows, and not three times, as its parts come.
  const there = Promise.all([known(globalThis.location), routed()]);
  await Promise.race([there, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  createRoot(root).render(<App nonce={nonce()} />);
}

void begin();
