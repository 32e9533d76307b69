/** What moves a clock: wheel and keys zoom, a drag moves, a press seeks. */
import {
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
} from "react";
import { moved, zoomed, type Window } from "#/models/clock";

export interface ClockState {
  whole: Window;
  window: Window;
  now: number;
  onNow: (now: number) => void;
  onWindow: (window: Window) => void;
}

const WHEEL = 1.18;
const KEY_ZOOM = 1.5;
/** Pixels that a pressed pointer moves before it counts as a drag. */
const DRAG_PX = 4;

/** The moment below a place on the screen. */
export function useMoment(
  ground: RefObject<HTMLElement | null>,
  { window: [low, high] }: ClockState,
): (x: number) => number {
  return (x) => {
    const box = ground.current?.getBoundingClientRect();
    if (!box || box.width === 0) return low;
    return low + Math.min(1, Math.max(0, (x - box.left) / box.width)) * (high - low);
  };
}

/** Zooms with the wheel about the pointer, moves with the wheel sideways. */
export function useWheel(
  hands: RefObject<HTMLElement | null>,
  ground: RefObject<HTMLElement | null>,
  state: ClockState,
): void {
  const momentAt = useMoment(ground, state);
  const turn = useEffectEvent((event: WheelEvent) => {
    const { whole, window, onWindow } = state;
    const length = window[1] - window[0];
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    const next =
      Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)
        ? moved(window, whole, (sideways / 600) * length)
        : zoomed(window, whole, momentAt(event.clientX), event.deltaY > 0 ? WHEEL : 1 / WHEEL);
    if (next[0] === window[0] && next[1] === window[1]) return; // the page scrolls on
    event.preventDefault();
    onWindow(next);
  });
  useEffect(() => {
    const element = hands.current;
    // React listens passively, so a turn of the wheel could not be kept from the page.
    element?.addEventListener("wheel", turn, { passive: false });
    return () => element?.removeEventListener("wheel", turn);
  }, [hands]);
}

/** A drag moves the window; a press, or a drag where all is seen, moves the playhead. */
export function useDrag(ground: RefObject<HTMLElement | null>, state: ClockState) {
  const momentAt = useMoment(ground, state);
  const from = useRef<{ x: number; window: Window } | null>(null);
  const [dragging, setDragging] = useState(false);
  const { whole, window, onNow, onWindow } = state;
  const all = window[1] - window[0] >= whole[1] - whole[0];
  const onPointerDown = (event: PointerEvent): void => {
    const left = ground.current?.getBoundingClientRect().left ?? 0;
    if (event.button !== 0 || event.clientX < left) return;
    ground.current?.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, window };
    if (all) onNow(momentAt(event.clientX));
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!from.current) return;
    if (all) {
      onNow(momentAt(event.clientX));
      return;
    }
    const by = event.clientX - from.current.x;
    if (!dragging && Math.abs(by) < DRAG_PX) return;
    setDragging(true);
    const width = ground.current?.clientWidth ?? 1;
    const [low, high] = from.current.window;
    onWindow(moved(from.current.window, whole, (-by / width) * (high - low)));
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (from.current && !dragging && !all) onNow(momentAt(event.clientX));
    from.current = null;
    setDragging(false);
  };
  return { dragging, onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp };
}

/** What a key does to the clock: arrows seek, with Shift they move; + - 0 zoom. */
export function useKeys(state: ClockState, stops: readonly number[]): (event: KeyboardEvent) => void {
  const { whole, window, now, onNow, onWindow } = state;
  const step = (window[1] - window[0]) / 100;
  const seek = (to: number): void => onNow(Math.min(whole[1], Math.max(whole[0], to)));
  return (event) => {
    const by = event.key === "ArrowLeft" ? -step : step;
    const side = (): void =>
      event.shiftKey ? onWindow(moved(window, whole, by * 10)) : seek(now + by);
    const moves: Record<string, () => void> = {
      ArrowLeft: side,
      ArrowRight: side,
      PageUp: () => seek(stops.findLast((stop) => stop < now - 0.01) ?? whole[0]),
      PageDown: () => seek(stops.find((stop) => stop > now + 0.01) ?? whole[1]),
      Home: () => seek(whole[0]),
      End: () => seek(whole[1]),
      "+": () => onWindow(zoomed(window, whole, now, 1 / KEY_ZOOM)),
      "=": () => onWindow(zoomed(window, whole, now, 1 / KEY_ZOOM)),
      "-": () => onWindow(zoomed(window, whole, now, KEY_ZOOM)),
      "0": () => onWindow(whole),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  };
}
