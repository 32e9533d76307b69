/** Dates and times as a person of the interface's language writes them. */
import { useLanguage } from "./index";

export interface Moments {
  day: (moment: string) => string;
  time: (moment: string) => string;
  both: (moment: string) => string;
  /** How long ago, in words. */
  ago: (moment: string, now?: number) => string;
  /** A time that something lasts, `45 sec`, `3 hrs 5 mins`. */
  lasting: (seconds: number) => string;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** A time that something lasts, in its two largest units. */
export function lasting(seconds: number, locale: string): string {
  const at = UNITS.findIndex(([, length]) => seconds >= length);
  const told = (unit: string, count: number): string =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(Math.floor(count));
  const large = UNITS[at];
  if (!large) return told("second", seconds);
  const whole = told(large[0], seconds / large[1]);
  const small = UNITS[at + 1];
  return small ? `${whole} ${told(small[0], (seconds % large[1]) / small[1])}` : whole;
}

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
    lasting: (seconds) => lasting(seconds, locale),
  };
}
