/** Light and dark: what the person chose, else what the system says. */
import { theme, type ThemeConfig } from "antd";
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";
export type Shade = "light" | "dark";

const KEY = "bachang.theme";
const DARK = "(prefers-color-scheme: dark)";

export interface ThemeState {
  choice: ThemeChoice;
  shade: Shade;
  choose: (choice: ThemeChoice) => void;
}

export const ThemeContext = createContext<ThemeState>({
  choice: "system",
  shade: "light",
  choose: () => undefined,
});
export const useTheme = (): ThemeState => useContext(ThemeContext);

function stored(): ThemeChoice {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

function onSystemChange(listener: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

export function useThemeState(): ThemeState {
  const [choice, setChoice] = useState(stored);
  const systemDark = useSyncExternalStore(onSystemChange, () => matchMedia(DARK).matches);
  const shade: Shade = choice === "system" ? (systemDark ? "dark" : "light") : choice;
  useEffect(() => {
    document.documentElement.dataset.theme = shade;
  }, [shade]);
  return useMemo(() => {
    const choose = (wanted: ThemeChoice): void => {
      localStorage.setItem(KEY, wanted);
      setChoice(wanted);
    };
    return { choice, shade, choose };
  }, [choice, shade]);
}

export const FONT =
  '"IBM Plex Sans Variable", "PingFang SC", "HarmonyOS Sans SC", "MiSans", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif';
const MONO = '"IBM Plex Mono", "Cascadia Mono", "Noto Sans Mono CJK SC", ui-monospace, monospace';

const SHARED = {
  fontFamily: FONT,
  fontFamilyCode: MONO,
  fontSize: 14,
  borderRadius: 4,
  controlHeight: 34,
  wireframe: false,
};

const LIGHT = {
  colorPrimary: "#0b6477",
  colorInfo: "#0b6477",
  colorSuccess: "#1f7a43",
  colorWarning: "#a15c00",
  colorError: "#b3261e",
  colorLink: "#0b6477",
  colorTextBase: "#16232b",
  colorBgLayout: "#eef1f3",
  colorBgContainer: "#ffffff",
  colorTextSecondary: "#4a5a63",
  colorTextTertiary: "#5c6b74",
  colorTextDescription: "#5c6b74",
  colorTextPlaceholder: "#6a7881",
  colorBorder: "#c9d2d7",
  colorBorderSecondary: "#dde4e7",
  colorSuccessBg: "#e3f3e9",
  colorSuccessBorder: "#a9d6ba",
  colorWarningBg: "#fdf1dc",
  colorWarningBorder: "#efcf95",
  colorErrorBg: "#fbe6e4",
  colorErrorBorder: "#ecb3ae",
  colorInfoBg: "#e2f0f3",
  colorInfoBorder: "#a9d3dc",
};

const NIGHT = {
  colorPrimary: "#2aa3b8",
  colorInfo: "#2aa3b8",
  colorSuccess: "#4cb477",
  colorWarning: "#e0a03c",
  colorError: "#ef6b62",
  colorLink: "#5cc3d3",
  colorTextBase: "#e4ebee",
  colorBgBase: "#0e1519",
  colorBgLayout: "#0e1519",
  colorBgContainer: "#151f25",
  colorBgElevated: "#1b272e",
  colorTextSecondary: "#a9b8c0",
  colorTextTertiary: "#93a3ac",
  colorTextDescription: "#93a3ac",
  colorTextPlaceholder: "#83939c",
  colorBorder: "#33434c",
  colorBorderSecondary: "#26343c",
  colorSuccessBg: "#12301f",
  colorSuccessBorder: "#24593a",
  colorWarningBg: "#35270d",
  colorWarningBorder: "#62491a",
  colorErrorBg: "#3a1a18",
  colorErrorBorder: "#6b302c",
  colorInfoBg: "#12323a",
  colorInfoBorder: "#1f5360",
};

/** Ant Design's tokens for a shade. */
export function antTheme(shade: Shade): ThemeConfig {
  const dark = shade === "dark";
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: { ...SHARED, ...(dark ? NIGHT : LIGHT) },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", fontWeight: 500, ...(dark ? { primaryColor: "#06181c", colorPrimary: "#35b1c5", colorPrimaryHover: "#5cc3d3", colorPrimaryActive: "#2aa3b8", colorError: "#f28a82", dangerColor: "#2b0a08" } : {}) },
      Tabs: { horizontalMargin: "0", cardHeight: 34, ...(dark ? { itemSelectedColor: "#5cc3d3", itemHoverColor: "#7fd3e0", inkBarColor: "#5cc3d3" } : {}) },
      Table: { cellPaddingBlock: 10, cellPaddingInlineMD: 14, cellPaddingInlineSM: 12, headerBorderRadius: 0, bodySortBg: "transparent" },
      Segmented: { trackBg: dark ? "#070c0f" : "#e2e8eb" },
      Tooltip: { colorBgSpotlight: dark ? "#2a3941" : "#22323a" },
    },
  };
}
