/** Who is here and what they may do. */
import * as v from "valibot";

const accountModel = v.object({
  id: v.string(),
  name: v.string(),
  display_name: v.string(),
  roles: v.array(v.string()),
});

export const sessionModel = v.object({
  account: v.nullable(accountModel),
  sign_in: v.object({ local: v.boolean(), oidc: v.nullish(v.string(), null) }),
  screens: v.string(),
});
export type Session = v.InferOutput<typeof sessionModel>;
export type Account = v.InferOutput<typeof accountModel>;

const TEACHING = new Set(["instructor", "organiser"]);
const WRITING = new Set(["author", "organiser"]);
const TENDING = new Set(["operator", "administrator"]);

/** May this person hold classes? */
export function teaches(account: Account): boolean {
  return account.roles.some((role) => TEACHING.has(role));
}

/** May this person write packs? */
export function writes(account: Account): boolean {
  return account.roles.some((role) => WRITING.has(role));
}

/** May this person clear what is left over? */
export function operates(account: Account): boolean {
  return account.roles.includes("operator");
}

/** May this person look after the machine? */
export function tends(account: Account): boolean {
  return account.roles.some((role) => TENDING.has(role));
}
