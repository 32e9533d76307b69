/**
 * The bytes of one terminal session over a WebSocket that comes back by itself.
 *
 * Each connection begins with the recording so far, so `onFresh` lets the screen start anew.
 */
import * as v from "valibot";
import { backoff } from "#/models/live";
import { socketOrigin } from "./live";

export type TerminalState = "connecting" | "open" | "reconnecting" | "ended";

export interface TerminalListener {
  onFresh: () => void;
  onBytes: (bytes: Uint8Array) => void;
  onState: (state: TerminalState) => void;
}

const noteModel = v.object({ closed: v.nullish(v.string(), null) });

/** Close codes after which there is nothing to come back to. */
function over(code: number): boolean {
  return code === 1000 || (code >= 4400 && code < 4500);
}

export class TerminalLink {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private size: { rows: number; columns: number } | null = null;
  private closed = false;

  constructor(
    private readonly run: string,
    private readonly session: string,
    private readonly listener: TerminalListener,
  ) {
    this.open();
  }

  send(text: string): void {
    this.transmit(new TextEncoder().encode(text));
  }

  resize(rows: number, columns: number): void {
    this.size = { rows, columns };
    this.transmit(JSON.stringify({ resize: this.size }));
  }

  /** Leaves the session running in its host. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private transmit(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(data);
  }

  private open(): void {
    this.listener.onState(this.attempt === 0 ? "connecting" : "reconnecting");
    const path = `/api/runs/${this.run}/terminals/${this.session}`;
    const socket = new WebSocket(socketOrigin() + path);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.opened();
    socket.onmessage = (message: MessageEvent<ArrayBuffer | string>) => {
      if (typeof message.data === "string") this.note(message.data);
      else this.listener.onBytes(new Uint8Array(message.data));
    };
    socket.onclose = (event) => this.lost(event.code);
    this.socket = socket;
  }

  private opened(): void {
    this.attempt = 0;
    this.listener.onFresh();
    this.listener.onState("open");
    if (this.size) this.resize(this.size.rows, this.size.columns);
  }

  private note(text: string): void {
    const note = v.parse(noteModel, JSON.parse(text));
    if (note.closed === null) return;
    this.closed = true;
    this.listener.onState("ended");
  }

  private lost(code: number): void {
    if (this.closed) return;
    if (over(code)) {
      this.listener.onState("ended");
      return;
    }
    this.attempt += 1;
    this.listener.onState("reconnecting");
    this.timer = setTimeout(() => this.open(), backoff(this.attempt, Math.random()));
  }
}
