/// <reference types="vite/client" />

/** What dev/antStyles.ts makes. */
declare module "virtual:ant.css";
