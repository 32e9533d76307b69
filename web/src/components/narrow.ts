/** Is this a phone's width? */
import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 899px)";

function onChange(listener: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(onChange, () => matchMedia(NARROW).matches);
}
