/** The portal's people, one function each: accounts, groups, invitations, sessions, audit log. */
import * as v from "valibot";
import {
  auditCheckModel,
  auditEntryModel,
  groupModel,
  invitationModel,
  openSessionsModel,
  pageOf,
  personModel,
  type AuditEntry,
  type Group,
  type Invitation,
  type OpenSession,
  type Person,
} from "#/models/people";
import { ask, client, got } from "./http";
import type { components } from "./schema";

const { GET, POST, PUT, PATCH, DELETE } = client;
type Schemas = components["schemas"];

const MOST = 200;

interface Page<T> {
  items: T[];
  next: string | null;
}

/** All parts of a list. */
async function whole<T>(part: (after: string | null) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await part(after);
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}

const from = (after: string | null) => ({ query: { limit: MOST, ...(after ? { after } : {}) } });

// ---- accounts --------------------------------------------------------------------------

const ofAccount = (account: string) => ({ params: { path: { account } } });

export const accounts = (): Promise<Person[]> =>
  whole((after) => ask(pageOf(personModel), GET("/api/accounts", { params: from(after) })));
export const createAccount = (body: Schemas["NewAccount"]): Promise<Person> =>
  ask(personModel, POST("/api/accounts", { body }));
export const changeAccount = (account: string, body: Schemas["AccountChange"]): Promise<Person> =>
  ask(personModel, PATCH("/api/accounts/{account}", { ...ofAccount(account), body }));
export const openSessions = (account: string): Promise<OpenSession[]> =>
  ask(openSessionsModel, GET("/api/accounts/{account}/sessions", ofAccount(account)));
export const endSessions = (account: string): Promise<unknown> =>
  got(DELETE("/api/accounts/{account}/sessions", ofAccount(account)));

// ---- groups ----------------------------------------------------------------------------

const ofGroup = (group: string) => ({ params: { path: { group } } });
const member = (group: string, account: string) => ({ params: { path: { group, account } } });

export const groups = (): Promise<Group[]> =>
  whole((after) => ask(pageOf(groupModel), GET("/api/groups", { params: from(after) })));
export const createGroup = (title: string): Promise<Group> =>
  ask(groupModel, POST("/api/groups", { body: { title } }));
export const deleteGroup = (group: string): Promise<unknown> =>
  got(DELETE("/api/groups/{group}", ofGroup(group)));
export const members = (group: string): Promise<Person[]> =>
  whole((after) =>
    ask(
      pageOf(personModel),
      GET("/api/groups/{group}/members", { params: { path: { group }, ...from(after) } }),
    ),
  );
export const addMember = (group: string, account: string): Promise<unknown> =>
  got(PUT("/api/groups/{group}/members/{account}", member(group, account)));
export const removeMember = (group: string, account: string): Promise<unknown> =>
  got(DELETE("/api/groups/{group}/members/{account}", member(group, account)));

// ---- invitations -----------------------------------------------------------------------

export const invitations = (): Promise<Invitation[]> =>
  whole((after) => ask(pageOf(invitationModel), GET("/api/invitations", { params: from(after) })));
export const invite = (body: Schemas["NewInvitation"]): Promise<Invitation> =>
  ask(invitationModel, POST("/api/invitations", { body }));
export const callBack = (invitation: string): Promise<unknown> =>
  got(DELETE("/api/invitations/{invitation}", { params: { path: { invitation } } }));
export const join = (body: Schemas["AcceptedInvitation"]): Promise<unknown> =>
  got(POST("/api/invitations/accept", { body }));

// ---- audit log -------------------------------------------------------------------------

export const audit = (after: string | null): Promise<Page<AuditEntry>> =>
  ask(pageOf(auditEntryModel), GET("/api/audit", { params: from(after) }));
export const checkAudit = (): Promise<v.InferOutput<typeof auditCheckModel>> =>
  ask(auditCheckModel, GET("/api/audit/check"));
