/** The addresses of the interface. Every view is loaded when it is first opened. */
import { createBrowserRouter, type RouteObject } from "react-router";
import { Frame } from "./Frame";
import { Crashed, NotFound } from "./Fault";
import { SignedIn } from "./SignedIn";

const inFrame: RouteObject[] = [
  { index: true, lazy: () => import("#/views/library") },
  { path: "packs/:pack", lazy: () => import("#/views/pack") },
  { path: "packs/:pack/edit", lazy: () => import("#/views/author") },
  { path: "packs/:pack/verification", lazy: () => import("#/views/verification") },
  { path: "runs", lazy: () => import("#/views/runs") },
  { path: "runs/:run", lazy: () => import("#/views/run") },
  { path: "runs/:run/review", lazy: () => import("#/views/review") },
  { path: "exercises", lazy: () => import("#/views/exercises") },
  { path: "replay", lazy: () => import("#/views/replay") },
  { path: "exercises/:exercise", lazy: () => import("#/views/exercise") },
  { path: "people/:part?", lazy: () => import("#/views/people") },
  { path: "profile", lazy: () => import("#/views/profile") },
  { path: "machine", lazy: () => import("#/views/machine") },
  { path: "*", Component: NotFound },
];

const gallery: RouteObject[] = import.meta.env.DEV
  ? [{ path: "/gallery", lazy: () => import("#/views/gallery") }]
  : [];

export const router = createBrowserRouter([
  {
    ErrorBoundary: Crashed,
    HydrateFallback: () => null,
    children: [
      ...gallery,
      { path: "/join", lazy: () => import("#/views/join") },
      {
        Component: SignedIn,
        children: [
          { path: "/exercises/:exercise/board", lazy: () => import("#/views/board") },
          { path: "/", Component: Frame, ErrorBoundary: Crashed, children: inFrame },
        ],
      },
    ],
  },
]);
