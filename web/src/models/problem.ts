/**
 * A failure as a person should meet it: what went wrong, why, and what to do.
 *
 * The portal answers RFC 9457 problem details; what never reached it becomes the same shape.
 */
import * as v from "valibot";

const problemModel = v.object({
  type: v.optional(v.string(), "about:blank"),
  title: v.string(),
  status: v.optional(v.number(), 0),
  detail: v.optional(v.nullable(v.string()), null),
  remedy: v.optional(v.nullable(v.string()), null),
});

export type ProblemKind = "answer" | "unreachable" | "unreadable";

export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly kind: ProblemKind,
    readonly title: string,
    readonly status: number,
    readonly detail: string | null,
    readonly remedy: string | null,
  ) {
    super(detail ?? title);
  }
}

/** A problem from an error answer's body; a body of another shape still gives one. */
export function problemFrom(status: number, body: unknown): Problem {
  const read = v.safeParse(problemModel, body);
  if (!read.success) return new Problem("answer", `HTTP ${status}`, status, null, null);
  const { title, detail, remedy } = read.output;
  return new Problem("answer", title, status, detail, remedy);
}

/** The portal could not be reached at all. */
export function unreachable(): Problem {
  return new Problem("unreachable", "unreachable", 0, null, null);
}

/** Reads a value with a model; a mismatch is a fault of the platform and says where. */
export function read<M extends v.GenericSchema>(model: M, value: unknown): v.InferOutput<M> {
  const result = v.safeParse(model, value);
  if (result.success) return result.output;
  const where = result.issues
    .slice(0, 3)
    .map((issue) => `${v.getDotPath(issue) ?? "."}: ${issue.message}`)
    .join("; ");
  throw new Problem("unreadable", "unreadable", 0, where, null);
}
