/** What surrounds every page: theme, language, queries, addresses, the last safety net. */
import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import english from "antd/locale/en_US";
import chinese from "antd/locale/zh_CN";
import type { ReactElement } from "react";
import { RouterProvider } from "react-router";
import { useLanguage } from "#/language";
import { antTheme, ThemeContext, useThemeState } from "#/theme";
import { queries } from "./queries";
import { router } from "./router";

export function App({ nonce }: { nonce: string | undefined }): ReactElement {
  const theme = useThemeState();
  const language = useLanguage();
  return (
    <ThemeContext value={theme}>
      <ConfigProvider
        theme={antTheme(theme.shade)}
        locale={language === "zh" ? chinese : english}
        button={{ autoInsertSpace: false }}
        {...(nonce === undefined ? {} : { csp: { nonce } })}
      >
        <AntApp className="app">
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </AntApp>
      </ConfigProvider>
    </ThemeContext>
  );
}
