import "@fontsource-variable/ibm-plex-sans/wght.css";
import "@fontsource/ibm-plex-mono/latin-400.css";
import "@fontsource/ibm-plex-mono/latin-600.css";
import "./theme/base.css";
import { createRoot } from "react-dom/client";
import { startLanguage } from "./language";
import { App } from "./shell/App";
import { nonce, stampStyles } from "./theme/nonce";

stampStyles(nonce());
await startLanguage();
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(<App nonce={nonce()} />);
