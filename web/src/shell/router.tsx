/** The addresses of the interface. */
import { createBrowserRouter, type RouteObject } from "react-router";
import { IN_FRAME, OPEN, WHOLE } from "./addresses";
import { Frame } from "./Frame";
import { Crashed, NotFound } from "./Fault";
import { SignedIn } from "./SignedIn";

function routes(views: typeof IN_FRAME): RouteObject[] {
  return Object.entries(views).map(([path, lazy]) => ({ path, lazy }));
}

const gallery: RouteObject[] = import.meta.env.DEV
  ? [{ path: "/gallery", lazy: () => import("#/views/gallery") }]
  : [];

export const router = createBrowserRouter([
  {
    ErrorBoundary: Crashed,
    HydrateFallback: () => null,
    children: [
      ...gallery,
      ...routes(OPEN),
      {
        Component: SignedIn,
        children: [
          ...routes(WHOLE),
          {
            path: "/",
            Component: Frame,
            ErrorBoundary: Crashed,
            children: [...routes(IN_FRAME), { path: "*", Component: NotFound }],
          },
        ],
      },
    ],
  },
]);

/** Once the view at the page's address is there. */
export function routed(): Promise<void> {
  return new Promise((done) => {
    if (router.state.initialized) {
      done();
      return;
    }
    const leave = router.subscribe(({ initialized }) => {
      if (!initialized) return;
      leave();
      done();
    });
  });
}
