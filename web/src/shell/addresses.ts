/** Which view is at which address. Every view is loaded when it is first opened. */
import type { ComponentType } from "react";

type Load = () => Promise<{ Component: ComponentType }>;

/** Views below the bar. */
export const IN_FRAME: Readonly<Record<string, Load>> = {
  "/": () => import("#/views/library"),
  "/packs/:pack": () => import("#/views/pack"),
  "/packs/:pack/edit": () => import("#/views/author"),
  "/packs/:pack/verification": () => import("#/views/verification"),
  "/runs": () => import("#/views/runs"),
  "/runs/:run": () => import("#/views/run"),
  "/runs/:run/review": () => import("#/views/review"),
  "/exercises": () => import("#/views/exercises"),
  "/replay": () => import("#/views/replay"),
  "/exercises/:exercise": () => import("#/views/exercise"),
  "/people/:part?": () => import("#/views/people"),
  "/profile": () => import("#/views/profile"),
  "/machine": () => import("#/views/machine"),
};

/** Views that have the whole screen, for who has signed in. */
export const WHOLE: Readonly<Record<string, Load>> = {
  "/exercises/:exercise/board": () => import("#/views/board"),
};

/** Views for everybody. */
export const OPEN: Readonly<Record<string, Load>> = {
  "/join": () => import("#/views/join"),
};

/** The view at a path, if there is one. */
export function viewAt(path: string): Load | undefined {
  const all = Object.entries({ ...IN_FRAME, ...WHOLE, ...OPEN });
  return all.find(([address]) => pattern(address).test(path))?.[1];
}

/** The run at a path, if that is a run's page. */
export function runAt(path: string): string | undefined {
  return /^\/runs\/([^/]+)$/.exec(path)?.[1];
}

/** Whoever comes with a token is not yet who they will be: nothing is asked for ahead. */
export function comesWithToken({ hash }: Location): boolean {
  return hash.includes("token=");
}

/** (react-router has one, but this is part of the first script, which is to be small.) */
function pattern(address: string): RegExp {
  const parts = address.replace(/\/:\w+\?/g, "(/[^/]+)?").replace(/:\w+/g, "[^/]+");
  return new RegExp(`^${parts}/?$`);
}
