import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Only transport/ talks to the network; components/ and models/ know nothing of it. */
const noTransport = {
  "no-restricted-imports": ["error", { patterns: ["#/transport/*", "#/views/*"] }],
};

/** The build puts entry and shared code into one file; views, which need that file, would wait for
 * an entry that waits for a view. */
const noWaitingModule = {
  selector: ":matches(Program > ExpressionStatement, Program > VariableDeclaration > *) > AwaitExpression",
  message: "A module that waits holds up all that import it: wait in a function.",
};

export default tseslint.config(
  { ignores: ["src/transport/schema.ts", "node_modules", "eslint.config.js"] },
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
  { files: ["src/**/*.{ts,tsx}"], ...a11y.flatConfigs.recommended },
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-globals": ["error", "fetch", "WebSocket"],
      "no-restricted-syntax": ["error", noWaitingModule],
    },
  },
  { files: ["src/components/**", "src/models/**"], rules: noTransport },
  {
    files: ["src/transport/**", "dev/**", "test/**"],
    rules: { "no-restricted-globals": "off" },
  },
);
