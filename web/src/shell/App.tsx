/** What surrounds every page: theme, language, queries, addresses, the last safety net. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import english from "antd/locale/en_US";
import chinese from "antd/locale/zh_CN";
import { useState, type ReactElement } from "react";
import { RouterProvider } from "react-router";
import { useLanguage } from "#/language";
import { Problem } from "#/models/problem";
import { antTheme, ThemeContext, useThemeState } from "#/theme";
import { router } from "./router";

/** A portal that restarts is worth waiting for; an answer that refuses is not. */
function again(failures: number, error: Error): boolean {
  return error instanceof Problem && error.kind === "unreachable" && failures < 3;
}

export function App({ nonce }: { nonce: string | undefined }): ReactElement {
  const theme = useThemeState();
  const language = useLanguage();
  const [queries] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: again, staleTime: 5000 } } }),
  );
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
