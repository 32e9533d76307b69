/** A pack as the library shows it. */
import * as v from "valibot";
import { textModel } from "./text";

export const packModel = v.object({
  name: v.string(),
  title: textModel,
  description: textModel,
  difficulty: v.number(),
  skills: v.array(v.string()),
  duration_min: v.number(),
  hosts: v.number(),
  tasks: v.number(),
  points: v.number(),
  picture: v.nullable(v.string()),
  verified: v.nullable(v.object({ date: v.string(), ok: v.boolean() })),
  shipped: v.boolean(),
  uploaded_by: v.nullish(v.string(), null),
  copy_of: v.nullish(v.string(), null),
  problems: v.optional(v.array(textModel), []),
});
export type Pack = v.InferOutput<typeof packModel>;

export const packsModel = v.object({ items: v.array(packModel) });
