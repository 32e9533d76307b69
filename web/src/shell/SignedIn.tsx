/** Lets through who has signed in; others meet the sign-in page at the same address. */
import { Spin } from "antd";
import { createContext, lazy, Suspense, useContext, type ReactElement } from "react";
import { Outlet } from "react-router";
import { Failed } from "#/components/Failed";
import type { Account, Session } from "#/models/session";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";

const SignIn = lazy(async () => ({ default: (await import("#/views/signIn")).SignInPage }));

export interface Present {
  account: Account;
  session: Session;
}
const PresentContext = createContext<Present | null>(null);

/** The person at the screen; only below `SignedIn`. */
export function usePresent(): Present {
  const present = useContext(PresentContext);
  if (!present) throw new Error("usePresent needs SignedIn above it");
  return present;
}

export function SignedIn(): ReactElement {
  const session = useQuery({ queryKey: ["session"], queryFn: portal.session, staleTime: 60_000 });
  if (session.error) {
    return <Failed error={session.error} onRetry={() => void session.refetch()} />;
  }
  if (!session.data) return <Spin fullscreen delay={300} />;
  const { account } = session.data;
  if (!account) {
    return (
      <Suspense>
        <SignIn session={session.data} />
      </Suspense>
    );
  }
  return (
    <PresentContext value={{ account, session: session.data }}>
      <Outlet />
    </PresentContext>
  );
}
