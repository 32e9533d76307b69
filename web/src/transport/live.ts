/**
 * Follows a topic of the portal over a WebSocket and keeps following it.
 *
 * A lost connection is taken up again with the revision that was seen last, so nothing is
 * missed or repeated; meanwhile the last state stays and says "reconnecting".
 */
import { backoff, interrupted, receive, starting, type Live, type Projection } from "#/models/live";
import { Problem } from "#/models/problem";

/** What a topic needs from its surroundings; tests hold all three. */
export interface Surroundings {
  connect: (address: string) => WebSocket;
  after: (milliseconds: number, action: () => void) => () => void;
  draw: () => number;
}

const BROWSER: Surroundings = {
  connect: (address) => new WebSocket(address),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
  draw: () => Math.random(),
};

/** The portal closes with 44xx when a topic is not for this person or does not exist. */
const REFUSED = 4400;

export class Topic<S> {
  private live: Live<S> = starting();
  private readonly listeners = new Set<() => void>();
  private socket: WebSocket | null = null;
  private cancel: (() => void) | null = null;
  private attempt = 0;

  constructor(
    private readonly name: string,
    private readonly projection: Projection<S>,
    private readonly around: Surroundings = BROWSER,
  ) {}

  readonly current = (): Live<S> => this.live;

  /** Connects with the first listener and disconnects with the last. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.open();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.close();
    };
  };

  private open(): void {
    const socket = this.around.connect(address(this.name, this.live.revision));
    this.socket = socket;
    socket.onmessage = (message: MessageEvent<string>) => this.take(message.data);
    socket.onclose = (event) => this.lost(socket, event.code);
  }

  private close(): void {
    this.cancel?.();
    this.cancel = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private take(data: string): void {
    try {
      this.become(receive(this.live, this.projection, JSON.parse(data)));
      this.attempt = 0;
    } catch (error) {
      if (!(error instanceof Problem || error instanceof SyntaxError)) throw error;
      console.error("unreadable live message", error);
      this.live = { ...this.live, revision: null };
      this.socket?.close();
    }
  }

  private lost(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    if (code >= REFUSED && code < REFUSED + 100) {
      this.become({ ...this.live, connection: "refused" });
      return;
    }
    this.become(interrupted(this.live));
    this.cancel = this.around.after(backoff(this.attempt, this.around.draw()), () => this.open());
    this.attempt += 1;
  }

  private become(live: Live<S>): void {
    this.live = live;
    for (const listener of this.listeners) listener();
  }
}

function address(topic: string, revision: number | null): string {
  const query = new URLSearchParams({ topic });
  if (revision !== null) query.set("revision", String(revision));
  return `${socketOrigin()}/api/live?${query.toString()}`;
}

/** `ws://HOST` of this page. */
export function socketOrigin(): string {
  const { protocol, host } = globalThis.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}`;
}
