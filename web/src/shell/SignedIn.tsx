/** Lets through who has signed in; others meet the sign-in page at the same address. */
import { Spin } from "antd";
import { createContext, lazy, Suspense, useContext, useState, type ReactElement } from "react";
import { Outlet } from "react-router";
import { Failed } from "#/components/Failed";
import type { Account, Session } from "#/models/session";
import { useQuery } from "#/transport/hooks";
import { SESSION } from "./queries";

const SignIn = lazy(async () => ({ default: (await import("#/views/signIn")).SignInPage }));
const Enter = lazy(async () => ({ default: (await import("#/views/signIn")).EnterPage }));

/** Takes the token out of a printed address `…#token=…`, so that it is in no history. */
function takeToken(): string | null {
  const { hash, pathname } = globalThis.location;
  const token = new URLSearchParams(hash.slice(1)).get("token");
  if (token !== null) globalThis.history.replaceState(null, "", pathname);
  return token;
}

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
  const [token, setToken] = useState(takeToken);
  if (token === null) return <KnownOnly />;
  return (
    <Suspense>
      <Enter token={token} onEntered={() => setToken(null)} />
    </Suspense>
  );
}

function KnownOnly(): ReactElement {
  const session = useQuery(SESSION);
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
