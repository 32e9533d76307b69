/** What a completion or a finding says beside the text, as elements of the page. */
import type { EditorView, Rect } from "@codemirror/view";
import { pieces } from "#/models/prose";

/** A sentence whose names stand out. */
export function words(sentence: string): HTMLElement {
  const made = document.createElement("span");
  for (const { text, code } of pieces(sentence)) {
    const part = document.createElement(code ? "code" : "span");
    part.textContent = text;
    made.append(part);
  }
  return made;
}

interface Place {
  style: string;
  class: string;
}

/** Where an explanation stands: beside the list, or else at its end away from the text, over no entry. */
export function placed(
  view: EditorView,
  list: Rect,
  option: Rect,
  info: Rect,
  space: Rect,
): Place {
  const [width, height] = [info.right - info.left, info.bottom - info.top];
  const [left, right] = [list.left - space.left, space.right - list.right];
  if (width <= Math.max(left, right)) {
    const top = Math.max(space.top, Math.min(option.top, space.bottom - height)) - list.top;
    const side = width <= right ? "right" : "left";
    return { style: `top: ${top}px`, class: `cm-completionInfo-${side}` };
  }
  const written = view.coordsAtPos(view.state.selection.main.head);
  const above = written !== null && list.bottom <= written.top + 1;
  const top = Math.min(list.bottom, space.bottom - height) - list.top;
  return { style: above ? "bottom: 100%" : `top: ${top}px`, class: "cm-completionInfo-along" };
}
