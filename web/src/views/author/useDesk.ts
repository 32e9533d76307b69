/** Files of a pack in the hands of its author: read when opened, saved when told. */
import { useCallback, useEffect, useReducer } from "react";
import { closed, created, edited, taken, unsaved, type Desk, type FileContent } from "#/models/author";
import { useTell } from "#/shell/tell";
import { useQueryClient } from "#/transport/hooks";
import * as portal from "#/transport/portal";

type Act =
  | { kind: "taken"; file: FileContent }
  | { kind: "edited"; path: string; text: string }
  | { kind: "created" | "closed"; path: string };

function after(desk: Desk, act: Act): Desk {
  if (act.kind === "taken") return taken(desk, act.file);
  if (act.kind === "edited") return edited(desk, act.path, act.text);
  return act.kind === "created" ? created(desk, act.path) : closed(desk, act.path);
}

export interface DeskHands {
  desk: Desk;
  open: (path: string) => Promise<void>;
  edit: (path: string, text: string) => void;
  create: (path: string) => void;
  remove: (path: string) => Promise<boolean>;
  /** Saves everything; whether all of it could be. */
  save: () => Promise<boolean>;
}

export function useDesk(pack: string): DeskHands {
  const [desk, act] = useReducer(after, new Map());
  const queries = useQueryClient();
  const tell = useTell();
  const refresh = useCallback(async (): Promise<void> => {
    const keys = ["files", "lint", "pack", "packs"].map((key) => [key]);
    await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
  }, [queries]);
  const open = async (path: string): Promise<void> => {
    if (desk.has(path)) return;
    const file = await tell(() => portal.file(pack, path));
    if (file) act({ kind: "taken", file });
  };
  const save = async (): Promise<boolean> => {
    let good = true;
    for (const path of unsaved(desk)) {
      const { text, base } = desk.get(path) ?? { text: "", base: null };
      const file = await tell(() => portal.saveFile(pack, path, text, base));
      if (file) act({ kind: "taken", file });
      else good = false;
    }
    await refresh();
    return good;
  };
  const remove = async (path: string): Promise<boolean> => {
    const fresh = desk.get(path)?.base === null;
    const done = fresh || (await tell(async () => (await portal.deleteFile(pack, path), true)));
    if (done !== true) return false;
    act({ kind: "closed", path });
    await refresh();
    return true;
  };
  useWarning(unsaved(desk).length > 0);
  return {
    desk,
    open,
    save,
    remove,
    edit: (path, text) => act({ kind: "edited", path, text }),
    create: (path) => act({ kind: "created", path }),
  };
}

/** The browser asks before it closes the page. */
function useWarning(needed: boolean): void {
  useEffect(() => {
    if (!needed) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    globalThis.addEventListener("beforeunload", warn);
    return () => globalThis.removeEventListener("beforeunload", warn);
  }, [needed]);
}
