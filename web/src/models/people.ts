/** People: accounts, groups, invitations, sessions, and what all of them did. */
import * as v from "valibot";
import type { Account } from "./session";

export const ROLES = [
  "visitor",
  "trainee",
  "instructor",
  "author",
  "organiser",
  "operator",
  "administrator",
] as const;
export type Role = (typeof ROLES)[number];

const roleModel = v.picklist(ROLES);

export const personModel = v.object({
  id: v.string(),
  name: v.string(),
  display_name: v.string(),
  roles: v.array(roleModel),
  disabled: v.optional(v.boolean(), false),
  created_at: v.string(),
});
export type Person = v.InferOutput<typeof personModel>;

export const groupModel = v.object({
  id: v.string(),
  title: v.string(),
  owner: v.string(),
  members: v.number(),
  created_at: v.string(),
});
export type Group = v.InferOutput<typeof groupModel>;

export const invitationModel = v.object({
  id: v.string(),
  roles: v.array(roleModel),
  group: v.nullable(v.string()),
  uses_left: v.number(),
  expires_at: v.string(),
  created_by: v.string(),
  /** Told once, when it is made. */
  token: v.nullish(v.string(), null),
});
export type Invitation = v.InferOutput<typeof invitationModel>;

export const openSessionsModel = v.array(
  v.object({ used_at: v.string(), current: v.boolean() }),
);
export type OpenSession = v.InferOutput<typeof openSessionsModel>[number];

export const auditEntryModel = v.object({
  sequence: v.number(),
  at: v.string(),
  account: v.string(),
  action: v.string(),
  subject: v.string(),
  data: v.record(v.string(), v.unknown()),
  hash: v.string(),
});
export type AuditEntry = v.InferOutput<typeof auditEntryModel>;

export const auditCheckModel = v.object({
  intact: v.boolean(),
  entries: v.number(),
  broken_at: v.nullish(v.number(), null),
});

/** Part of a list; `next` is where the following part begins. */
export const pageOf = <M extends v.GenericSchema>(model: M) =>
  v.object({ items: v.array(model), next: v.nullish(v.string(), null) });

/** The portal's rule for names. */
export const NAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/;
export const PASSWORD_LENGTH = 12;

const STAFF: ReadonlySet<string> = new Set(["instructor", "organiser", "administrator"]);

/** May this person see accounts, make groups and invite? */
export function gathers({ roles }: Account): boolean {
  return roles.some((role) => STAFF.has(role));
}

/** May this person make accounts, give roles and read the audit log? */
export function administers({ roles }: Account): boolean {
  return roles.includes("administrator");
}

/** The roles to which this person may invite. */
export function grantable(account: Account): readonly Role[] {
  return administers(account) ? ROLES : ["trainee", "visitor"];
}

/** The address that makes an account. The token stands behind the `#`: no server logs it. */
export function joinAddress(origin: string, token: string): string {
  return `${origin}/join#invitation=${token}`;
}

/** The token in the address of a page; `null`: there is none. */
export function invitationIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("invitation");
}

/** What was noted with an audit entry, in one line. */
export function noted(entry: AuditEntry): string {
  return Object.entries(entry.data)
    .filter(([, value]) => value !== null && value !== "")
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(", ") : plain(value)}`)
    .join(" · ");
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
