/**
 * The styles of the Ant Design components that the first pages show, made by the build and not by
 * every browser. Ant Design knows from the sheet itself what it need not make (its SSR way of a
 * CSS file: each style's key stands in it); what is not in it, it makes as it runs. They are the
 * same in light and dark: what differs are variables, which stay its own.
 */
import type { Plugin } from "vite";

const NAME = "virtual:ant.css";

/** While it is being developed every style is made as it runs. */
export function antStyles(command: "build" | "serve"): Plugin {
  return {
    name: "ant-styles",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? (command === "build" ? made() : "") : undefined),
  };
}

/** Loaded when the build has said that it is for production: the styles' names depend on it. */
async function made(): Promise<string> {
  const [antd, { createCache, extractStyle, StyleProvider }, { createElement: h }, { renderToString }] =
    await Promise.all([
      import("antd"),
      import("@ant-design/cssinjs"),
      import("react"),
      import("react-dom/server"),
    ]);
  const { Alert, App, Button, Dropdown, Input, Segmented, Skeleton, Spin, Splitter, Tooltip } = antd;
  const shown = [
    h(App),
    h(Button),
    h(Input),
    h(Alert),
    h(Segmented, { options: ["one"] }),
    h(Splitter, null, h(Splitter.Panel), h(Splitter.Panel)),
    h(Dropdown, { menu: { items: [] }, children: h("i") }),
    h(Tooltip, { title: "one", children: h("i") }),
    h(Spin),
    h(Skeleton),
  ];
  const cache = createCache();
  renderToString(h(StyleProvider, { cache }, ...shown));
  return extractStyle(cache, { plain: true, types: ["style"] });
}
