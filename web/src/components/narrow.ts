/** Is this a phone's width, or a desk's? */
import { useCallback, useSyncExternalStore } from "react";

/** Whether a media query holds. */
function useMedia(wanted: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const query = matchMedia(wanted);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    [wanted],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(wanted).matches);
}

export const useNarrow = (): boolean => useMedia("(max-width: 899px)");

/** Is there room for two things beside a text? */
export const useWide = (): boolean => useMedia("(min-width: 1200px)");
