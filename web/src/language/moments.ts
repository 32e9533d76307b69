/** Dates and times as a person of the interface's language writes them. */
import { useLanguage } from "./index";

export interface Moments {
  day: (moment: string) => string;
  time: (moment: string) => string;
  both: (moment: string) => string;
  /** How long ago, in words. */
  ago: (moment: string, now?: number) => string;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function useMoments(): Moments {
  const locale = useLanguage() === "zh" ? "zh-CN" : "en-GB";
  const written = (style: Intl.DateTimeFormatOptions) => (moment: string) =>
    new Date(moment).toLocaleString(locale, style);
  return {
    day: written({ dateStyle: "medium" }),
    time: written({ timeStyle: "short" }),
    both: written({ dateStyle: "medium", timeStyle: "short" }),
    ago: (moment, now = Date.now()) => {
      const passed_s = Math.max(0, (now - Date.parse(moment)) / 1000);
      const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
      const [unit, length] = UNITS.find(([, seconds]) => passed_s >= seconds) ?? ["second", 1];
      // Seconds would count on the screen without anything having happened.
      return unit === "second" ? relative.format(0, "minute") : relative.format(-Math.floor(passed_s / length), unit);
    },
  };
}
