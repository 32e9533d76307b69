/** Colours of curves, told apart by lightness too, so that they differ without colour. */
import type { Shade } from "#/theme";

export const COLOURS: Record<Shade, readonly string[]> = {
  light: ["#0b6477", "#c77700", "#7a3e9d", "#2f8a4e", "#b3261e", "#44606d"],
  dark: ["#5cc3d3", "#f2b134", "#c58fe0", "#5fc48a", "#f28a82", "#a9b8c0"],
};

export function colour(shade: Shade, at: number): string {
  const all = COLOURS[shade];
  return all[at % all.length] ?? "currentColor";
}
